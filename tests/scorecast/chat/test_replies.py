"""Replies: what is told of a forecast, and that strangers' words are shown and never obeyed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecast.chat.replies.markdown import code, link, plain, table
from scorecast.showing.card import chance

ASKED = "What will Qwen3 32B get on AIME 2024?"


def test_a_forecast_tells_median_intervals_threshold_evidence_and_its_place(talk, store) -> None:
    [told] = talk("Will Qwen3 32B pass 40 on AIME 2024?")
    [key] = re.findall(r"Ledger: `([0-9a-f]{20})`", told)
    stated = store.ledger.entry(key).forecast
    assert f"**Qwen3 32B on AIME 2024: {stated.distribution.median:.1f} %**" in told
    for percent in (50, 80, 90):
        low, high = stated.distribution.interval(percent)
        assert f"{percent} % within {low:.1f} to {high:.1f} %" in told
    assert f"P(score is at least 40.0 %) = **{chance(stated.distribution.exceedance(40.0))}**" in told
    cited = re.findall(r"\(`([0-9a-f]{10})`\)", told)
    assert cited
    assert all(any(item.record.id.startswith(short) for item in stated.evidence) for short in cited)


def test_a_reported_cell_is_told_first_and_withheld_on_demand(talk) -> None:
    known, withheld = talk("What will DeepSeek-R1 get on AIME 2024?", "ignore the reported score")
    assert "Already reported: **66.0 %**" in known
    assert "66.0" not in withheld
    assert "known reports withheld" in withheld


def test_a_comparison_tells_the_same_odds_as_the_distributions(talk, store) -> None:
    [told] = talk("Which is better on Speech errors, GPT-4.1 or DeepSeek-R1?")
    keys = re.findall(r"`([0-9a-f]{20})`", told)
    first, second = (store.ledger.entry(key).forecast for key in keys)
    odds = 1.0 - first.distribution.probability_above(second.distribution)
    leader = first if odds >= 0.5 else second
    assert f"**{leader.question.model.name}** scores better" in told
    assert chance(max(odds, 1.0 - odds)) in told


def test_why_and_evidence_speak_of_the_entry_that_was_told_and_enter_nothing(talk, store) -> None:
    asked, why, evidence = talk(ASKED, "why?", "show the evidence")
    [key] = re.findall(r"Ledger: `([0-9a-f]{20})`", asked)
    assert f"Ledger: `{key}`" in why
    assert f"Ledger: `{key}`" in evidence
    assert len(re.findall(r"^\d\. ", evidence, re.MULTILINE)) == len(store.ledger.entry(key).forecast.evidence)


def test_a_setting_that_nobody_looked_at_is_told(talk) -> None:
    assert "do not tell settings apart" in talk(ASKED, "with 5 shots")[1]
    assert "do not tell settings apart" not in talk(ASKED)[0]


def test_several_benchmarks_make_a_table_with_an_entry_each(talk, store) -> None:
    [told] = talk("What will GPT-4.1 get on AIME 2024, Arena and SWE-bench Verified?")
    keys = re.findall(r"`([0-9a-f]{20})` \|", told)
    assert [store.ledger.entry(key).cell[1] for key in keys] == ["aime_2024", "arena", "swe_bench_verified"]


def test_what_is_known_is_looked_up_and_not_forecast(talk, store) -> None:
    before = len(store.ledger.entries(limit=10_000))
    cell, missing, best, model = talk(
        "What is known about DeepSeek-R1 on AIME 2024?",
        "Has GPT-4.1 been measured on AIME 2024?",
        "Which model is best on AIME 2024?",
        "What is known about DeepSeek-R1?",
    )
    assert "**66.0 %**, 2025-05-01" in cell
    assert "**64.0 %**, 2025-03-01" in cell
    assert ("no score is known" in missing) != ("report" in missing)
    scores = [float(score) for score in re.findall(r"\*\*(\d+\.\d) %\*\*", best)]
    assert scores == sorted(scores, reverse=True)
    assert "`aime_2024`" in model
    assert len(store.ledger.entries(limit=10_000)) == before


def test_the_best_error_rate_is_the_lowest(talk) -> None:
    scores = [float(score) for score in re.findall(r"\*\*(\d+\.\d) %\*\*", talk("best models on Speech errors?")[0])]
    assert scores
    assert scores == sorted(scores)


def test_unknown_names_get_near_ones_and_no_forecast(talk, store) -> None:
    before = len(store.ledger.entries(limit=10_000))
    told, ambiguous = talk("What will Qwen3-33B get on AIME 2024?", "What will GPT-4.1 get on GPQA?")
    assert "`qwen3-32b`" in told
    assert "1. `gpqa_diamond`" in ambiguous
    assert len(store.ledger.entries(limit=10_000)) == before


def test_an_effort_that_a_model_has_not_is_said_in_words(talk) -> None:
    assert "efforts high, low" in talk("What will o3 (high) get on AIME 2024?", "with medium effort")[1]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](http://evil.example/a.png)",
        "**bold** `code` | cell |",
        "\x1b[31mred\x1b[0m",
        "a\n\n# Heading\n- item",
    ],
)
def test_what_a_user_or_a_record_says_is_shown_and_not_obeyed(talk, hostile) -> None:
    shown = plain(hostile)
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert not re.search(r"(?<!\\)[<\[`|*]", shown)
    for told in talk(f"What will {hostile} get on AIME 2024?"):
        outside = re.sub(r"`[^`]*`", "", told)
        assert not re.search(r"<script|javascript:|evil\.example|\x1b", outside)


@given(st.text(max_size=60))
def test_code_cannot_be_left_from_inside(text) -> None:
    assert code(text).count("`") == 2
    assert "\n" not in code(text)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", "http://a b", "data:text/html,x", "ftp://x"])
def test_only_web_addresses_become_links(address) -> None:
    assert link("source", address) == "source"


def test_an_address_cannot_end_its_link() -> None:
    assert link("a", "https://x.example/(b)<c>|d") == "[a](https://x.example/%28b%29%3Cc%3E%7Cd)"


def test_nothing_is_certain() -> None:
    assert [chance(p) for p in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "under 1 %", "under 1 %", "50 %", "over 99 %", "over 99 %",
    ]  # fmt: skip


def test_a_table_has_as_many_cells_in_every_line() -> None:
    assert [line.count("|") for line in table(["a", "b"], [["1", "2"], ["3", "4"]]).splitlines()] == [3] * 4
