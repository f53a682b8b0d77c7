"""The next experiments: which unknown cells to measure for a budget so that a target becomes least uncertain.

In: a belief about all cells concerned, a target, and limits. Out: every candidate ranked by what it alone is worth for
its cost, and a batch in which each pick accounts for those before it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np

from planning.belief import Belief
from planning.greedy import LEAST_GAIN, Pick, by_gain_for_cost, choose
from planning.limits import Limits
from planning.targets import Aim, Target
from records.errors import NotEnoughRecords


class Candidate(NamedTuple):
    """One cell by itself: its place, its cost, and what measuring it alone is expected to take off the target."""

    item: int
    cost: Decimal
    worth: float


class Experiments(NamedTuple):
    """What to measure.

    Attributes:
        batch: in order; each gain is beyond those before it.
        ranking: every candidate that may be chosen, the most worth for its cost first.
        before: how uncertain the target is now.
        after: how uncertain it is expected to be after the batch.
        chances: probabilities of the target's events now; empty for a profile.
    """

    batch: tuple[Pick, ...]
    ranking: tuple[Candidate, ...]
    before: float
    after: float
    chances: tuple[float, ...]


def next_cells(belief: Belief, target: Target, limits: Limits) -> Experiments:
    """Choose a batch of cells and rank them all.

    Raises:
        NotEnoughRecords: no cell may be measured and paid for.
    """
    aim = Aim.of(target, belief)
    open_cells = limits.open_to(())
    if not open_cells:
        raise NotEnoughRecords(
            "No experiment is left to choose from: every candidate is known, left out or beyond the budget."
        )
    batch = tuple(choose(aim, limits))
    worth = aim.left() - aim.after()
    ranking = [Candidate(item, limits.costs[item], max(0.0, float(worth[item]))) for item in open_cells]
    return Experiments(
        batch=batch,
        ranking=tuple(sorted(ranking, key=_rank)),
        before=aim.left(),
        after=batch[-1].after if batch else aim.left(),
        chances=tuple(float(p) for p in aim.chances) if target.events else (),
    )


def _rank(candidate: Candidate) -> tuple[float, float, int]:
    if candidate.worth <= LEAST_GAIN:
        return np.inf, 0.0, candidate.item
    for_cost, worth = by_gain_for_cost(candidate.worth, candidate.cost)
    return -for_cost, -worth, candidate.item
