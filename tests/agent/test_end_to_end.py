"""The agent against an endpoint over real HTTP: every fault leaves a forecast, and nothing is paid for twice."""

from __future__ import annotations

import dataclasses
import json
from functools import partial

import pytest

from agent.access.endpoint import Endpoint
from agent.access.scripted.replies import (
    breaks_off,
    calls,
    cut_short,
    fails,
    filtered,
    garbles,
    hangs,
    limited,
    refuses,
    resets,
    says,
    slowly,
)
from agent.access.scripted.server import ScriptedEndpoint
from agent.access.settings import AccessSettings
from agent.effort import Think
from agent.predictor import Agent

QUANTILES = {"0.05": 40, "0.25": 50, "0.5": 55, "0.75": 60, "0.95": 70}
LOOK = calls("filter_records", {"benchmarks": ["b-1"]})
ANSWER = calls("submit_forecast", {"quantiles": QUANTILES, "grounding": 0.8, "confidence": 0.8})


class Script:
    """Gives these replies in turn, then the last one again; probes for memory are told nothing and not counted."""

    def __init__(self, *replies):
        self.replies, self.given = replies, 0

    def __call__(self, asked):
        if not asked.body.get("tools"):
            return says("unknown")
        self.given += 1
        return self.replies[min(self.given, len(self.replies)) - 1]


@pytest.fixture
def forecast(make_agent, history, question):
    """Answer the question through an endpoint that replies so; returns answer, what is kept, and the endpoint."""

    def answered(*replies, questions=None, think=Think.LOW, **access):
        kept = []
        with ScriptedEndpoint(Script(*replies)) as served:
            usual = AccessSettings(
                model="m", base_url=served.url, api_key="sk", timeout_seconds=0.5, first_wait_seconds=0.01
            )
            opened = partial(Endpoint, dataclasses.replace(usual, **({"max_retries": 2} | access)))
            agent: Agent = make_agent(endpoint=opened, think=think, keep=kept.append)
            told = agent.fit(history).forecast(questions or [question])
        return told, kept, served

    return answered


PASSING = {
    "429 with Retry-After": limited("0.01"),
    "429 without": limited(),
    "500": fails(500),
    "503": fails(503),
    "reset": resets(),
    "broken off": breaks_off(),
    "a page of HTML": garbles(),
    "no answer in time": hangs(),
}
LASTING = {**PASSING, "a refusal": refuses(), "a content filter": filtered(), "a wrong key": fails(401, "bad key")}
BABBLE = {
    "text": says("About 50."),
    "cut short": cut_short('{"quantiles": {"0.5"'),
    "broken JSON": calls("submit_forecast", "{"),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes_costs_an_attempt_and_nothing_else(forecast, fault) -> None:
    [answer], [kept], _ = forecast(LOOK, fault, ANSWER)
    assert answer.method == "agent"
    assert answer.components[0].distribution.median == 55.0
    assert kept.settings["calls"] == 3


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING.keys())
def test_a_fault_that_lasts_leaves_the_statistics_with_the_reason(forecast, fault) -> None:
    [answer], [kept], _ = forecast(LOOK, fault)
    assert answer.method == "bell"
    assert answer.caveats[0].startswith("agent: ")
    assert kept.failure
    assert kept.opinions[0].messages[2].wishes[0].name == "filter_records"


@pytest.mark.parametrize("babble", BABBLE.values(), ids=BABBLE.keys())
def test_what_cannot_be_read_is_repaired_once(forecast, babble) -> None:
    [answer], _, _ = forecast(babble, ANSWER)
    assert answer.method == "agent"
    [lost], [kept], _ = forecast(babble)
    assert lost.method == "bell"
    assert kept.settings["calls"] == 3


def test_a_budget_that_runs_out_leaves_the_statistics_with_the_reason(forecast) -> None:
    [answer], [kept], _ = forecast(LOOK, max_output_tokens=140_000)
    assert answer.method == "bell"
    assert "budget of this question is used up" in answer.caveats[0]
    assert kept.settings["tokens"] <= 150_000


def test_a_rerun_costs_nothing(make_agent, history, question, tmp_path) -> None:
    kept = []
    with ScriptedEndpoint(Script(LOOK, ANSWER)) as served:
        access = AccessSettings(model="m", base_url=served.url, cache=tmp_path / "replies.db")
        agent = make_agent(endpoint=partial(Endpoint, access), think=Think.LOW, keep=kept.append)
        first, again = (agent.fit(history).forecast([question]) for _ in range(2))
    assert first[0].distribution == again[0].distribution
    assert [one.settings["calls"] for one in kept] == [3, 0]
    assert kept[1].settings["cached_calls"] == 3
    assert len(served.asked) == 3


def test_many_questions_share_the_endpoint_and_none_is_lost(forecast, question) -> None:
    asked = [question.model_copy(update={"as_of": question.as_of.replace(day=day)}) for day in range(1, 29)]
    told, kept, served = forecast(slowly(ANSWER, 0.02), questions=asked, max_in_flight=8, timeout_seconds=20.0)
    assert [answer.question for answer in told] == asked
    assert {answer.method for answer in told} == {"agent"}
    assert sum(one.settings["calls"] for one in kept) == len(served.asked)


def test_no_message_holds_the_key_or_a_withheld_record(forecast, everything, history) -> None:
    _, [kept], served = forecast(calls("filter_records", {"benchmarks": ["b-0"], "published_to": "2030-01-01"}), ANSWER)
    sent = json.dumps([asked.body for asked in served.asked])
    hidden = set(everything.records["id"]) - set(history.records["id"])
    assert not any(key in sent for key in hidden)
    assert served.url not in kept.model_dump_json()
