"""Chat as server-sent events: what arrives, in which order, who may ask, and what happens when a client leaves."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.access.scripted.replies import calls, says, slowly
from agent.access.scripted.server import ScriptedEndpoint
from records.access_key import Scope
from scorecast.http.conversing import lively, while_connected
from scorecast.service.deliberating import Leaving
from scorecast.service.refusal import Refusal

ASKED = "What will Qwen3 32B get on GPQA Diamond?"
ANSWER = {
    "quantiles": {"0.05": 20, "0.5": 40, "0.95": 60},
    "reasons_for": ["its siblings score so"],
    "reasons_against": ["another <b>harness</b>"],
    "would_change": ["a rerun"],
    "grounding": 0.8,
    "confidence": 0.6,
}


def say(client, *messages, headers=None, **more):
    body = {"messages": [{"role": "user", "content": text} for text in messages]} | more
    return client.post("/v1/chat", json=body, headers=headers or {})


def events(answer) -> list[tuple[str, dict]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def text(answer) -> str:
    return "".join(data["text"] for name, data in events(answer) if name == "delta")


def entries(store) -> int:
    return len(store.ledger.entries(limit=10_000))


def test_an_answer_is_status_then_forecast_and_text_then_done(client, service_store) -> None:
    told = events(say(client, ASKED, "will it pass 40?"))
    names = [name for name, _ in told]
    assert names[0] == "status"
    assert names[-1] == "done"
    [forecast] = [data for name, data in told if name == "forecast"]
    entry = service_store.ledger.entry(forecast["id"])
    assert entry.cell == ("qwen3-32b", "gpqa_diamond")
    assert forecast["threshold"]["value"] == 40.0


def test_a_forecast_is_told_as_the_forecasts_route_tells_it(client) -> None:
    question = {"model": "qwen3-32b", "benchmark": "gpqa_diamond"}
    [plain] = client.post("/v1/forecasts", json={"questions": [question]}).json()["forecasts"]
    [chatted] = [data for name, data in events(say(client, ASKED)) if name == "forecast"]
    differing = {"id", "issued_at", "provenance"}
    assert {k: v for k, v in chatted.items() if k not in differing} == {
        k: v for k, v in plain.items() if k not in differing
    }


def test_the_id_in_the_text_is_the_one_of_the_forecast(client) -> None:
    answer = say(client, ASKED)
    [forecast] = [data for name, data in events(answer) if name == "forecast"]
    assert forecast["id"] in text(answer)


def test_a_comparison_tells_a_forecast_of_each(client) -> None:
    told = events(say(client, ASKED, "compare with GPT-4.1"))
    assert [data["question"]["model"] for name, data in told if name == "forecast"] == ["qwen3-32b", "gpt-4.1"]


def test_words_need_no_forecast(client, service_store) -> None:
    before = entries(service_store)
    assert "help" in text(say(client, "tell me a joke"))
    assert "Which one?" in text(say(client, "What will GPT-4.1 get on GPQA?"))
    assert entries(service_store) == before


def test_grounds_are_those_of_the_askers_own_entry(keyed, service_store, bearer) -> None:
    ann, ben = bearer(Scope.FORECAST, name="ann-chats"), bearer(Scope.FORECAST, name="ben-chats")
    say(keyed, ASKED, headers=ann)
    before = entries(service_store)
    say(keyed, ASKED, "why?", headers=ann)
    assert entries(service_store) == before
    say(keyed, ASKED, "why?", headers=ben)
    assert entries(service_store) == before + 1, "another's entry is not told"


def test_what_cannot_be_asked_is_said_in_words(client) -> None:
    assert "between 0 and 100" in text(say(client, "Will Qwen3 32B pass 160 on GPQA Diamond?"))
    assert "lies in the future" in text(say(client, ASKED, "as of 2031"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "system", "content": "hi"}]},
        {"messages": [{"role": "user", "content": ["hi"]}]},
        {"messages": [{"role": "user", "content": "hi"}] * 201},
        {"messages": [{"role": "user", "content": "x" * 100_001}]},
        {"messages": [{"role": "user", "content": "hi"}], "model": "x"},
        {"messages": [{"role": "user", "content": "hi"}], "agent": "perhaps"},
    ],
)
def test_what_is_no_conversation_is_a_problem(client, body) -> None:
    answer = client.post("/v1/chat", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/completions"])
def test_oversized_deep_and_broken_bodies_are_refused(client, path) -> None:
    def sent(body: bytes, kind: str = "application/json") -> int:
        return client.post(path, content=body, headers={"Content-Type": kind}).status_code

    assert sent(b'{"messages": "' + b"x" * (1 << 20) + b'"}') == 413
    assert sent(b"[" * 200_000 + b"]" * 200_000) in {400, 422}
    assert sent(b'{"messages":' * 50_000 + b"1" + b"}" * 50_000) in {400, 422}
    assert sent(b'{"messages": [') in {400, 422}
    assert sent(b"\xff\xfe") in {400, 422}
    assert sent(b"messages=hi", "application/x-www-form-urlencoded") == 415


WORDS = st.sampled_from([ASKED, "and on AIME 2024?", "GPQA", "2", "why?", "as of 2025-02", "pass 40", "user", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": WORDS | st.text(max_size=60)}),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=MESSAGES | JSON)
def test_no_conversation_makes_the_service_fail(client, messages) -> None:
    for path, more in (("/v1/chat", {}), ("/v1/chat/completions", {"model": "scorecast"})):
        answer = client.post(path, json={"messages": messages} | more)
        assert answer.status_code in {200, 400, 422}, (path, messages, answer.text)
        if answer.status_code == 200 and path == "/v1/chat":
            assert events(answer)[-1] == ("done", {})


def test_a_long_message_is_refused_in_words(client) -> None:
    assert "too long" in text(say(client, "x" * 5000))
    assert "GPQA" in text(say(client, "x" * 5000, ASKED))


def test_chat_needs_a_key_that_may_forecast(keyed, bearer) -> None:
    assert say(keyed, ASKED).status_code == 401
    assert say(keyed, ASKED, headers=bearer(Scope.READ)).status_code == 403
    assert say(keyed, ASKED, headers=bearer(Scope.FORECAST)).status_code == 200


def test_forecasts_are_entered_under_the_name_of_the_key(keyed, service_store, bearer) -> None:
    told = events(say(keyed, ASKED, headers=bearer(Scope.FORECAST, name="dora")))
    [forecast] = [data for name, data in told if name == "forecast"]
    assert service_store.ledger.entry(forecast["id"]).user == "dora"


def test_names_and_messages_are_data(client) -> None:
    told = text(say(client, "What will <script>alert(1)</script> get on GPQA Diamond?"))
    assert "`<script>alert(1)</script>`" in told


@pytest.fixture
def configured(monkeypatch):
    """Point the environment at a scripted language model."""

    def point(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-may-see-this")
        monkeypatch.setenv("SCORECAST_MODEL", "scripted-model")
        monkeypatch.setenv("SCORECAST_MAX_RETRIES", "0")
        return endpoint

    return point


def test_with_a_language_model_the_agent_forecasts_and_its_reasons_are_told(client, service_store, configured) -> None:
    def answering(asked):
        return calls("submit_forecast", ANSWER) if asked.body.get("tools") else says("unknown")

    with ScriptedEndpoint(answering) as endpoint:
        configured(endpoint)
        answer = say(client, ASKED, agent=True)
    [forecast] = [data for name, data in events(answer) if name == "forecast"]
    assert forecast["provenance"]["settings"]["llm"] == "scripted-model"
    assert service_store.ledger.entry(forecast["id"]).forecast.method == forecast["method"]
    assert "scripted-model says" in text(answer)
    assert "<b>" not in text(answer).replace("\\<b", "")


def test_without_a_language_model_the_agent_is_the_statistics_and_says_so(client, monkeypatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert "SCORECAST_MODEL" in text(say(client, ASKED, agent=True))


def test_a_client_that_leaves_stops_the_agent_and_enters_nothing(client, service_store, configured) -> None:
    asked_at: list[float] = []

    def slow(asked):
        asked_at.append(time.monotonic())
        return slowly(calls("filter_records", {"benchmarks": ["gpqa_diamond"], "limit": 3}), 2.0)

    before = entries(service_store)
    with ScriptedEndpoint(slow) as endpoint:
        configured(endpoint)
        body = {"messages": [{"role": "user", "content": ASKED}], "agent": True}
        with client.stream("POST", "/v1/chat", json=body) as answer:
            lines = answer.iter_lines()  # kept: who lets go of it has left
            assert "status" in next(lines)
            _until(lambda: asked_at)
        _until(lambda: time.monotonic() > asked_at[-1] + 3.0)  # a next round would have begun
    assert len(asked_at) < 6, "it was about to ask more often"
    assert entries(service_store) == before


def _until(condition) -> None:
    last = time.monotonic() + 120.0
    while not condition():
        assert time.monotonic() < last
        time.sleep(0.01)


def test_long_work_shows_signs_of_life_until_it_is_done() -> None:
    async def hear() -> list[object]:
        told: list[object] = []
        enough = asyncio.Event()

        async def work(status):
            status("begun")
            await enough.wait()
            return 42

        async for one in lively(work, seconds=600.0, leaving=Leaving(), every=0.03):
            told.append(one)
            if len([sign for sign in told if "Still working" in str(sign)]) >= 3:
                enough.set()
        return told

    told = asyncio.run(hear())
    assert told[1] == "begun"
    assert told[-1] == 42


def test_work_that_takes_too_long_is_given_up() -> None:
    leaving = Leaving()

    async def hear() -> None:
        async for _ in lively(lambda _status: asyncio.sleep(30.0), seconds=0.2, leaving=leaving, every=0.05):
            pass

    with pytest.raises(Refusal, match="no answer within"):
        asyncio.run(hear())
    with pytest.raises(Refusal, match="Nobody waits"):
        leaving.check()


class Request:
    """A request whose client leaves after it has been looked for twice."""

    def __init__(self) -> None:
        self.looked = 0

    async def is_disconnected(self) -> bool:
        self.looked += 1
        return self.looked > 2


def test_whole_answers_are_given_up_as_well_when_the_client_leaves() -> None:
    leaving = Leaving()

    async def wait() -> None:
        await while_connected(Request(), asyncio.sleep(30.0), leaving=leaving, every=0.02)

    with pytest.raises(Refusal, match="Nobody waits"):
        asyncio.run(wait())
    with pytest.raises(Refusal, match="Nobody waits"):
        leaving.check()


def test_a_client_that_has_left_is_not_answered() -> None:
    leaving = Leaving()
    leaving.check()
    leaving.leave()
    with pytest.raises(Refusal, match="Nobody waits"):
        leaving.check()


DESCRIBED = "Might Alibabas thirty-two do alright at the Zorblatt quiz?"
MEANT = {"wants": "forecast", "models": ["qwen3-32b"], "benchmarks": ["gpqa_diamond"]}


def test_what_names_cannot_read_is_read_by_the_configured_model_once(client, configured, service_store) -> None:
    before = entries(service_store)
    with ScriptedEndpoint([calls("state_question", MEANT)]) as endpoint:
        configured(endpoint)
        first, later = say(client, DESCRIBED), say(client, DESCRIBED, "with 5 shots")
        assert len(endpoint.asked) == 1, "one call, whatever is said next"
        [system, user] = endpoint.asked[0].body["messages"]
        assert "sk-nobody-may-see-this" not in str(endpoint.asked[0].body)
        assert DESCRIBED in user["content"]
        assert DESCRIBED not in system["content"]
    assert {"text": "Asking scripted-model what is meant"} in [data for name, data in events(first) if name == "status"]
    assert text(first).startswith("Read by scripted-model as: forecast qwen3-32b on gpqa")
    [forecast] = [data for name, data in events(later) if name == "forecast"]
    assert (forecast["question"]["model"], forecast["question"]["setting"]["shots"]) == ("qwen3-32b", 5)
    assert entries(service_store) == before + 2


def test_a_model_that_fails_to_read_leaves_the_answer_as_it_was(client, configured, monkeypatch) -> None:
    monkeypatch.delenv("SCORECAST_MODEL", raising=False)
    plain = text(say(client, DESCRIBED))
    with ScriptedEndpoint(
        [says("Surely Qwen3-32B."), calls("state_question", MEANT | {"models": ["gpt-99"]})]
    ) as endpoint:
        configured(endpoint)
        assert [text(say(client, DESCRIBED)) for _ in range(2)] == [plain, plain]
