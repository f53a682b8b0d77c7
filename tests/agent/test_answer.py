"""Answers are read strictly: what is unambiguous is taken, anything else refused with a sentence for the model."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import read_answer, read_text
from agent.errors import AnswerUnusable

LEVELS = {"0.1": 40.0, "0.5": 50.0, "0.9": 61.0}


@pytest.mark.parametrize(
    "told",
    [LEVELS, [{"level": float(k), "value": v} for k, v in LEVELS.items()], [[float(k), v] for k, v in LEVELS.items()]],
)
def test_quantiles_may_come_as_an_object_a_list_or_pairs(told) -> None:
    answer = read_answer({"quantiles": told})
    assert {q.level: q.value for q in answer.quantiles} == {0.1: 40.0, 0.5: 50.0, 0.9: 61.0}


def test_bare_ids_are_citations() -> None:
    assert read_answer({"quantiles": LEVELS, "evidence": ["abc"]}).evidence[0].id == "abc"


def test_an_abstention_needs_no_quantiles() -> None:
    assert read_answer({"abstain": True}).quantiles == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "three quantiles"),
        ({"quantiles": {"0.5": 50}}, "three quantiles"),
        ({"quantiles": {"0.1": "about forty", "0.5": 50, "0.9": 60}}, "value"),
        ({"quantiles": {"0.1": float("nan"), "0.5": 50, "0.9": 60}}, "finite"),
        ({"quantiles": LEVELS, "grounding": 7}, "grounding"),
        ({"quantiles": 12}, "quantiles"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(told, says) -> None:
    with pytest.raises(AnswerUnusable, match=says):
        read_answer(told)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"quantiles": LEVELS}),
        f"Here you are:\n```json\n{json.dumps({'quantiles': LEVELS})}\n```\nGood luck.",
        f"First {{not json}}, then {json.dumps({'draft': 1})} and {json.dumps({'quantiles': LEVELS})}.",
    ],
)
def test_an_object_in_a_text_is_an_answer(text) -> None:
    assert len(read_text(text).quantiles) == 3


@pytest.mark.parametrize("text", ["", "I think 50.", "{", "[1, 2]", '{"quantiles": ', "{" * 10_000])
def test_a_text_without_an_answer_is_refused(text) -> None:
    with pytest.raises(AnswerUnusable):
        read_text(text)


@given(st.text(max_size=300))
def test_no_text_does_anything_but_answer_or_be_refused(text) -> None:
    try:
        read_text(text)
    except AnswerUnusable:
        return


def test_no_round_is_lost_for_the_form_of_what_people_read() -> None:
    wordy = {"reasons_for": "one", "reasons_against": ["x" * 9_000, *["y"] * 90], "would_change": None}
    answer = read_answer({"quantiles": LEVELS, "evidence": None, "recall": True, **wordy})
    assert (answer.reasons_for, answer.would_change, answer.evidence) == (["one"], [], [])
    assert (len(answer.reasons_against), len(answer.reasons_against[0])) == (20, 2_000)
    assert (answer.recall.claimed, answer.recall.value) == (True, None)
    with pytest.raises(AnswerUnusable, match="reasons_for"):
        read_answer({"quantiles": LEVELS, "reasons_for": [{"text": "one"}]})
