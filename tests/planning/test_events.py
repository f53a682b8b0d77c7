"""Entropies: by hand, against simulation, and by their identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.events import entropy, expected_entropy, probability


def test_entropy_by_hand() -> None:
    np.testing.assert_allclose(entropy(np.array([0.0, 0.5, 1.0, 0.25])), [0.0, 1.0, 0.0, 0.811278], atol=1e-6)


def test_nothing_learned_leaves_the_entropy_and_everything_learned_leaves_none() -> None:
    mean, variance = np.array([0.3, -2.0]), np.array([1.0, 4.0])
    now = entropy(probability(mean, variance))
    np.testing.assert_allclose(expected_entropy(mean, variance, variance), now, atol=1e-6)
    np.testing.assert_allclose(expected_entropy(mean, variance, np.zeros(2)), 0.0, atol=1e-4)


@pytest.mark.parametrize(("mean", "variance", "left"), [(0.5, 1.0, 0.9), (0.5, 1.0, 0.3), (-2, 3, 0.01), (0, 50, 20)])
def test_the_integral_is_what_simulation_gives(mean, variance, left) -> None:
    rng = np.random.default_rng(4)
    means = mean + np.sqrt(variance - left) * rng.standard_normal(400_000)
    simulated = entropy(probability(means, np.full(means.shape, left))).mean()
    assert expected_entropy(np.array(mean), np.array(variance), np.array(left)) == pytest.approx(simulated, abs=2e-3)


@given(mean=st.floats(-3, 3), variance=st.floats(0.01, 100), shares=st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_expected_entropy_only_falls_as_more_is_explained(mean, variance, shares) -> None:
    left = np.sort(variance * (1.0 - np.array(shares)))
    found = expected_entropy(np.full(left.shape, mean), np.full(left.shape, variance), left)
    assert np.all(np.diff(found) >= -1e-6)
    assert np.all((found >= 0) & (found <= 1))


def test_both_ways_of_summing_agree_where_they_meet() -> None:
    left = np.array([0.5 - 1e-9, 0.5 + 1e-9])
    first, second = expected_entropy(np.array([0.7, 0.7]), np.ones(2), left)
    assert first == pytest.approx(second, abs=1e-6)
