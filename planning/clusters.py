"""Choosing benchmarks as the middles of clusters: k-medoids on how unlike benchmarks are.

In: distances, from correlations of scores or from embeddings of descriptions. Out: the medoids, the one that stands
for most first. Source: the build and swap phases of Kaufman and Rousseeuw 1990 ("Partitioning around medoids"), with
costs and limits as in ``planning.limits``; it is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from planning.greedy import LEAST_GAIN, choose
from planning.limits import Limits
from records.metric import Floats

SWAPS = 100
"""Swaps after which the search ends; it has settled long before on hundreds of benchmarks."""


def unlikeness(correlation: Floats) -> Floats:
    """Distance of benchmarks by the share of variance that they do not share, shape ``(n, n)``, 0 to 1."""
    return np.asarray(np.clip(1.0 - correlation**2, 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class Distances:
    """Distance of every benchmark from the nearest medoid; a ``planning.greedy.Uncertainty``.

    Attributes:
        matrix: between benchmarks, shape ``(n, n)``.
        weight: how much each benchmark counts, shape ``(n,)``.
        nearest: shape ``(n,)``.
    """

    matrix: Floats
    weight: Floats
    nearest: Floats

    @classmethod
    def of(cls, matrix: Floats, weight: Floats | None = None) -> Self:
        """Start without a medoid, everything as far away as can be and a little more."""
        told = np.ones(len(matrix)) if weight is None else weight
        return cls(matrix, told, np.full(len(matrix), 1.1 * float(matrix.max(initial=0.0)) + 1e-9))

    def left(self) -> float:
        """Sum of the distances."""
        return float(self.weight @ self.nearest)

    def after(self) -> Floats:
        """The same with each benchmark as one more medoid, shape ``(n,)``."""
        return np.asarray(self.weight @ np.minimum(self.matrix, self.nearest[:, None]))

    def taking(self, item: int) -> Self:
        """Make a benchmark a medoid."""
        return replace(self, nearest=np.minimum(self.nearest, self.matrix[:, item]))

    def from_all(self, medoids: Sequence[int]) -> float:
        """Sum of the distances from these medoids."""
        return float(self.weight @ self.matrix[:, list(medoids)].min(axis=1))


def medoids(start: Distances, limits: Limits) -> list[int]:
    """Choose medoids, those that must be first, then the one that stands for most."""
    chosen = [pick.item for pick in choose(start, limits)]
    if not chosen:
        return []
    for _ in range(SWAPS):
        best = min(_swapped(chosen, limits), key=start.from_all, default=chosen)
        if start.from_all(best) >= start.from_all(chosen) - LEAST_GAIN:
            break
        chosen = best
    return _ordered(start, chosen, limits)


def _swapped(chosen: Sequence[int], limits: Limits) -> Iterator[list[int]]:
    """Every choice that differs in one medoid and respects the limits."""
    for place, item in enumerate(chosen):
        if item not in limits.must:
            others = [*chosen[:place], *chosen[place + 1 :]]
            for candidate in limits.open_to(others):
                if candidate != item:
                    yield [*others, candidate]


def _ordered(start: Distances, chosen: Sequence[int], limits: Limits) -> list[int]:
    """Those that must be, then each the one that stands for most beyond those before it."""
    state, order = start, list[int]()
    rest = [*limits.must, *sorted(set(chosen) - set(limits.must))]
    while rest:
        forced = [item for item in limits.must if item in rest]
        after = state.after()
        item = forced[0] if forced else min(rest, key=lambda one: (after[one], one))
        state = state.taking(item)
        order.append(item)
        rest.remove(item)
    return order
