"""Benchmarks from which the rest is best recovered, and what each of them adds.

In: a joint forecast of one model on n benchmarks (for advice to everybody: of a new release of which nothing is
known), and the limits. Out: the picks in order, the curve of the expected error, and which benchmarks each stands for.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from planning.belief import Belief
from planning.clusters import Distances, medoids, unlikeness
from planning.greedy import choose
from planning.limits import Limits
from planning.scorecard import Errors, Information, Masks
from records.errors import NotEnoughRecords, UsageError
from records.metric import Floats


class Way(StrEnum):
    """How benchmarks are chosen."""

    ERROR = "error"
    """Greedily, by how far the forecasts of all others are expected to be off."""
    INFORMATION = "information"
    """Greedily, by the bits that measurements tell about all scores."""
    CLUSTERS = "clusters"
    """As middles of clusters of benchmarks whose scores go together."""
    TEXTS = "texts"
    """As middles of clusters of benchmarks whose descriptions are alike."""


class Chosen(NamedTuple):
    """One pick.

    Attributes:
        item: place of the benchmark.
        cost: its own.
        spent: all picks so far.
        error: expected error in points on the benchmarks not picked, the median of them.
        mean_error: the same on average.
        adds: by how much the average over all benchmarks, the picked ones counted as known, falls; in points.
        stands_for: places of the benchmarks that no other pick tells more of, the most told of first.
        explains: share of the variance of each of those that this pick alone explains.
    """

    item: int
    cost: Decimal
    spent: Decimal
    error: float
    mean_error: float
    adds: float
    stands_for: tuple[int, ...]
    explains: tuple[float, ...]


class Subset(NamedTuple):
    """What was picked, and the expected error before anything is, median and mean, in points."""

    picks: tuple[Chosen, ...]
    error: float
    mean_error: float


def subset(
    belief: Belief,
    limits: Limits,
    *,
    way: Way = Way.ERROR,
    cards: Masks | None = None,
    distances: Floats | None = None,
) -> Subset:
    """Pick benchmarks within limits.

    Args:
        belief: about one model on all n benchmarks.
        limits: on the choice.
        way: how to choose.
        cards: which benchmarks a model will have scores on, one row a model; everything unless told.
        distances: between the benchmarks' descriptions, for ``Way.TEXTS``.

    Raises:
        UsageError: texts are to be clustered, and no distances are given.
        NotEnoughRecords: there are fewer than two benchmarks, or none that may be picked and paid for.
    """
    if len(belief) < 2:
        raise NotEnoughRecords(
            f"{len(belief)} benchmark(s) leave nothing to recover: at least 2 with scores are needed."
        )
    order = picked(belief, limits, way=way, cards=cards, distances=distances)
    if not order:
        raise NotEnoughRecords("No benchmark may be picked within these limits, or none would tell anything.")
    return _told(belief, limits, order)


def picked(
    belief: Belief, limits: Limits, *, way: Way, cards: Masks | None = None, distances: Floats | None = None
) -> list[int]:
    """The picks alone, in order; empty where none may be picked."""
    if way is Way.ERROR:
        return [pick.item for pick in choose(Errors.of(belief, cards), limits)]
    if way is Way.INFORMATION:
        return [pick.item for pick in choose(Information.of(belief), limits)]
    apart = unlikeness(belief.correlation) if way is Way.CLUSTERS else _between_texts(distances)
    return medoids(Distances.of(apart, None if cards is None else cards.mean(axis=0)), limits)


def _between_texts(distances: Floats | None) -> Floats:
    if distances is None:
        raise UsageError("Clusters of descriptions need the distances between them.")
    return distances


def _told(belief: Belief, limits: Limits, order: list[int]) -> Subset:
    explained = _explained(belief, order)
    state, spent, picks = Errors.of(belief), Decimal(0), list[Chosen]()
    for place, item in enumerate(order):
        before, state = _sum(state), state.taking(item)
        spent += limits.costs[item]
        stands_for = _stands_for(explained, order, place)
        picks.append(
            Chosen(
                item=item,
                cost=limits.costs[item],
                spent=spent,
                error=_median(state),
                mean_error=_mean(state),
                adds=(before - _sum(state)) / len(belief),
                stands_for=stands_for,
                explains=tuple(float(explained[place, other]) for other in stands_for),
            )
        )
    start = Errors.of(belief)
    return Subset(tuple(picks), _median(start), _mean(start))


def _explained(belief: Belief, order: list[int]) -> Floats:
    """Share of the variance of every benchmark that a measurement of each pick alone explains, ``(picks, n)``."""
    across = belief.covariance[order] ** 2
    return np.asarray(across / (belief.variance[order] + belief.noise[order])[:, None] / belief.variance)


def _stands_for(explained: Floats, order: list[int], place: int) -> tuple[int, ...]:
    mine = np.flatnonzero(explained.argmax(axis=0) == place)
    others = [int(item) for item in mine if item not in order]
    return tuple(sorted(others, key=lambda item: -explained[place, item]))


def _sum(state: Errors) -> float:
    return float(state.expected[state.open].sum())


def _median(state: Errors) -> float:
    return float(np.median(state.expected[state.open])) if state.open.any() else 0.0


def _mean(state: Errors) -> float:
    return float(np.mean(state.expected[state.open])) if state.open.any() else 0.0
