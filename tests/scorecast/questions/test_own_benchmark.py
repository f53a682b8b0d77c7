"""A benchmark of one's own: it is what was told, or one sentence says which option is wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from records.errors import UsageError
from records.metric import Unit
from scorecast.questions.own_benchmark import Kind, OwnBenchmark, described_benchmark

TOLD = "Proofs of lemmas from weaving theory, checked by a proof assistant."


def described(catalogue, name="Loom Proofs (v2)", **told):
    """Describe a benchmark with a usual text."""
    return described_benchmark(catalogue, name, OwnBenchmark(**({"description": TOLD} | told)))


def test_all_that_is_told_is_in_the_benchmark(catalogue) -> None:
    date = dt.date(2026, 11, 1)
    made = described(catalogue, domain="mathematics", answer_format="proof", chance=2.0, items=200, released=date)
    assert (made.id, made.name, made.description) == ("loom_proofs_v2", "Loom Proofs (v2)", TOLD)
    assert (made.domain, made.answer_format, made.items, made.released) == ("mathematics", "proof", 200, date)
    assert (made.metric.chance, made.metric.bounds, made.metric.higher_is_better) == (2.0, (0.0, 100.0), True)


@pytest.mark.parametrize(
    ("told", "unit", "bounds", "higher"),
    [
        ({}, Unit.PERCENT, (0.0, 100.0), True),
        ({"metric": Kind.ERROR_RATE}, Unit.PERCENT, (0.0, 100.0), False),
        ({"metric": Kind.RATING}, Unit.RATING, (-float("inf"), float("inf")), True),
        ({"metric": Kind.POINTS, "lower": 0.0, "upper": 10.0}, Unit.POINTS, (0.0, 10.0), True),
        ({"metric": Kind.POINTS, "lower": 1.0, "lower_is_better": True}, Unit.POINTS, (1.0, float("inf")), False),
        ({"metric": Kind.USD}, Unit.USD, (-float("inf"), float("inf")), True),
    ],
)
def test_every_measure_has_its_unit_bounds_and_direction(catalogue, told, unit, bounds, higher) -> None:
    metric = described(catalogue, **told).metric
    assert (metric.unit, metric.bounds, metric.higher_is_better) == (unit, bounds, higher)


@pytest.mark.parametrize(
    ("name", "told", "message"),
    [
        ("Loom", {"description": ""}, "needs --description"),
        ("Loom", {"description": "proofs"}, "at least 20 characters"),
        ("gpqa diamond", {}, "known benchmark: ask for it by --benchmark gpqa_diamond"),
        ("swe-bench verified", {}, "--benchmark swe_bench_verified"),
        ("GPQA", {}, "may be any of the benchmarks gpqa_diamond, gpqa_main"),
        ("...", {}, "a letter from a to z or a digit"),
        ("Loom", {"chance": 120.0}, "chance level 120.0 lies outside"),
        ("Loom", {"items": 0}, "items: "),
        ("Loom", {"lower": 5.0}, "--lower: --metric percent lies between 0 and 100"),
        ("Loom", {"metric": Kind.RATING, "lower": 1.0, "upper": 2.0}, "--lower, --upper: --metric rating has no"),
        ("Loom", {"metric": Kind.POINTS, "lower": 5.0, "upper": 1.0}, "lower bound 5.0 is not below upper 1.0"),
        ("Loom", {"released": dt.date(1066, 10, 14)}, "1990"),
        ("Loom", {"description": "a" * 4001}, "description: "),
    ],
)
def test_what_cannot_be_is_refused_by_name(catalogue, name, told, message) -> None:
    with pytest.raises(UsageError, match=message):
        described(catalogue, name, **told)


def test_the_options_that_were_given_are_told_as_typed() -> None:
    own = OwnBenchmark(description=TOLD, answer_format="proof", chance=0.0, released=dt.date(2026, 11, 1))
    assert own.told == ["--description", "--answer-format", "--chance", "--benchmark-released"]
    assert OwnBenchmark().told == []
