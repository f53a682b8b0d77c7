"""Plain questions: the right names, thresholds and dates are read, and nothing is guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import ScorecastError, UnknownName, UsageError
from records.names.catalogue import AmbiguousName, Catalogue
from scorecast.chat.asking import Asked
from scorecast.chat.asking import understand as read

TODAY = dt.date(2025, 6, 1)


def understand(text: str, catalogue: Catalogue) -> Asked:
    return read(text, catalogue, today=TODAY)


@pytest.mark.parametrize(
    ("text", "expected", "benchmark"),
    [
        ("What will Qwen3-32B score on GPQA diamond?", ["qwen3-32b"], "gpqa_diamond"),
        ("qwen3 32b on gpqa_diamond", ["qwen3-32b"], "gpqa_diamond"),
        ("How well would GPT-4.1 do on SWE-bench Verified?", ["gpt-4.1"], "swe_bench_verified"),
        ("what does o3 (low) get on AIME 2024", ["o3-low"], "aime_2024"),
        ("Does DeepSeek-R1 beat o3-high on AIME 2024?", ["deepseek-r1", "o3-high"], "aime_2024"),
        ("On GPQA main, is Qwen3 30B A3B better than Qwen3 32B?", ["qwen3-30b-a3b", "qwen3-32b"], "gpqa_main"),
    ],
)
def test_names_are_found_in_any_spelling_and_in_order(catalogue, text, expected, benchmark) -> None:
    asked = understand(text, catalogue)
    assert [m.id for m in asked.models] == expected
    assert [b.id for b in asked.benchmarks] == [benchmark]


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("Will DeepSeek-R1 pass 60 % on SWE-bench Verified?", 60.0),
        ("Will DeepSeek-R1 reach at least 62.5% on SWE-bench Verified?", 62.5),
        ("Is GPT-4.1 above 1,300 on Arena?", 1300.0),
        ("Will GPT-4.1 stay below 5 percent on Speech errors?", 5.0),
        ("What will GPT-4.1 score on AIME 2024?", None),
        ("What will GPT-4.1 score on AIME 2024 with 5 shots?", None),
    ],
)
def test_a_threshold_is_read_and_numbers_in_names_are_not(catalogue, text, threshold) -> None:
    assert understand(text, catalogue).threshold == threshold


def test_shots_and_the_as_of_date_are_read(catalogue) -> None:
    asked = understand("What will GPT-4.1 score on AIME 2024 with 5 shots as of 2025-03-01?", catalogue)
    assert asked.setting.shots == 5
    assert asked.as_of == dt.date(2025, 3, 1)


def test_an_impossible_threshold_is_refused_with_the_bounds(catalogue) -> None:
    with pytest.raises(UsageError, match="between 0 and 100 percent"):
        understand("Will GPT-4.1 pass 160 % on AIME 2024?", catalogue)


def test_a_name_with_two_meanings_is_refused_with_both_on_offer(catalogue) -> None:
    with pytest.raises(AmbiguousName, match="gpqa_diamond, gpqa_main"):
        understand("What will GPT-4.1 score on GPQA?", catalogue)


def test_an_unknown_model_is_named_with_what_is_near(catalogue) -> None:
    with pytest.raises(UnknownName, match=r"'Qwen3-33B'.*qwen3-32b"):
        understand("What will Qwen3-33B score on AIME 2024?", catalogue)


def test_an_unknown_benchmark_is_named_with_what_is_near(catalogue) -> None:
    with pytest.raises(UnknownName, match=r"'AIME 2031'.*aime_2024"):
        understand("What will GPT-4.1 score on AIME 2031?", catalogue)


def test_several_models_or_several_benchmarks_are_asked_for_and_a_grid_is_one_for_a_batch(catalogue) -> None:
    asked = understand("What will GPT-4.1 score on AIME 2024 and on GPQA main?", catalogue)
    assert [one.id for one in asked.benchmarks] == ["aime_2024", "gpqa_main"]
    asked = understand("compare GPT-4.1, o3-low and DeepSeek-R1 on AIME 2024", catalogue)
    assert [one.id for one in asked.models] == ["gpt-4.1", "o3-low", "deepseek-r1"]
    with pytest.raises(UsageError, match=r"batch --models gpt-4\.1,o3-low --benchmarks aime_2024,gpqa_main"):
        understand("compare GPT-4.1 and o3-low on AIME 2024 and GPQA main", catalogue)


@pytest.mark.parametrize("text", ["", "   ", "hello", "x" * 2000])
def test_what_is_no_question_gets_an_example(catalogue, text) -> None:
    with pytest.raises(UsageError, match="GPQA diamond"):
        understand(text, catalogue)


def test_an_impossible_date_is_refused(catalogue) -> None:
    with pytest.raises(UsageError, match="2025-02-31 is no date"):
        understand("GPT-4.1 on AIME 2024 as of 2025-02-31", catalogue)


@given(st.text(max_size=120))
def test_any_text_is_understood_or_refused_in_our_own_words(catalogue, text) -> None:
    try:
        asked = understand(text, catalogue)
    except ScorecastError:
        return
    assert asked.models


def test_a_pronoun_is_no_name_to_look_up(catalogue) -> None:
    with pytest.raises(UsageError, match="No model is named"):
        understand("Will it pass 60 % on SWE-bench Verified?", catalogue)


def test_what_the_chat_understands_is_understood_here(catalogue) -> None:
    asked = understand("GPT-4.1 with high effort on AIME 2024 as of March 2025, ignoring the reported score", catalogue)
    assert (asked.as_of, asked.setting.effort, asked.withhold) == (dt.date(2025, 3, 31), "high", True)


def test_a_question_for_what_is_known_of_a_cell_is_a_forecast_of_it(catalogue) -> None:
    asked = understand("What did GPT-4.1 score on AIME 2024 with 5 shots?", catalogue)
    assert (asked.models[0].id, asked.benchmarks[0].id, asked.setting.shots) == ("gpt-4.1", "aime_2024", 5)


@pytest.mark.parametrize("text", ["Which model is best on AIME 2024?", "What is AIME 2024?"])
def test_what_asks_for_no_forecast_is_handed_to_the_chat(catalogue, text) -> None:
    with pytest.raises(UsageError, match="`scorecast chat` looks it up"):
        understand(text, catalogue)
