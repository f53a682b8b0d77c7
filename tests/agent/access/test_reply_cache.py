"""The cache: equal requests only, whole entries only, bounded, private, and never a reason to lose a question."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.access.budget import Budget
from agent.access.reply_cache import ReplyCache, key_of
from agent.access.scripted.replies import breaks_off, says
from agent.access.writing import Writer
from agent.errors import ProviderDown
from records.errors import StoreError

BODY = {"model": "m", "messages": [{"role": "user", "content": "How good?"}], "max_tokens": 10}


@pytest.fixture
def cache(tmp_path):
    opened = ReplyCache(tmp_path / "replies.db", limit_bytes=10_000)
    yield opened
    opened.close()


def _change(path, statement, *values):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_what_was_put_comes_back(cache):
    cache.put("k", {"text": "Grüße", "n": [1, 2.5, None]})
    assert cache.get("k") == {"text": "Grüße", "n": [1, 2.5, None]}
    assert cache.get("other") is None


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"messages": [{"role": "user", "content": "How bad?"}]},
        {"temperature": 0.5},
        {"seed": 3},
        {"tools": []},
        {"max_tokens": 11},
    ],
)
def test_whatever_can_change_a_reply_changes_the_key(change):
    assert key_of(BODY | change, base_url="u", draw=0) != key_of(BODY, base_url="u", draw=0)


def test_address_and_draw_change_the_key_and_transport_and_order_do_not():
    key = key_of(BODY, base_url="u", draw=0)
    assert len({key, key_of(BODY, base_url="v", draw=0), key_of(BODY, base_url="u", draw=1)}) == 3
    streamed = BODY | {"stream": True, "stream_options": {"include_usage": True}}
    assert key_of(dict(reversed(streamed.items())), base_url="u", draw=0) == key


@pytest.mark.parametrize("damage", ["UPDATE replies SET reply = 'not what it was'", "UPDATE replies SET digest = ''"])
def test_a_damaged_entry_is_dropped_and_asked_anew(script_and_endpoint, tmp_path, damage):
    path = tmp_path / "replies.db"
    served, endpoint = script_and_endpoint([says("first"), says("second")], cache=path)
    chat = endpoint.chat_model(Budget())
    chat.invoke("?")
    _change(path, damage)
    assert [chat.invoke("?").content for _ in range(2)] == ["second", "second"]
    assert len(served.asked) == 2


def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path):
    path = tmp_path / "replies.db"
    path.write_bytes(b"this is no database, but long enough to be read as the header of one" * 20)
    opened = ReplyCache(path, limit_bytes=1000)
    opened.put("k", 1)
    assert opened.get("k") == 1
    opened.close()
    assert path.with_name("replies.db.damaged").is_file()


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "replies.db").mkdir()
    with pytest.raises(StoreError, match=r"replies\.db cannot be opened"):
        ReplyCache(tmp_path / "replies.db", limit_bytes=1000)


def test_a_file_that_another_program_holds_costs_the_cache_and_not_the_reply(script_and_endpoint, tmp_path):
    _, endpoint = script_and_endpoint([says("first"), says("second")], cache=tmp_path / "replies.db")
    holder = sqlite3.connect(tmp_path / "replies.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert endpoint.chat_model(Budget()).invoke("?").content == "first"
    holder.execute("ROLLBACK")
    holder.close()
    assert endpoint.chat_model(Budget()).invoke("?").content == "second"


def test_the_least_recently_used_go_first_and_the_size_is_bounded(tmp_path):
    path = tmp_path / "replies.db"
    opened = ReplyCache(path, limit_bytes=3000)
    for number in range(200):
        opened.put(f"k{number}", "x" * 98)
        opened.get("k0")
    assert opened.get("k0") is not None
    assert opened.get("k199") is not None
    assert opened.get("k1") is None
    opened.put("huge", "x" * 5000)
    assert opened.get("huge") is None
    opened.close()
    connection = sqlite3.connect(path)
    (size,) = connection.execute("SELECT sum(size) FROM replies").fetchone()
    connection.close()
    assert size <= 3000


def test_failures_are_not_kept(script_and_endpoint, tmp_path):
    _, endpoint = script_and_endpoint([breaks_off(), says("fine")], cache=tmp_path / "c.db", max_retries=0)
    chat = endpoint.chat_model(Budget())
    with pytest.raises(ProviderDown):
        chat.invoke("?")
    assert chat.invoke("?").content == "fine"


def test_only_the_owner_can_read_the_file(cache, tmp_path):
    assert stat.S_IMODE((tmp_path / "replies.db").stat().st_mode) == 0o600


def test_threads_and_a_second_process_share_the_file(cache, tmp_path):
    second = ReplyCache(tmp_path / "replies.db", limit_bytes=10_000)

    def both(number):
        (cache if number % 2 else second).put(f"k{number}", number)
        return (second if number % 2 else cache).get(f"k{number}")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(both, range(50))) == list(range(50))
    second.close()


def test_a_writer_that_knows_the_tools_gives_the_texts_and_keys_that_json_gives():
    tools = [{"type": "function", "function": {"name": name, "description": "é “b”"}} for name in "ba"]
    writer = Writer()
    for body in (BODY | {"tools": tools}, BODY | {"tools": list(tools), "seed": 1}, BODY | {"tools": tools[:1]}, BODY):
        asked = {name: value for name, value in body.items() if name != "stream"}
        told = json.dumps(["ü", 3, asked], sort_keys=True, separators=(",", ":"))
        assert key_of(body, base_url="ü", draw=3, writer=writer) == hashlib.sha256(told.encode()).hexdigest()
        assert writer.compact(body) == json.dumps(body, ensure_ascii=False, separators=(",", ":"))
