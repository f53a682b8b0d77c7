"""The next experiments: what they are worth, by brute force and by simulation, and what a batch accounts for."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest

from planning.belief import Belief
from planning.events import entropy, probability
from planning.limits import Limits
from planning.next_cells import next_cells
from planning.scorecard import Errors
from planning.targets import Aim, order, profile, threshold
from records.errors import NotEnoughRecords, UsageError


def limits(count: int, **more) -> Limits:
    return Limits([str(i) for i in range(count)], [Decimal(1)] * count, **more)


@pytest.mark.parametrize("target", [threshold(0, 52.0, size=6), order([0, 1, 2], size=6)])
def test_the_worth_of_a_measurement_is_the_fall_of_entropy_that_simulation_finds(make_belief, target) -> None:
    belief = make_belief(6, seed=5)
    aim = Aim.of(target, belief)
    rng = np.random.default_rng(1)
    for item in (3, 5):
        # Draw the measurement, condition on it by hand, and look at what entropy is left.
        gain = belief.covariance[:, item] / (belief.covariance[item, item] + belief.noise[item])
        drawn = rng.standard_normal(200_000) * np.sqrt(belief.covariance[item, item] + belief.noise[item])
        covariance = belief.covariance - np.outer(gain, belief.covariance[item])
        means = (target.sums @ belief.mean + target.offset)[:, None] + (target.sums @ gain)[:, None] * drawn
        variance = np.einsum("tn,nm,tm->t", target.sums, covariance, target.sums)
        simulated = entropy(probability(means, variance[:, None])).mean(axis=1).sum()
        assert aim.after()[item] == pytest.approx(simulated, abs=4e-3)


def test_a_batch_is_near_the_best_batch_and_tells_what_it_leaves(make_belief) -> None:
    belief = make_belief(8, seed=6)
    target = profile([0, 1, 2], size=8)
    told = limits(8, size=2, barred=frozenset({0, 1, 2}))
    found = next_cells(belief, target, told)

    def left(items) -> float:
        state = Aim.of(target, belief)
        for item in items:
            state = state.taking(item)
        return state.left()

    best = min(left(pair) for pair in combinations(range(3, 8), 2))
    assert found.after == pytest.approx(left([pick.item for pick in found.batch]))
    assert found.before - found.after >= 0.63 * (found.before - best)
    assert not {0, 1, 2} & {candidate.item for candidate in found.ranking}


def test_the_second_pick_accounts_for_the_first() -> None:
    # Cells 1 and 2 are two readings of one thing; 3 tells of another part of the target, a little less.
    factors = np.array([[3.0, 2.5], [3.0, 0.0], [2.99, 0.0], [0.0, 2.0]])
    belief = Belief(np.zeros(4), factors @ factors.T + 0.01 * np.eye(4), np.full(4, 0.01))
    found = next_cells(belief, threshold(0, 0.5, size=4), limits(4, size=2, barred=frozenset({0})))
    assert [candidate.item for candidate in found.ranking] == [1, 2, 3]
    assert [pick.item for pick in found.batch] == [1, 3]


def test_measuring_the_cell_itself_settles_it_and_cost_decides_otherwise(make_belief) -> None:
    belief = make_belief(5, seed=7, noise=0.01)
    target = threshold(0, float(belief.mean[0]), size=5)
    assert next_cells(belief, target, limits(5, size=1)).batch[0].item == 0
    dear = Limits([str(i) for i in range(5)], [Decimal(100), *[Decimal(1)] * 4], budget=Decimal(100))
    assert next_cells(belief, target, dear).ranking[0].item != 0


def test_lower_is_better_turns_the_threshold_round(make_belief) -> None:
    belief = make_belief(3)
    above = next_cells(belief, threshold(0, 45.0, size=3), limits(3, size=1)).chances[0]
    below = next_cells(belief, threshold(0, 45.0, size=3, sign=-1.0), limits(3, size=1)).chances[0]
    assert above + below == pytest.approx(1.0)


def test_what_cannot_be_asked_is_said(make_belief) -> None:
    with pytest.raises(UsageError, match="at least two models"):
        order([0], size=3)
    with pytest.raises(UsageError, match="known already"):
        profile([], size=3)
    with pytest.raises(NotEnoughRecords, match="No experiment is left"):
        next_cells(make_belief(2), threshold(0, 50, size=2), limits(2, size=1, barred=frozenset({0, 1})))


def test_a_profile_counts_what_it_is_told_to_count(make_belief) -> None:
    belief = make_belief(5, seed=2)
    one = Aim.of(profile([3, 4], size=5, weight=[0.0, 2.0]), belief)
    assert one.left() == pytest.approx(Errors.of(belief).expected[0][4])
    both = Aim.of(profile([3, 4], size=5), belief)
    assert both.left() == pytest.approx(np.sqrt(Errors.of(belief).expected[0][3:]).mean() ** 2)
    with pytest.raises(UsageError, match="counts"):
        profile([0], size=5, weight=[0.0])


def test_the_same_question_has_the_same_answer(make_belief) -> None:
    told = [next_cells(make_belief(7), order([0, 1], size=7), limits(7, size=3)) for _ in range(2)]
    assert told[0] == told[1]
