"""Options: a question comes out, or one sentence that says which option is wrong and what it takes."""

from __future__ import annotations

import datetime as dt

import pytest

from records.errors import UnknownName, UsageError
from records.metric import Metric
from records.names.catalogue import Catalogue
from scorecast.questions.planned import OwnModel, check_sources, plan, withheld_sources

TODAY = dt.date(2025, 6, 1)


def ask(catalogue, **options):
    """Plan with usual options."""
    usual = {"model": "GPT-4.1", "benchmark": "aime_2024", "as_of": TODAY, "today": TODAY}
    return plan(catalogue, **(usual | options))


def test_a_known_model_and_benchmark_make_a_question_that_knows_its_cell(catalogue) -> None:
    question = ask(catalogue, setting=["shots=5", "tools=python"])
    assert question.cell == ("gpt-4.1", "aime_2024")
    assert question.setting.told() == {"shots": 5, "tools": "python"}
    assert question.cell_known


def test_withhold_makes_the_cell_unknown(catalogue) -> None:
    assert not ask(catalogue, withhold=True).cell_known


def test_an_own_model_is_taken_with_what_is_told_of_it(catalogue) -> None:
    own = OwnModel(params_b=32.0, released=dt.date(2026, 5, 1))
    question = ask(catalogue, model="My Model", own=own, known=["gpqa_diamond=71"])
    assert question.model.id == "my-model"
    assert question.model.params_b == 32.0
    [record] = question.known
    assert (record.benchmark, record.value, record.published) == ("gpqa_diamond", 71.0, TODAY)


def test_the_effort_of_the_setting_picks_the_variant(catalogue) -> None:
    assert ask(catalogue, model="o3 (low)", setting=["effort=high"]).model.id == "o3-high"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"as_of": dt.date(2025, 7, 1)}, "lies in the future"),
        ({"own": OwnModel(params_b=3.0)}, "known model, so --params-b cannot describe it"),
        ({"known": ["aime_2024=50"]}, "very score that is asked for"),
        ({"known": ["gpqa_diamond"]}, "BENCHMARK=SCORE"),
        ({"known": ["gpqa_diamond=high"]}, "BENCHMARK=SCORE"),
        ({"known": ["gpqa_diamond=171"]}, "between 0 and 100"),
        ({"known": ["gpqa_diamond=nan"]}, "between 0 and 100"),
        ({"known": ["speech_errors=40", "Speech errors=50"]}, "gives speech_errors 2 times, as 40, 50"),
        ({"known": ["arena=71%"]}, "are in rating, not in percent"),
        ({"model": "模型", "known": ["gpqa_diamond=71"]}, "a letter from a to z or a digit"),
        ({"model": "mine", "own": OwnModel(params_b=32.0, active_params_b=64.0)}, "64 B active parameters of 32 B"),
        ({"setting": ["temperature=1"]}, "KEY=VALUE with one of the keys shots"),
        ({"setting": ["shots=many"]}, "shots"),
        ({"setting": ["shots=1", "shots=2"]}, "given twice"),
        ({"model": "o3-low", "setting": ["effort=huge"]}, "known at the efforts high, low, not at 'huge'"),
        ({"model": "mine", "own": OwnModel(params_b=-1.0)}, "params_b"),
        ({"model": "mine"}, "For a model of your own add what you know of it"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(catalogue, options, message) -> None:
    with pytest.raises(UsageError, match=message):
        ask(catalogue, **options)


def test_a_known_score_may_be_told_with_its_sign_of_percent_and_a_share_below_chance_is_refused(
    make_benchmark, models
) -> None:
    chosen = make_benchmark("quiz", metric=Metric(name="accuracy", chance=25.0))
    known = Catalogue.of(models, (chosen, make_benchmark("aime_2024")), ())
    [record] = ask(known, known=["quiz= 71 %"]).known
    assert record.value == 71.0
    with pytest.raises(UsageError, match="guessing gets 25: for 71 % write 71"):
        ask(known, known=["quiz=0.71"])


def test_an_unknown_benchmark_offers_what_is_near(catalogue) -> None:
    with pytest.raises(UnknownName, match="gpqa_diamond"):
        ask(catalogue, benchmark="gpqa dimond")


def test_a_source_that_does_not_exist_is_refused_rather_than_let_through(catalogue) -> None:
    assert check_sources(catalogue, ["source-a"]) == {"source-a"}
    with pytest.raises(UsageError, match="known are source-a"):
        check_sources(catalogue, ["sourcea"])


def test_naming_the_only_source_leaves_all_others_out(catalogue) -> None:
    others = frozenset(catalogue.sources) - {"source-a"}
    assert withheld_sources(catalogue, without=[], only=["source-a"]) == others
    assert withheld_sources(catalogue, without=["source-a"], only=[]) == {"source-a"} - others


def test_leaving_no_source_is_refused(catalogue) -> None:
    with pytest.raises(UsageError, match="No source is left"):
        withheld_sources(catalogue, without=["source-a"], only=["source-a"])
