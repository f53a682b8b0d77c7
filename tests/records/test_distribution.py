"""The predictive distribution: how it is built, what it refuses, and what it answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import ValidationError
from scipy import stats

from records.distribution import INTERVALS, Distribution
from records.errors import DistributionError
from records.metric import PERCENT_ACCURACY, Metric, Unit
from records.quantiles import LEVELS

RATING = Metric(name="rating", unit=Unit.RATING)
MONEY = Metric(name="earnings", unit=Unit.USD, lower=0.0)
UNIFORM = Distribution.from_array(100.0 * LEVELS, PERCENT_ACCURACY)
CERTAIN = Distribution.from_array(np.full(99, 70.0), PERCENT_ACCURACY)


class TestFromArray:
    @pytest.mark.parametrize(
        ("values", "found"),
        [
            (LEVELS[:-1], "expected 99 finite quantiles, found 98"),
            (5.0, "expected 99 finite quantiles, found 1"),
            (np.where(LEVELS == 0.5, np.nan, LEVELS), "expected 99 finite"),
            (np.where(LEVELS == 0.99, np.inf, LEVELS), "expected 99 finite"),
            (LEVELS[::-1], "must not decrease"),
            (LEVELS - 0.5, "must stay within 0 to 100"),
            (LEVELS + 99.5, "must stay within 0 to 100"),
        ],
    )
    def test_what_is_no_quantile_function_is_refused_and_told_why(self, values: object, found: str) -> None:
        with pytest.raises(DistributionError, match=found):
            Distribution.from_array(values, PERCENT_ACCURACY)  # type: ignore[arg-type]

    def test_rounding_is_mended(self) -> None:
        rounded = np.where(LEVELS == 0.01, -1e-12, 100.0 * LEVELS)
        assert Distribution.from_array(rounded, PERCENT_ACCURACY).quantiles[0] == 0.0

    @pytest.mark.parametrize("bad", [(1.0,), tuple(LEVELS[::-1]), (float("nan"),) * 99])
    def test_the_constructor_refuses_as_well(self, bad: tuple[float, ...]) -> None:
        with pytest.raises(ValidationError):
            Distribution(quantiles=bad)

    def test_values_out_of_bounds_are_refused_by_the_constructor(self) -> None:
        with pytest.raises(ValidationError, match="leave the bounds"):
            Distribution(quantiles=(101.0,) * 99, lower=0.0, upper=100.0)

    def test_it_survives_the_way_through_json_to_the_last_digit(self) -> None:
        told = Distribution.from_location_scale(0.3, 0.7, PERCENT_ACCURACY)
        assert Distribution.model_validate_json(told.model_dump_json()) == told

    def test_it_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            UNIFORM.lower = 1.0  # type: ignore[misc]


class TestFromSamples:
    def test_many_draws_give_the_distribution_they_came_from(self) -> None:
        draws = np.random.default_rng(5).normal(1200.0, 50.0, 100_000)
        built = Distribution.from_samples(draws, RATING)
        assert np.allclose(built.quantiles, stats.norm.ppf(LEVELS, 1200.0, 50.0), atol=3.0)

    def test_two_draws_by_hand(self) -> None:
        # Type 8 of Hyndman and Fan: the level p is at the (n + 1/3) p + 1/3 th draw, here 1.2667 for p = 0.4.
        built = Distribution.from_samples([10.0, 20.0], PERCENT_ACCURACY)
        assert built.median == 15.0
        assert built.quantile(0.4) == pytest.approx(10.0 + 10.0 * (7.0 / 3.0 * 0.4 + 1.0 / 3.0 - 1.0))
        assert (built.quantile(0.25), built.quantile(0.75)) == (10.0, 20.0)

    def test_one_draw_is_a_point_mass(self) -> None:
        assert set(Distribution.from_samples([42.0], PERCENT_ACCURACY).quantiles) == {42.0}

    def test_draws_beyond_a_bound_make_a_point_mass_at_the_bound(self) -> None:
        built = Distribution.from_samples(np.linspace(-100.0, 100.0, 2001), PERCENT_ACCURACY)
        assert built.cdf(0.0) == pytest.approx(0.5, abs=0.01)
        assert built.mean == pytest.approx(25.0, abs=0.2)

    @pytest.mark.parametrize("samples", [[], [np.nan], [1.0, np.inf]])
    def test_no_draws_or_broken_ones_are_refused(self, samples: list[float]) -> None:
        with pytest.raises(DistributionError, match="at least one finite sample"):
            Distribution.from_samples(samples, RATING)

    @given(draws=arrays.arrays(float, st.integers(1, 40), elements=st.floats(-1e9, 1e9)))
    def test_any_finite_draws_give_quantiles_among_them(self, draws: np.ndarray) -> None:
        built = Distribution.from_samples(draws, RATING)
        assert draws.min() <= built.quantiles[0] <= built.quantiles[-1] <= draws.max()


class TestFromLocationScale:
    def test_a_percent_metric_gets_a_logit_normal(self) -> None:
        built = Distribution.from_location_scale(np.log(3.0), 1.0, PERCENT_ACCURACY)
        assert built.median == pytest.approx(75.0)
        assert built.quantile(0.9) == pytest.approx(100.0 / (1.0 + np.exp(-np.log(3.0) - stats.norm.ppf(0.9))))

    def test_a_rating_gets_a_normal(self) -> None:
        built = Distribution.from_location_scale(1200.0, 50.0, RATING)
        assert built.interval(80) == pytest.approx((1200.0 - 50.0 * 1.2815515655, 1200.0 + 50.0 * 1.2815515655))

    def test_few_degrees_of_freedom_widen_the_tails(self) -> None:
        normal, heavy = (Distribution.from_location_scale(0.0, 1.0, RATING, degrees_of_freedom=d) for d in (None, 3.0))
        assert heavy.quantile(0.99) == pytest.approx(stats.t.ppf(0.99, 3.0))
        assert heavy.quantile(0.99) > normal.quantile(0.99)

    def test_money_below_nothing_is_a_point_mass_at_nothing(self) -> None:
        assert Distribution.from_location_scale(0.0, 100.0, MONEY).cdf(0.0) == pytest.approx(0.5, abs=0.01)

    def test_no_scale_is_a_point_mass(self) -> None:
        assert Distribution.from_location_scale(0.0, 0.0, PERCENT_ACCURACY).interval(90) == (50.0, 50.0)

    @pytest.mark.parametrize(("location", "scale"), [(np.nan, 1.0), (0.0, -1.0), (np.inf, 1.0), (0.0, np.nan)])
    def test_what_makes_no_distribution_is_refused(self, location: float, scale: float) -> None:
        with pytest.raises(DistributionError, match="make no distribution"):
            Distribution.from_location_scale(location, scale, PERCENT_ACCURACY)

    def test_no_degrees_of_freedom_are_refused(self) -> None:
        with pytest.raises(DistributionError):
            Distribution.from_location_scale(0.0, 1.0, RATING, degrees_of_freedom=0.0)

    @given(location=st.floats(-50.0, 50.0), scale=st.floats(0.0, 50.0))
    def test_the_result_is_always_within_the_bounds(self, location: float, scale: float) -> None:
        built = Distribution.from_location_scale(location, scale, PERCENT_ACCURACY)
        assert 0.0 <= built.knots[0] <= built.knots[-1] <= 100.0


class TestAnswers:
    def test_of_the_uniform_distribution_by_hand(self) -> None:
        assert UNIFORM.median == 50.0
        assert UNIFORM.mean == pytest.approx(50.0)
        assert UNIFORM.standard_deviation == pytest.approx(100.0 / np.sqrt(12.0))
        assert UNIFORM.interval(90) == pytest.approx((5.0, 95.0))
        assert UNIFORM.cdf(30.0) == pytest.approx(0.3)
        assert UNIFORM.exceedance(30.0) == pytest.approx(0.7)
        assert UNIFORM.crps(50.0) == pytest.approx(100.0 / 12.0)
        assert UNIFORM.probability_above(CERTAIN) == pytest.approx(0.3)

    def test_of_certainty(self) -> None:
        assert CERTAIN.mean == CERTAIN.median == 70.0
        assert CERTAIN.standard_deviation == 0.0
        assert CERTAIN.cdf(70.0) == CERTAIN.exceedance(70.0) == 1.0
        assert CERTAIN.crps(64.0) == pytest.approx(6.0)

    def test_intervals_are_nested(self) -> None:
        inner, middle, outer = (UNIFORM.interval(percent) for percent in INTERVALS)
        assert outer[0] <= middle[0] <= inner[0] <= UNIFORM.median <= inner[1] <= middle[1] <= outer[1]

    @pytest.mark.parametrize("level", [-0.1, 1.1, np.nan])
    def test_an_impossible_level_is_refused(self, level: float) -> None:
        with pytest.raises(DistributionError, match="between 0 and 1"):
            UNIFORM.quantile(level)

    @pytest.mark.parametrize("percent", [-1.0, 101.0, np.nan])
    def test_an_impossible_interval_is_refused(self, percent: float) -> None:
        with pytest.raises(DistributionError, match="0 to 100 percent"):
            UNIFORM.interval(percent)

    def test_a_missing_threshold_or_outcome_is_never_answered_with_a_number(self) -> None:
        for ask in (UNIFORM.cdf, UNIFORM.exceedance, UNIFORM.crps):
            with pytest.raises(DistributionError, match="number"):
                ask(np.nan)
        with pytest.raises(DistributionError, match="finite"):
            UNIFORM.crps(np.inf)

    def test_draws_follow_the_distribution_and_their_seed(self) -> None:
        drawn = UNIFORM.samples(50_000, np.random.default_rng(2))
        assert stats.kstest(drawn / 100.0, "uniform").pvalue > 0.01
        assert np.array_equal(drawn, UNIFORM.samples(50_000, np.random.default_rng(2)))


def test_what_is_built_without_checks_is_what_would_be_built_with_them() -> None:
    checked = Distribution.from_location_scale(0.0, 1.0, PERCENT_ACCURACY)
    trusted = Distribution.trusted(quantiles=checked.quantiles, lower=checked.lower, upper=checked.upper)
    assert trusted == checked
    assert trusted.model_dump_json() == checked.model_dump_json()
    assert trusted.model_copy(update={"upper": None}).upper is None
    with pytest.raises(ValidationError):
        trusted.upper = 1.0
