"""Metrics of every kind: units, bounds, direction, chance, and the working scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from records.distribution import Distribution
from records.errors import DistributionError
from records.metric import EDGE, PERCENT_ACCURACY, Metric, Scale, Unit, bounds_told

ERROR_RATE = Metric(name="word_error_rate", higher_is_better=False)
RATING = Metric(name="rating", unit=Unit.RATING)
MONEY = Metric(name="earnings", unit=Unit.USD, lower=0.0)
MARK = Metric(name="mark", unit=Unit.POINTS, lower=1.0, upper=10.0)
EVERY_KIND = [PERCENT_ACCURACY, ERROR_RATE, RATING, MONEY, MARK]


def test_a_percent_metric_lies_between_0_and_100_without_being_told() -> None:
    assert Metric(name="accuracy").bounds == (0.0, 100.0)
    assert Metric(name="accuracy", lower=None, upper=None).bounds == (0.0, 100.0)


def test_an_error_rate_may_pass_100_percent_when_its_bound_says_so() -> None:
    assert Metric(name="word_error_rate", upper=200.0, higher_is_better=False).admits(130.0)


def test_a_rating_has_neither_bounds_nor_chance() -> None:
    assert RATING.bounds == (-np.inf, np.inf)
    assert RATING.chance is None
    assert not RATING.bounded


def test_money_is_bounded_on_one_side_only() -> None:
    assert MONEY.bounds == (0.0, np.inf)
    assert not MONEY.bounded


@pytest.mark.parametrize("metric", EVERY_KIND)
def test_no_metric_admits_what_is_not_finite(metric: Metric) -> None:
    assert not any(metric.admits(value) for value in (np.nan, np.inf, -np.inf))


def test_the_bounds_themselves_are_admitted() -> None:
    assert MARK.admits(1.0)
    assert MARK.admits(10.0)
    assert not MARK.admits(np.nextafter(10.0, 11.0))


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"lower": 5.0, "upper": 5.0}, "5.0 is not below"),
        ({"chance": 101.0}, "101.0 lies outside"),
        ({"chance": float("nan")}, "finite"),
        ({"direction": "up"}, "extra"),
        ({"unit": "furlong"}, "percent"),
    ],
)
def test_an_impossible_metric_is_refused_and_told_why(fields: dict[str, object], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        Metric.model_validate({"name": "accuracy"} | fields)


def test_a_metric_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        PERCENT_ACCURACY.upper = 1.0  # type: ignore[misc]


def test_the_working_scale_of_a_bounded_metric_is_the_logit_of_the_share_of_the_range() -> None:
    assert PERCENT_ACCURACY.to_working(50.0) == 0.0
    assert PERCENT_ACCURACY.to_working(75.0) == pytest.approx(np.log(3.0))
    assert MARK.to_working(5.5) == 0.0


def test_the_working_scale_of_an_open_metric_is_its_own() -> None:
    values = np.array([900.0, 1500.0])
    assert np.array_equal(RATING.to_working(values), values)
    assert np.array_equal(MONEY.from_working([-5.0, 5.0]), [0.0, 5.0])


def test_a_perfect_score_and_a_total_failure_stay_finite() -> None:
    ends = PERCENT_ACCURACY.to_working([0.0, 100.0])
    assert np.allclose(PERCENT_ACCURACY.from_working(ends), [100 * EDGE, 100 - 100 * EDGE])
    assert np.allclose(PERCENT_ACCURACY.from_working(PERCENT_ACCURACY.to_working([0.1], edge=1e-6)), [0.1])


@pytest.mark.parametrize("metric", EVERY_KIND)
@given(share=st.floats(EDGE, 1.0 - EDGE))
def test_the_working_scale_and_back_is_the_same_score(metric: Metric, share: float) -> None:
    low, high = (metric.lower or 0.0), (metric.upper or 3000.0)
    score = low + share * (high - low)
    assert metric.from_working(metric.to_working(score)) == pytest.approx(score, rel=1e-9)


@pytest.mark.parametrize("metric", EVERY_KIND)
@given(working=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_every_working_value_maps_into_the_bounds_in_order(metric: Metric, working: list[float]) -> None:
    scores = metric.from_working(sorted(working))
    assert all(metric.admits(score) for score in scores)
    assert np.all(np.diff(scores) >= 0.0)


def test_shapes_are_kept() -> None:
    assert PERCENT_ACCURACY.to_working(np.ones((2, 3, 4))).shape == (2, 3, 4)
    assert PERCENT_ACCURACY.from_working(np.ones((2, 3))).shape == (2, 3)


def test_only_fractions_are_scaled() -> None:
    assert Scale.FRACTION.to_unit(0.5) == 50.0
    assert Scale.PERCENT.to_unit(0.5) == Scale.NATIVE.to_unit(0.5) == 0.5


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        (Metric(name="rating", unit=Unit.RATING), "no lower bound to no upper bound"),
        (Metric(name="profit", unit=Unit.USD, lower=0.0), "0 to no upper bound"),
        (PERCENT_ACCURACY, "0 to 100"),
    ],
)
def test_an_end_without_a_bound_is_told_in_words(metric: Metric, told: str) -> None:
    assert bounds_told(*metric.bounds) == told
    with pytest.raises(DistributionError, match=told):
        Distribution.from_array(np.linspace(2.0, 1.0, 99), metric)
