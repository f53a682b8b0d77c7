"""A conversation is bounded, repairs once, and ends with an opinion or a reason."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.drafting import draft, told
from agent.errors import AnswerUnusable


@pytest.fixture
def hold(desk, doubles):
    """Hold a conversation with these replies; returns the opinion and the thread."""

    def held(*replies, rounds=4):
        thread = [HumanMessage("What will it score?")]
        model = doubles.FunctionChat(reply=doubles.script(*replies))
        return asyncio.run(draft(model, desk, thread, rounds=rounds, framing="base_rate")), thread

    return held


def test_tools_are_served_and_the_answer_is_read(hold, desk, doubles) -> None:
    opinion, thread = hold(
        doubles.calls(("filter_records", {"benchmarks": ["b-1"]}), ("calculate", {"expression": "1+1"})),
        doubles.submits(),
    )
    assert opinion.distribution.median == 55.0
    assert opinion.speaks
    assert [type(m) for m in thread] == [HumanMessage, AIMessage, ToolMessage, ToolMessage, AIMessage]
    assert "1+1 = 2" in thread[3].content


def test_an_answer_as_text_counts(hold) -> None:
    opinion, _ = hold(AIMessage('I say {"quantiles": {"0.1": 40, "0.5": 50, "0.9": 60}}'))
    assert opinion.distribution.median == 50.0


def test_the_last_round_offers_nothing_but_the_answer(desk, doubles) -> None:
    offered = []

    def reply(_messages, tools):
        offered.append(tools)
        return doubles.calls(("calculate", {"expression": "1"})) if len(offered) < 3 else doubles.submits()

    model = doubles.FunctionChat(reply=reply)
    asyncio.run(draft(model, desk, [HumanMessage("?")], rounds=3, framing="base_rate"))
    assert len(offered) == 3
    assert offered[2] == ("submit_forecast",)
    assert "calculate" in offered[1]


BAD = [
    AIMessage("I would say about 50."),
    AIMessage("", tool_calls=[{"name": "submit_forecast", "args": {"quantiles": {"0.5": 50}}, "id": "c"}]),
    AIMessage("", invalid_tool_calls=[{"name": "submit_forecast", "args": "{", "id": "c", "error": "no JSON"}]),
    AIMessage(
        "",
        tool_calls=[{"name": "submit_forecast", "args": {"quantiles": {"0.1": 90, "0.5": 50, "0.9": 10}}, "id": "c"}],
    ),
    AIMessage(
        "",
        tool_calls=[{"name": "submit_forecast", "args": {"quantiles": {"0.1": 10, "0.5": 50, "0.9": 900}}, "id": "c"}],
    ),
]


@pytest.mark.parametrize("bad", BAD, ids=["text", "too few", "no JSON", "order", "bounds"])
def test_an_unreadable_answer_is_sent_back_once_with_the_error(hold, doubles, bad) -> None:
    opinion, thread = hold(bad, doubles.submits())
    assert opinion.distribution.median == 55.0
    assert opinion.repairs[0].startswith("answered anew after: ")
    assert "could not be read" in thread[-2].content


@pytest.mark.parametrize("bad", BAD, ids=["text", "too few", "no JSON", "order", "bounds"])
def test_a_second_unreadable_answer_ends_the_conversation(hold, bad) -> None:
    with pytest.raises(AnswerUnusable):
        hold(bad, bad)


def test_every_call_gets_a_result_before_anything_else_is_said(hold, doubles) -> None:
    mixed = doubles.calls(("calculate", {"expression": "1"}), ("submit_forecast", {"quantiles": {}}))
    _, thread = hold(mixed, doubles.submits())
    assert [m.tool_call_id for m in thread if isinstance(m, ToolMessage)] == ["call-0", "call-1"]


def test_look_ups_in_the_last_round_are_sent_back(hold, doubles) -> None:
    call = doubles.calls(("calculate", {"expression": "1"}))
    opinion, _ = hold(call, call, doubles.submits(), rounds=2)
    assert "no more look-ups" in opinion.repairs[0]


def test_too_many_calls_in_one_round_are_not_served(hold, doubles) -> None:
    many = doubles.calls(*[("calculate", {"expression": str(i)}) for i in range(12)])
    _, thread = hold(many, doubles.submits())
    assert sum("at most 8 calls" in str(m.content) for m in thread) == 4


def test_slips_are_repaired_and_told(hold, doubles) -> None:
    percent = {"quantiles": {"5": 40, "50": 55, "95": 70}}
    opinion, _ = hold(doubles.submits(**percent))
    assert opinion.distribution.quantile(0.5) == 55.0
    assert any("percent" in repair for repair in opinion.repairs)


@pytest.mark.parametrize(("unit", "median"), [("fraction", 0.8), (" Share ", 0.8)])
def test_values_that_are_said_to_be_fractions_are_taken_as_such_also_below_one_percent(
    hold, doubles, unit, median
) -> None:
    values = {"0.05": 0.002, "0.5": median / 100, "0.95": 0.02}
    opinion, _ = hold(doubles.submits(quantiles=values, unit=unit))
    assert opinion.distribution.median == pytest.approx(median)
    assert opinion.repairs == ("values told in fractions turned into percent",)


def test_values_above_one_are_no_fractions_whatever_is_said(hold, doubles) -> None:
    opinion, _ = hold(doubles.submits(unit="fraction"))
    assert opinion.distribution.median == 55.0


def test_citations_that_were_never_shown_are_struck_out(hold, history, doubles) -> None:
    frame = history.records
    shown = frame.loc[(frame["model"] == "m-1") & (frame["benchmark"] == "b-1"), "id"].item()
    other = frame.loc[(frame["model"] == "m-2") & (frame["benchmark"] == "b-2"), "id"].item()
    cited = [{"id": f"[{shown}]", "value": 38.0}, {"id": other}, {"id": "deadbeef"}]
    opinion, _ = hold(
        doubles.calls(("filter_records", {"models": ["m-1"], "benchmarks": ["b-1"]})), doubles.submits(evidence=cited)
    )
    assert list(opinion.cited) == [shown]
    assert sum("never shown" in flag for flag in opinion.flags) == 2


@pytest.mark.parametrize(("value", "flagged"), [(38.0, 0), (38.04, 0), (0.38, 0), (41.0, 1), (83.0, 1)])
def test_a_value_that_is_not_the_records_is_told(hold, history, doubles, value, flagged) -> None:
    frame = history.records
    shown = frame.loc[(frame["model"] == "m-1") & (frame["benchmark"] == "b-1"), "id"].item()
    opinion, _ = hold(
        doubles.calls(("filter_records", {"models": ["m-1"]})),
        doubles.submits(evidence=[{"id": shown, "value": value}]),
    )
    assert len(opinion.flags) == flagged


def test_recall_is_told(hold, doubles) -> None:
    opinion, _ = hold(doubles.submits(recall={"claimed": True, "value": 57.3}))
    assert "recalls this score (57.3)" in opinion.flags[0]


@pytest.mark.parametrize(
    "fields", [{"abstain": True}, {"grounding": 0.05}, {"grounding": 0.3, "confidence": 0.3}, {"confidence": 0.0}]
)
def test_little_support_is_an_abstention(hold, doubles, fields) -> None:
    opinion, _ = hold(doubles.submits(**fields))
    assert opinion.abstains
    assert not opinion.speaks


def test_a_thread_is_stored_with_its_calls_and_results(hold, doubles) -> None:
    _, thread = hold(doubles.calls(("calculate", {"expression": "2*3"})), doubles.submits())
    stored = told(thread)
    assert [said.role for said in stored] == ["user", "assistant", "tool", "assistant"]
    assert stored[1].wishes[0].name == "calculate"
    assert stored[2].answers == stored[1].wishes[0].id
