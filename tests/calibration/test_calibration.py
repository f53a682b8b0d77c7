"""Calibration: stated frequencies become observed ones, by group, and never on too little evidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from calibration.conformal import Conformal, conformal_quantiles
from calibration.hierarchy import ALL, chain
from calibration.registry import CALIBRATORS, calibrator
from records.errors import UsageError
from records.quantiles import LEVELS

MANY = 60_000
"""Past forecasts that leave no room for caution."""

LOW, HIGH = 4, 94  # positions of the levels 0.05 and 0.95


def forecasts(rng: np.random.Generator, n: int, *, wrong: float, shift: float = 0.0):
    """Normal forecasts whose stated spread is ``wrong`` times the true one, and outcomes."""
    centre, scale = rng.normal(0, 2, n), rng.uniform(0.2, 2.0, n)
    quantiles = centre[:, None] + wrong * scale[:, None] * stats.norm.ppf(LEVELS)
    return quantiles, centre + scale * (rng.normal(size=n) + shift)


def covered(quantiles: np.ndarray, outcomes: np.ndarray) -> float:
    return float(np.mean((outcomes >= quantiles[:, LOW]) & (outcomes <= quantiles[:, HIGH])))


@pytest.fixture(params=sorted(CALIBRATORS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize(("wrong", "shift"), [(0.7, 0.0), (2.0, 0.0), (0.8, 0.3)])
def test_intervals_cover_what_they_say(name, wrong, shift) -> None:
    rng = np.random.default_rng(1)
    past, outcomes = forecasts(rng, MANY, wrong=wrong, shift=shift)
    fresh, later = forecasts(rng, 4000, wrong=wrong, shift=shift)
    fitted = calibrator(name).fit(past, outcomes, ["g"] * MANY)
    assert abs(covered(fitted.calibrate(fresh, ["g"] * 4000), later) - 0.9) < 4 * np.sqrt(0.09 / 4000) + 0.005


def test_the_guarantee_of_the_finite_sample_rule_holds_on_average() -> None:
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(400):
        past, outcomes = forecasts(rng, 60, wrong=0.5)
        fresh, later = forecasts(rng, 25, wrong=0.5)
        moved = Conformal(strength=0.0).fit(past, outcomes, [ALL] * 60).calibrate(fresh, [ALL] * 25)
        hits.append(np.mean(later[:, None] <= moved[:, [9, 89]], axis=0))
    below, above = np.mean(hits, axis=0)
    assert below <= 0.10 + 0.012
    assert above >= 0.90 - 0.012


def test_each_group_is_calibrated_for_itself(name) -> None:
    rng = np.random.default_rng(3)
    groups = ["sharp / a"] * (MANY // 2) + ["wide / a"] * (MANY // 2)
    parts = [forecasts(rng, MANY // 2, wrong=w) for w in (0.6, 1.8)]
    fresh = [forecasts(rng, 2000, wrong=w) for w in (0.6, 1.8)]
    fitted = calibrator(name).fit(np.vstack([p[0] for p in parts]), np.concatenate([p[1] for p in parts]), groups)
    for (quantiles, outcomes), group in zip(fresh, ("sharp / a", "wide / a"), strict=True):
        assert abs(covered(fitted.calibrate(quantiles, [group] * 2000), outcomes) - 0.9) < 0.035


def test_a_calibrated_forecast_is_left_nearly_as_it_is(name) -> None:
    past, outcomes = forecasts(np.random.default_rng(4), 5000, wrong=1.0)
    moved = calibrator(name).fit(past, outcomes, ["g"] * 5000).calibrate(past, ["g"] * 5000)
    spread = past[:, 89] - past[:, 9]
    assert np.abs((moved - past)[:, 4:95] / spread[:, None]).max() < 0.12


@given(st.integers(0, 39), st.integers(0, 10_000))
def test_with_few_past_forecasts_nothing_gets_narrower(n, seed) -> None:
    rng = np.random.default_rng(seed)
    past, outcomes = forecasts(rng, n, wrong=3.0)
    fresh, _ = forecasts(rng, 5, wrong=3.0)
    moved = Conformal().fit(past, outcomes, ["g"] * n).calibrate(fresh, ["g"] * 5)
    assert np.all(moved[:, HIGH] - moved[:, LOW] >= fresh[:, HIGH] - fresh[:, LOW] - 1e-9)


def test_the_fewer_past_forecasts_the_less_narrower_a_forecast_gets() -> None:
    rng = np.random.default_rng(9)
    fresh, _ = forecasts(rng, 200, wrong=3.0)
    widths = []
    for n in (100, 3000, 30_000):
        past, outcomes = forecasts(rng, n, wrong=3.0)
        moved = Conformal().fit(past, outcomes, ["g"] * n).calibrate(fresh, ["g"] * 200)
        widths.append(float(np.mean((moved[:, HIGH] - moved[:, LOW]) / (fresh[:, HIGH] - fresh[:, LOW]))))
    assert 1.0 > widths[0] > widths[1] + 0.1 > widths[2] + 0.2


def test_a_group_that_never_came_up_falls_back_to_the_broader_one(name) -> None:
    past, outcomes = forecasts(np.random.default_rng(5), 1000, wrong=0.5)
    fitted = calibrator(name).fit(past, outcomes, ["3-9 scores / 20+ models"] * 1000)
    other = fitted.calibrate(past[:3], ["3-9 scores / 1-4 models", "new model / new benchmark", ""])
    assert np.all(other[:, HIGH] - other[:, LOW] > past[:3, HIGH] - past[:3, LOW])


@given(st.integers(1, 80), st.integers(0, 10_000))
def test_calibrated_quantiles_do_not_cross(n, seed) -> None:
    rng = np.random.default_rng(seed)
    past, outcomes = forecasts(rng, n, wrong=float(rng.uniform(0.2, 4)), shift=float(rng.normal()))
    groups = [f"{i % 3} / {i % 2}" for i in range(n)]
    for make in CALIBRATORS.values():
        moved = make().fit(past, outcomes, groups).calibrate(past, groups)
        assert np.all(np.isfinite(moved))
        assert np.all(np.diff(moved, axis=1) >= 0)


def test_a_restored_calibration_does_the_same(name) -> None:
    past, outcomes = forecasts(np.random.default_rng(6), 300, wrong=0.5)
    groups = [("a / b", "a / c", "d")[i % 3] for i in range(300)]
    fitted = calibrator(name).fit(past, outcomes, groups)
    again = calibrator(name).restore(fitted.state())
    np.testing.assert_array_equal(again.calibrate(past, groups), fitted.calibrate(past, groups))


def test_without_any_past_forecast_nothing_changes(name) -> None:
    fresh, _ = forecasts(np.random.default_rng(7), 4, wrong=1.0)
    fitted = calibrator(name).fit(np.empty((0, 99)), np.empty(0), [])
    np.testing.assert_allclose(fitted.calibrate(fresh, ["g"] * 4), fresh)
    assert fitted.calibrate(np.empty((0, 99)), []).shape == (0, 99)


def test_nine_scores_tell_the_middle_levels_and_no_others() -> None:
    scores = np.repeat(np.arange(1.0, 10.0)[:, None], 99, axis=1)
    told = conformal_quantiles(scores, np.zeros(99))
    assert told[49] == 5.0  # ceil(10 * 0.50) = 5th of nine
    assert told[89] == 9.0  # ceil(10 * 0.90) = 9th
    assert told[94] == 9.0  # a 10th is needed: the farthest score, or what was there if that is farther
    assert told[4] == 0.0


def test_groups_broaden_by_cutting_their_names() -> None:
    assert chain("3-9 scores / 20+ models") == (ALL, "3-9 scores", "3-9 scores / 20+ models")
    assert chain("") == chain(ALL) == (ALL,)


def test_an_unknown_name_is_met_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"Did you mean conformal\?"):
        calibrator("conformall")
