"""The distance of distributions: zero for equal ones, symmetric, and that of bells as the formula has it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from agent.disagreement import disagree, disagreement, distance, together
from records.distribution import Distribution
from records.metric import PERCENT_ACCURACY, Metric, Unit

OPEN = Metric(name="rating", unit=Unit.RATING)


def bell(mean: float, deviation: float = 1.0) -> Distribution:
    return Distribution.from_location_scale(mean, deviation, OPEN)


def test_equal_distributions_are_at_distance_zero() -> None:
    assert distance(bell(3), bell(3)) == 0.0
    assert disagreement([bell(3)]) == 0.0
    assert not disagree([])


def test_the_distance_is_symmetric_and_grows_with_the_shift() -> None:
    assert distance(bell(0), bell(1)) == pytest.approx(distance(bell(1), bell(0)))
    assert distance(bell(0), bell(1)) < distance(bell(0), bell(2))


def test_two_bells_one_deviation_apart_are_as_far_as_the_formula_says() -> None:
    # E|N(1, 2)| - E|N(0, 2)| with E|N(m, s^2)| = s sqrt(2/pi) exp(-m^2/2s^2) + m (1 - 2 Phi(-m/s))
    far = math.sqrt(4 / math.pi) * math.exp(-0.25) + math.erf(0.5)
    assert distance(bell(0), bell(1)) == pytest.approx(far - math.sqrt(4 / math.pi), rel=0.03)


@pytest.mark.parametrize(("shift", "apart"), [(0.5, False), (2.0, True)])
def test_draws_disagree_from_about_one_deviation_on(shift, apart) -> None:
    assert disagree([bell(0), bell(shift)]) is apart


def test_draws_that_differ_make_a_wider_pool() -> None:
    pool = together([bell(0), bell(4)])
    assert pool.median == pytest.approx(2.0, abs=0.1)
    assert pool.standard_deviation > 1.8
    assert together([bell(0)]) == bell(0)


def test_a_pool_stays_within_the_bounds() -> None:
    draws = [Distribution.from_samples(np.linspace(low, low + 20, 50), PERCENT_ACCURACY) for low in (0, 80)]
    assert together(draws).quantiles[0] >= 0.0
    assert together(draws).quantiles[-1] <= 100.0
