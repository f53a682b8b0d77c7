"""Replies are read strictly, streams are joined in any order of pieces, and waits are read from any form of header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.access.completion import Broken, joined, read_completion
from agent.access.dialect import Dialect
from agent.access.scripted.replies import calls_all, chunks, completion, cut_short, refuses, says
from agent.access.setback import Kind, Setback, kind_of, retry_after

REPLIES = st.one_of(
    st.text().map(says),
    st.text(min_size=1).map(refuses),
    st.text().map(cut_short),
    st.lists(st.tuples(st.text(min_size=1, max_size=9), st.dictionaries(st.text(), st.integers())), min_size=1).map(
        calls_all
    ),
)


@given(REPLIES, st.booleans())
def test_a_stream_joins_to_the_reply_that_it_is_made_of(reply, with_usage):
    whole = completion(reply, request={"model": "m"}, number=1)
    read = read_completion(joined(chunks(whole, with_usage=with_usage)), request_bytes=10)
    expected = read_completion(whole, request_bytes=10)
    kept = ("content", "tool_calls", "refusal")
    assert {k: read.message.get(k) or None for k in kept} == {k: expected.message.get(k) or None for k in kept}
    assert read.finish == expected.finish
    assert read.usage.estimated is not with_usage


@given(REPLIES, st.data())
def test_a_stream_that_breaks_off_is_never_taken_for_whole(reply, data):
    pieces = list(chunks(completion(reply, request={}, number=1), with_usage=False))
    with pytest.raises(Broken, match="breaks off"):
        read_completion(joined(pieces[: data.draw(st.integers(0, len(pieces) - 1))]), request_bytes=1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "NoneType"),
        ([], "list"),
        ({}, "keys are none"),
        ({"choices": []}, "no message"),
        ({"choices": None, "error": {"message": "overloaded"}}, "overloaded"),
        ({"choices": [{"finish_reason": "stop"}]}, "no message"),
        ({"choices": [{"message": {"content": "x"}, "finish_reason": None}]}, "breaks off"),
    ],
)
def test_what_is_no_reply_is_refused(body, words):
    with pytest.raises(Broken, match=words):
        read_completion(body, request_bytes=1)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["choices", "message", "delta", "tool_calls", "function", "index", "usage", "finish_reason"]
                ),
                inner,
            )
        ),
    )
)
def test_no_json_at_all_breaks_the_reader_otherwise(body):
    for read in (body, joined([body])):
        try:
            read_completion(read, request_bytes=1)
        except Broken:
            continue


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:09 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 9.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
    ],
)
def test_a_wait_is_read_in_every_form(headers, seconds):
    assert retry_after(headers) == seconds


@given(st.integers(1, 100), st.floats(0, 1))
def test_own_waits_grow_and_stay_bounded(attempt, jitter):
    setback = Setback(Kind.SERVER, "x", status=500)
    assert 0.375 <= setback.wait(attempt, first=0.5, jitter=jitter) <= 8.0


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Kind.REFUSED) for status in (302, 400, 404, 413)),
        *((status, Kind.SERVER) for status in (408, 409, 500, 529)),
        (429, Kind.LIMITED),
    ],
)
def test_statuses_mean_what_they_say(status, kind):
    assert kind_of(status) is kind


@pytest.mark.parametrize(
    ("host", "field"),
    [("api.openai.com", "max_completion_tokens"), ("127.0.0.1:8000", "max_tokens"), ("notopenai.org", "max_tokens")],
)
def test_the_limit_on_a_reply_is_called_as_the_host_knows_it(host, field):
    assert Dialect(host).said({"max_tokens": 5}) == Dialect(host).said({"max_completion_tokens": 5}) == {field: 5}


def test_a_limit_that_is_too_large_is_not_taken_for_an_unknown_field():
    dialect = Dialect("host")
    setback = Setback(Kind.REFUSED, "max_tokens is too large: at most 4096", status=400)
    assert not dialect.learn(setback, sent={"max_tokens": 9999})
