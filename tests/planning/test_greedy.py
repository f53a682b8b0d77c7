"""Greedy choices: against brute force, and by the properties that make them good."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.belief import Belief
from planning.greedy import choose
from planning.limits import Limits
from planning.scorecard import Errors, Information


def limits(count: int, **more) -> Limits:
    return Limits([str(i) for i in range(count)], [Decimal(1)] * count, **more)


def bits(belief: Belief, items) -> float:
    """Mutual information of measurements and all scores, by the determinant."""
    chosen = list(items)
    scale = 1.0 / np.sqrt(belief.noise[chosen])
    signal = scale[:, None] * belief.covariance[np.ix_(chosen, chosen)] * scale
    return float(np.linalg.slogdet(np.eye(len(chosen)) + signal)[1] / 2 / np.log(2))


def errors(belief: Belief, items) -> float:
    """Roots of the expected errors on what is not measured, by conditioning on all measurements at once."""
    chosen, rest = list(items), [i for i in range(len(belief)) if i not in items]
    noisy = belief.covariance[np.ix_(chosen, chosen)] + np.diag(belief.noise[chosen])
    across = belief.covariance[np.ix_(chosen, rest)]
    told = belief.covariance[np.ix_(rest, rest)] - across.T @ np.linalg.solve(noisy, across)
    return float(np.sqrt(np.sqrt(2 / np.pi) * np.sqrt(np.diag(told) + belief.noise[rest])).sum())


@pytest.mark.parametrize("seed", range(5))
def test_one_by_one_is_what_conditioning_on_all_at_once_gives(make_belief, seed) -> None:
    belief = make_belief(7, seed=seed)
    for start, counted in ((Errors.of(belief), errors), (Information.of(belief), None)):
        picks = choose(start, limits(7, size=4))
        items = [pick.item for pick in picks]
        if counted is None:
            assert start.left() - picks[-1].after == pytest.approx(bits(belief, items))
        else:
            assert picks[-1].after == pytest.approx(counted(belief, items))


@pytest.mark.parametrize("seed", range(6))
def test_the_first_pick_is_the_best_there_is_and_five_are_near_the_best_five(make_belief, seed) -> None:
    belief = make_belief(9, seed=seed)
    everything = bits(belief, range(9))
    first, *_ = picks = choose(Information.of(belief), limits(9, size=4))
    assert first.item == max(range(9), key=lambda i: bits(belief, [i]))
    best = max(bits(belief, some) for some in combinations(range(9), 4))
    found = everything - picks[-1].after
    assert found >= (1 - 1 / np.e) * best
    one = choose(Errors.of(belief), limits(9, size=1))
    assert one[0].item == min(range(9), key=lambda i: errors(belief, [i]))


@given(seed=st.integers(0, 100), noise=st.floats(0.1, 10))
def test_information_gain_is_monotone_and_submodular(make_belief, seed, noise) -> None:
    belief = make_belief(6, seed=seed, noise=noise)
    small, large = Information.of(belief).taking(0), Information.of(belief).taking(0).taking(3)
    for item in (1, 2, 4, 5):
        gain_small = small.left() - small.after()[item]
        gain_large = large.left() - large.after()[item]
        assert gain_small >= gain_large - 1e-9
        assert gain_large >= 0
    assert Information.of(belief).left() == pytest.approx(bits(belief, range(6)))


@given(seed=st.integers(0, 100))
def test_more_measurements_never_make_the_expected_error_larger(make_belief, seed) -> None:
    picks = choose(Errors.of(make_belief(6, seed=seed)), limits(6, size=6))
    assert all(pick.gain > 0 for pick in picks)
    assert picks[-1].after == 0


def test_a_copy_of_what_is_known_is_worth_little(make_belief) -> None:
    one = make_belief(4, seed=2)
    place = [0, 0, 1, 2, 3]
    twice = Belief(one.mean[place], one.covariance[np.ix_(place, place)], 1e-6 * np.ones(5))
    chosen = [pick.item for pick in choose(Information.of(twice), limits(5, size=4))]
    assert not {0, 1} <= set(chosen)


def test_a_card_counts_only_what_it_has(make_belief) -> None:
    belief = make_belief(4, seed=3)
    cards = np.array([[True, True, False, False], [False, True, True, False]])
    state = Errors.of(belief, cards)
    assert state.left() == pytest.approx(np.sqrt(Errors.of(belief).expected[0]) @ cards.mean(axis=0))
    assert state.after()[3] == pytest.approx(state.left())  # nobody has it
    whole = Errors.of(belief).taking(1)
    taken = state.taking(1)
    np.testing.assert_allclose(taken.variance[0], whole.variance[0])
    assert taken.left() == pytest.approx(state.after()[1])


def test_under_a_budget_neither_dear_nor_cheap_things_mislead() -> None:
    # The dear one tells nearly all; the cheap one has the better ratio but tells almost nothing.
    belief = Belief(np.zeros(3), np.diag([0.5, 100.0, 0.1]), np.ones(3))
    told = Limits("abc", [Decimal("0.01"), Decimal(10), Decimal(10)], budget=Decimal(10))
    assert [pick.item for pick in choose(Information.of(belief), told)] == [1]
