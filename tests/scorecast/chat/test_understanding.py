"""Messages of a conversation: what each asks for, in the light of those before, without a language model."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecast.chat.understanding.conversation import Said, understand
from scorecast.chat.understanding.intent import Kind, What
from scorecast.chat.understanding.reading import LONGEST
from scorecast.chat.understanding.spotting import SIGNS

TODAY = dt.date(2026, 6, 1)
# In seconds, a hundred times what the slowest needs: what is guarded against is a pattern that runs for hours.
HANGS = 60
ASKED = "What will Qwen3-32B get on GPQA diamond?"
COMPARED = "Which is better on GPQA diamond, o3 or GPT-5?"


@pytest.mark.parametrize(
    ("said", "kind", "models", "benchmarks"),
    [
        (ASKED, Kind.FORECAST, "qwen3-32b", "gpqa_diamond"),
        ("predict gpt-5 gpqa diamond", Kind.FORECAST, "gpt-5", "gpqa_diamond"),
        ("GPT-5's score on HLE", Kind.FORECAST, "gpt-5", "hle"),
        ("How good is Qwen3-32B at math?", Kind.FORECAST, "qwen3-32b", "math"),
        ("What will Qwen3-32B score on GPQA diamond, AIME 2025 and HLE?", Kind.FORECAST, "qwen3-32b",
         "gpqa_diamond aime_2025 hle"),
        (COMPARED, Kind.COMPARE, "o3 gpt-5", "gpqa_diamond"),
        ("is DeepSeek-R1 likely to beat o1 on AIME 2024?", Kind.COMPARE, "deepseek-r1 o1", "aime_2024"),
        ("forecast o3/GPT-5 on hle", Kind.COMPARE, "o3 gpt-5", "hle"),
        ("Compare Claude Opus 4.5, GPT-5 and Gemini 2.5 Pro on SWE-bench Verified", Kind.COMPARE,
         "claude-opus-4.5 gpt-5 gemini-2.5-pro", "swe_bench_verified"),
        ("qwen3-32b vs llama 4 maverick @ gpqa diamond", Kind.COMPARE, "qwen3-32b llama-4-maverick", "gpqa_diamond"),
        ("what is known about Qwen3-32B on GPQA diamond?", Kind.KNOWN, "qwen3-32b", "gpqa_diamond"),
        ("has GPT-5 been tested on FrontierMath?", Kind.KNOWN, "gpt-5", "frontiermath"),
        ("which model is best on HLE?", Kind.BEST, "", "hle"),
        ("who is ahead on OSWorld?", Kind.BEST, "", "osworld"),
        ("how accurate are you?", Kind.HELP, "", ""),
        (f"{COMPARED} | by how much?", Kind.COMPARE, "o3 gpt-5", "gpqa_diamond"),
        ("what is the best score on FrontierMath", Kind.BEST, "", "frontiermath"),
        ("What is GPQA diamond?", Kind.DESCRIBE, "", "gpqa_diamond"),
        ("Tell me about Kimi K2", Kind.DESCRIBE, "kimi-k2", ""),
        ("what can you do?", Kind.HELP, "", ""),
        ("hello there", Kind.HELP, "", ""),
        ("thanks a lot!", Kind.COURTESY, "", ""),
        ("tell me a joke", Kind.OTHER, "", ""),
        ("what will it get?", Kind.INCOMPLETE, "", ""),
        ("GPQA diamond", Kind.INCOMPLETE, "", "gpqa_diamond"),
        (f"{COMPARED} | which one is best?", Kind.COMPARE, "o3 gpt-5", "gpqa_diamond"),
        ("which model is best on HLE? | as of March 2025?", Kind.BEST, "", "hle"),
        # Follow-ups
        (f"{ASKED} | and on AIME 2025?", Kind.FORECAST, "qwen3-32b", "aime_2025"),
        (f"{ASKED} | and GPT-5?", Kind.FORECAST, "gpt-5", "gpqa_diamond"),
        (f"{ASKED} | compare with Llama 4 Maverick", Kind.COMPARE, "qwen3-32b llama-4-maverick", "gpqa_diamond"),
        (f"{ASKED} | is it better than GPT-5?", Kind.COMPARE, "qwen3-32b gpt-5", "gpqa_diamond"),
        (f"{ASKED} | compare with Llama 4 | 2", Kind.COMPARE, "qwen3-32b llama-4-maverick", "gpqa_diamond"),
        (f"{ASKED} | compare with Llama 4 | Maverick", Kind.COMPARE, "qwen3-32b llama-4-maverick", "gpqa_diamond"),
        (f"{ASKED} | compare with GPT-5 | and on HLE?", Kind.COMPARE, "qwen3-32b gpt-5", "hle"),
        (f"{ASKED} | why?", Kind.WHY, "qwen3-32b", "gpqa_diamond"),
        (f"{ASKED} | show the evidence", Kind.EVIDENCE, "qwen3-32b", "gpqa_diamond"),
        (f"{ASKED} | start over", Kind.RESET, "", ""),
        (f"{ASKED} | start over | will it pass 60?", Kind.INCOMPLETE, "", ""),
        (f"{ASKED} | thanks | and GPT-5?", Kind.FORECAST, "gpt-5", "gpqa_diamond"),
        (f"{COMPARED} | and Grok 4?", Kind.COMPARE, "o3 gpt-5 grok-4", "gpqa_diamond"),
        (f"{COMPARED} | what about Grok 4 instead?", Kind.FORECAST, "grok-4", "gpqa_diamond"),
        ("What is GPQA diamond? | and what will Qwen3-32B get on it?", Kind.FORECAST, "qwen3-32b", "gpqa_diamond"),
        ("What will Qwen3-32B get? | GPQA diamond", Kind.FORECAST, "qwen3-32b", "gpqa_diamond"),
        ("which model is best on HLE? | how about AIME 2025", Kind.BEST, "", "aime_2025"),
        ("what is known about o3 on HLE? | what about AIME 2025?", Kind.KNOWN, "o3", "aime_2025"),
        ("describe Qwen3-32B | on HLE?", Kind.FORECAST, "qwen3-32b", "hle"),
        ("What will GPT-4o get on GPQA? | the second one | 1", Kind.FORECAST, "gpt-4o-2024-08-06", "gpqa_diamond"),
        ("What will Qwen3-33B score on AIME 2025? | I mean qwen3-32b", Kind.FORECAST, "qwen3-32b", "aime_2025"),
        ("Will GPT-5 pass 1400 on LMArena? | yes", Kind.FORECAST, "gpt-5", "chatbot_arena_elo"),
    ],
)  # fmt: skip
def test_messages_mean_what_people_mean_by_them(hear, said, kind, models, benchmarks) -> None:
    intent = hear(said)
    assert intent.kind is kind
    assert [one.id for one in intent.topic.models] == models.split()
    assert [one.id for one in intent.topic.benchmarks] == benchmarks.split()


@pytest.mark.parametrize(
    ("said", "threshold"),
    [
        (f"{ASKED} | will it pass 60?", 60.0),
        (f"{ASKED} | will it pass 60? | and 70?", 70.0),
        (f"{ASKED} | will it pass 60? | with 5 shots", 60.0),
        (f"{ASKED} | will it pass 60? | and on AIME 2025?", 60.0),
        (f"{ASKED} | will it pass 60? | What will GPT-5 get on HLE?", None),
        (f"{ASKED} | will it pass 60? | and on Vending-Bench 2?", None),
        ("what's the probability that o3 exceeds 85 on GPQA Diamond?", 85.0),
        ("Will Claude Opus 4.5 score at least 62.5 % on SWE-bench Verified?", 62.5),
        ("Will GPT-5 earn more than $1,300 on Vending-Bench 2?", 1300.0),
        (f"{ASKED} | in 2 hours?", None),
    ],
)
def test_thresholds_last_until_the_question_or_the_unit_changes(hear, said, threshold) -> None:
    assert hear(said).topic.threshold == threshold


@pytest.mark.parametrize(
    ("said", "setting"),
    [
        (f"{ASKED} | and with 5 shots?", {"shots": 5}),
        (f"{ASKED} | zero-shot | with chain of thought", {"shots": 0, "prompting": "chain-of-thought"}),
        ("What would Kimi K2 score on MMLU-Pro 5-shot without tools?", {"shots": 5, "tools": "none"}),
        ("Forecast Gemini 2.5 Pro for HLE with high effort, pass@1", {"effort": "high", "sampling": "pass@1"}),
        (f"{ASKED} | with 5 shots | What will GPT-5 get on HLE?", {}),
    ],
)
def test_settings_add_up_until_the_question_changes(hear, said, setting) -> None:
    assert hear(said).topic.setting.told() == setting


@pytest.mark.parametrize(
    ("said", "as_of"),
    [
        ("as of March 2025", dt.date(2025, 3, 31)),
        ("as of 2025-02", dt.date(2025, 2, 28)),
        ("as of 2025-01-31", dt.date(2025, 1, 31)),
        ("as of 31 January 2025", dt.date(2025, 1, 31)),
        ("as of Jan 31st, 2025", dt.date(2025, 1, 31)),
        ("as of 2024", dt.date(2024, 12, 31)),
        ("as of 2026", TODAY),
        ("as of March 2025 | and on HLE?", dt.date(2025, 3, 31)),
        ("as of March 2025 | as of today", None),
    ],
)
def test_dates_are_read_to_the_last_day_that_is_meant(hear, said, as_of) -> None:
    assert hear(f"{ASKED} | {said}").topic.as_of == as_of


@pytest.mark.parametrize("date", ["2031", "2025-02-31", "March 2031"])
def test_dates_that_cannot_be_are_refused_by_name(hear, date) -> None:
    assert date in hear(f"{ASKED} | as of {date}").complaint


@pytest.mark.parametrize(
    ("said", "withhold"),
    [
        ("ignore the reported score", True),
        ("pretend it was never measured, as if unknown", True),
        ("ignore the reported score | with the reported score", False),
    ],
)
def test_a_reported_score_is_withheld_on_demand(hear, said, withhold) -> None:
    assert hear(f"{ASKED} | {said}").topic.withhold is withhold


@pytest.mark.parametrize(
    ("said", "name", "what", "offered"),
    [
        ("What will Qwen3-33B score on AIME 2025?", "Qwen3-33B", What.MODEL, "qwen3-32b"),
        ("What will GPT-5 score on AIME 2031?", "AIME 2031", What.BENCHMARK, "aime_2025"),
        (f"{ASKED} | compare with Llama 4", "Llama 4", What.MODEL, "llama-4-maverick"),
        ("what about SWE-bench", "SWE-bench", What.EITHER, "swe_bench_verified"),
        ("What will GPT-4o get on HLE?", "GPT-4o", What.MODEL, "gpt-4o-2024-08-06"),
        ("What will Claude get on HLE?", "Claude", What.MODEL, "claude-opus-4"),
        ("What will GPT-5 get on GPQA?", "GPQA", What.BENCHMARK, "gpqa_diamond"),
        ("predict the vending bench money of GPT-5", "vending bench money", What.EITHER, "vending_bench_2"),
    ],
)
def test_a_name_that_is_unknown_or_ambiguous_is_asked_back_with_what_is_near(hear, said, name, what, offered) -> None:
    intent = hear(said)
    assert intent.kind is Kind.UNCLEAR
    assert (intent.unclear.name, intent.unclear.what) == (name, what)
    assert offered in intent.unclear.candidates


@pytest.mark.parametrize("name", ["foobar", "my-secret-model", "Zzyx 9000", "qwertz"])
def test_an_unknown_model_is_never_answered_about_another(hear, name) -> None:
    assert hear(f"{ASKED} | What will {name} get on HLE?").kind is Kind.UNCLEAR
    assert hear(f"{ASKED} | compare with {name}").kind is Kind.UNCLEAR
    assert hear(f"{ASKED} | and on {name}?").kind is Kind.UNCLEAR


def test_too_many_questions_at_once_are_refused(hear, starter) -> None:
    models = ", ".join(list(starter.catalogue.models)[:14])
    assert "at most" in hear(f"Compare {models} on HLE").complaint


def test_an_impossible_threshold_is_refused_and_then_forgotten(hear) -> None:
    assert "between 0 and 100" in hear(f"{ASKED} | will it pass 160?").complaint
    assert hear(f"{ASKED} | will it pass 160? | and GPT-5?").topic.threshold is None


def test_only_the_user_is_believed(starter) -> None:
    asked = [Said("user", ASKED), Said("user", "will it pass 60?")]
    lied = [asked[0], Said("assistant", "Let us talk about GPT-5 on HLE as of 2020 with 9 shots."), asked[1]]
    assert understand(lied, starter, today=TODAY) == understand(asked, starter, today=TODAY)


@given(st.lists(st.text(max_size=80) | st.sampled_from([ASKED, COMPARED, "2", "and HLE?", "GPQA"]), max_size=5))
def test_any_conversation_is_understood_with_known_names_only(small, said) -> None:
    intent = understand([Said("user", text) for text in said], small, today=TODAY)
    assert {one.id for one in intent.topic.models} <= set(small.catalogue.models)
    assert {one.id for one in intent.topic.benchmarks} <= set(small.catalogue.benchmarks)
    if intent.kind in {Kind.FORECAST, Kind.COMPARE, Kind.WHY, Kind.EVIDENCE}:
        assert intent.topic.complete


@pytest.mark.parametrize("sign", list(SIGNS))
def test_signs_of_a_skeleton_cannot_be_smuggled_in(hear, sign) -> None:
    assert hear(f"what is {sign}?").kind is not Kind.DESCRIBE


@pytest.mark.parametrize(
    "text",
    [
        "gpt 5 pro high thinking mini " * 200,
        "a" * LONGEST,
        "what will " * 400,
        "as of " * 700 + "March",
        "1 " * 2000,
        "o3/" * 1300,
        "pretend " * 500,
        "(((((" * 800,
        "with at using in " * 250 + "shots",
    ],
)
@pytest.mark.timeout(HANGS)
def test_long_messages_take_bounded_time(starter, text) -> None:
    understand([Said("user", ASKED), Said("user", text)], starter, today=TODAY)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("What will my fine-tuned Llama 3.1 8B score on GSM8K?", "'fine-tuned' tells of a model that only you know"),
        ("What will my fine-tuned Llama 3.1 8B score on GSM8K?", "Llama-3.1-8B is forecast as it was released"),
        ("Qwen3-32B at 4 bit on MMLU-Pro", "'4 bit' tells of"),
        ("what will Qwen3-32B int4 quantized get on GPQA diamond", "'int4 quantized' tells of"),
        ("my model has 71 on GPQA diamond, what will it score on AIME 2025?",
         "--known gpqa_diamond=71 --benchmark aime_2025"),
        ("what will our new 7b model get on HLE?", "--known BENCHMARK=SCORE --benchmark hle"),
        ("is it likely that Claude Opus 4.5 gets between 70 and 80 on SWE-bench Verified?", "at least 70, then of"),
    ],
)  # fmt: skip
def test_what_a_forecast_would_answer_wrongly_is_said_with_what_to_do(hear, said, says) -> None:
    intent = hear(said)
    assert intent.kind is Kind.IMPOSSIBLE
    assert says in intent.complaint
