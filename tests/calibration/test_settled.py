"""Settled forecasts: a map of levels that mends bias and spread, believes little of little, and breaks nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from calibration.hierarchy import CUT
from calibration.level_map import MOST_SHIFT, MOST_SPREAD, SAME, LevelMap, histogram, learned, stated_levels
from calibration.settled import SettledForecasts, independence
from records.distribution import Distribution
from records.metric import PERCENT_ACCURACY, Metric, Unit

METRICS = (
    PERCENT_ACCURACY,
    Metric(name="rating", unit=Unit.RATING),
    Metric(name="earned", unit=Unit.USD, lower=0.0),
    Metric(name="error_rate", higher_is_better=False),
)
maps = st.builds(LevelMap, st.floats(-MOST_SHIFT, MOST_SHIFT), st.floats(1.0 / MOST_SPREAD, MOST_SPREAD))


def settled(
    n: int, *, shift: float = 0.0, spread: float = 1.0, seed: int = 0, benchmarks: int = 0, models: int = 0
) -> SettledForecasts:
    """Settled forecasts whose outcomes have these probits; all different, unless they share benchmarks or models."""
    number = np.arange(n)
    levels = ndtr(shift + spread * np.random.default_rng(seed).normal(size=n))
    names = [f"bench-{i % benchmarks if benchmarks else i}" for i in number]
    return SettledForecasts(
        between=np.stack([levels, levels], axis=1),
        groups=tuple(f"10+ scores{CUT}20+ models{CUT}{name}" for name in names),
        models=np.array([f"model-{i % models if models else i}" for i in number], dtype=str),
        benchmarks=np.array(names, dtype=str),
        seasons=np.array([f"season-{i}" for i in number], dtype=str),
    )


ELSEWHERE = f"10+ scores{CUT}20+ models{CUT}another benchmark"


def test_nothing_settled_changes_nothing() -> None:
    assert settled(0).taught(ELSEWHERE).map == SAME
    stated = np.linspace(20.0, 60.0, 99)
    assert SAME.recalibrated(stated, PERCENT_ACCURACY) is stated


@pytest.mark.parametrize("seed", range(4))
def test_a_handful_changes_nothing_to_the_eye(seed) -> None:
    told = settled(5, seed=seed).taught(ELSEWHERE).map
    assert abs(told.shift) < 0.15  # a median read at the level 0.44 to 0.56
    assert 0.9 < told.spread < 1.15


@pytest.mark.parametrize(("shift", "spread"), [(0.0, 1.0), (0.8, 1.0), (0.0, 2.0), (-0.5, 0.6), (1.0, 1.5)])
def test_many_teach_bias_and_spread(shift, spread) -> None:
    told = settled(5_000, shift=shift, spread=spread).taught(ELSEWHERE).map
    assert told.shift == pytest.approx(shift, abs=0.06)
    assert told.spread == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize(("shift", "spread"), [(0.6, 1.0), (0.0, 1.8), (-0.4, 0.7)])
def test_intervals_hold_what_they_say_again(shift, spread) -> None:
    told = settled(5_000, shift=shift, spread=spread).taught(ELSEWHERE).map
    rng = np.random.default_rng(9)
    stated = Distribution.from_location_scale(0.3, 0.4, PERCENT_ACCURACY)
    outcomes = PERCENT_ACCURACY.from_working(0.3 + 0.4 * (shift + spread * rng.normal(size=4_000)))
    mended = Distribution.from_array(
        told.recalibrated(np.asarray(stated.quantiles), PERCENT_ACCURACY), PERCENT_ACCURACY
    )
    for percent in (50, 80, 90):
        low, high = mended.interval(percent)
        assert np.mean((outcomes >= low) & (outcomes <= high)) == pytest.approx(percent / 100, abs=0.025)


@given(level_map=maps, metric=st.sampled_from(METRICS), at=st.floats(-6.0, 6.0), wide=st.floats(0.0, 4.0))
def test_no_map_crosses_quantiles_or_leaves_the_bounds(level_map, metric, at, wide) -> None:
    stated = Distribution.from_location_scale(at, wide, metric)
    mended = Distribution.from_array(level_map.recalibrated(np.asarray(stated.quantiles), metric), metric)
    assert mended.bounds == stated.bounds
    if level_map.shift >= 0 and level_map.spread == 1.0:
        assert mended.median >= stated.median


@given(level_map=maps, probit=st.floats(-2.0, 2.0))
def test_the_level_that_an_outcome_had_is_had_back(level_map, probit) -> None:
    stated = Distribution.from_location_scale(0.0, 1.0, METRICS[1])
    quantiles = np.asarray(stated.quantiles)
    low, high = level_map.read(stated_levels(level_map.recalibrated(quantiles, METRICS[1]), METRICS[1], probit))
    raw = stated.cdf(probit)
    assert low - 0.02 <= raw <= high + 0.02


def test_an_outcome_beyond_the_last_quantile_counts_as_no_more_than_that() -> None:
    stated = np.linspace(20.0, 60.0, 99)
    assert stated_levels(stated, PERCENT_ACCURACY, 61.0).tolist() == [0.99, 1.0]
    assert stated_levels(stated, PERCENT_ACCURACY, 99.0).tolist() == [0.99, 1.0]
    assert stated_levels(stated, PERCENT_ACCURACY, 0.0).tolist() == [0.0, 0.01]


def test_an_outcome_in_a_point_mass_is_spread_over_its_levels() -> None:
    ceiling = np.concatenate([np.linspace(50.0, 100.0, 50), np.full(49, 100.0)])
    low, high = stated_levels(ceiling, PERCENT_ACCURACY, 100.0)
    assert (low, high) == (pytest.approx(0.5), 1.0)
    assert histogram(np.array([[low, high]]))[0].tolist() == pytest.approx([0.0] * 50 + [0.02] * 50)


def test_a_hundred_settlements_on_one_benchmark_weigh_less_than_on_a_hundred() -> None:
    one, many = (settled(100, shift=1.0, benchmarks=n).taught(ELSEWHERE) for n in (1, 100))
    assert one.worth < 5.0 < many.worth
    assert 0.0 < one.map.shift < many.map.shift / 3.0


def test_a_hundred_settlements_of_one_model_weigh_less_than_of_a_hundred() -> None:
    one, many = (settled(100, shift=1.0, models=n).taught(ELSEWHERE) for n in (1, 100))
    assert 0.0 < one.map.shift < many.map.shift / 3.0


def test_one_cell_settled_a_hundred_times_is_worth_little_more_than_once() -> None:
    same = np.full(100, "same")
    seasons = np.array([f"season-{i}" for i in range(100)])
    assert independence(same, same, seasons).sum() == pytest.approx(1.0)
    assert independence(seasons, seasons, seasons).sum() == pytest.approx(100.0)


def test_a_benchmark_learns_its_own_bias_and_others_hardly_hear_of_it() -> None:
    taught = settled(100, shift=1.0, benchmarks=1)
    here, there = (taught.taught(group).map.shift for group in (f"10+ scores{CUT}20+ models{CUT}bench-0", ELSEWHERE))
    assert here > 0.7
    assert there < 0.25


@given(counts=st.lists(st.integers(0, 10_000), min_size=100, max_size=100))
def test_whatever_came_out_a_map_is_learned(counts) -> None:
    found = learned(np.array(counts, dtype=float), strength=40.0)
    assert abs(found.shift) <= MOST_SHIFT
    assert 1.0 / MOST_SPREAD <= found.spread <= MOST_SPREAD
