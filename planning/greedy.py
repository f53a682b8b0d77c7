"""Choosing one by one what leaves least uncertainty, within limits.

Where what is left falls by ever less (information gain is submodular), the plain greedy choice of k items reaches at
least 63 % of what the best k would (Nemhauser, Wolsey and Fisher 1978). Under a budget the better of two greedy
choices is taken, by gain and by gain for the cost (Leskovec et al. 2007, "Cost-effective outbreak detection in
networks"): each alone can be arbitrarily bad.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol, Self

import numpy as np

from planning.limits import FREE, Limits
from records.metric import Floats

LEAST_GAIN = 1e-12
"""Gains below this are rounding: nothing is chosen for them."""


class Uncertainty(Protocol):
    """What is uncertain before some measurements, and would be after one more."""

    def left(self) -> float:
        """How much is uncertain now; never below what it is after more measurements."""
        ...

    def after(self) -> Floats:
        """How much would be after measuring each of the n items as well, shape ``(n,)``."""
        ...

    def taking(self, item: int) -> Self:
        """What is uncertain once an item is measured."""
        ...


class Pick(NamedTuple):
    """One choice: the item, its cost, and how much was uncertain before it and is after it."""

    item: int
    cost: Decimal
    before: float
    after: float

    @property
    def gain(self) -> float:
        """What it adds to those before it."""
        return self.before - self.after


Rank = Callable[[float, Decimal], tuple[float, float]]
"""Tells how good an item is from its gain and its cost; the highest is chosen."""


def by_gain(gain: float, _cost: Decimal) -> tuple[float, float]:
    """Rank by gain alone."""
    return gain, 0.0


def by_gain_for_cost(gain: float, cost: Decimal) -> tuple[float, float]:
    """Rank by gain for the cost; what is free comes first, by its gain."""
    return (np.inf, gain) if cost == FREE else (gain / float(cost), gain)


def choose(start: Uncertainty, limits: Limits) -> list[Pick]:
    """Choose greedily; of two choices under a budget, the one that leaves less uncertain.

    Ties go to the item that comes first, so that the same question has the same answer.
    """
    plain = _greedy(start, limits, by_gain)
    if limits.budget is None or len(set(limits.costs)) <= 1:
        return plain
    thrifty = _greedy(start, limits, by_gain_for_cost)
    return min((thrifty, plain), key=_left)


def _left(picks: Sequence[Pick]) -> float:
    return picks[-1].after if picks else np.inf


def _greedy(start: Uncertainty, limits: Limits, rank: Rank) -> list[Pick]:
    state, picks, chosen = start, list[Pick](), list[int]()
    while (item := _next(state, limits, chosen, rank)) is not None:
        before, state = state.left(), state.taking(item)
        picks.append(Pick(item, limits.costs[item], before, state.left()))
        chosen.append(item)
    return picks


def _next(state: Uncertainty, limits: Limits, chosen: Sequence[int], rank: Rank) -> int | None:
    """The next item: first what must be, then the best of what may be and adds anything."""
    if len(chosen) < len(limits.must):
        return limits.must[len(chosen)]
    gains = state.left() - state.after()
    worth = [item for item in limits.open_to(chosen) if gains[item] > LEAST_GAIN]
    return max(worth, key=lambda item: (rank(float(gains[item]), limits.costs[item]), -item), default=None)
