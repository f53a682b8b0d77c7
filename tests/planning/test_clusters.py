"""Clusters: medoids against brute force, limits and order."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest

from planning.clusters import Distances, medoids, unlikeness
from planning.limits import Limits


def limits(count: int, **more) -> Limits:
    return Limits([str(i) for i in range(count)], [Decimal(1)] * count, **more)


@pytest.mark.parametrize("seed", range(8))
def test_medoids_of_plain_groups_are_the_best_there_are(seed) -> None:
    rng = np.random.default_rng(seed)
    places = np.concatenate([rng.normal(centre, 0.3, (4, 2)) for centre in ((0, 0), (5, 0), (0, 5))])
    matrix = np.linalg.norm(places[:, None] - places[None], axis=2)
    start = Distances.of(matrix)
    found = medoids(start, limits(12, size=3))
    best = min(combinations(range(12), 3), key=start.from_all)
    assert start.from_all(found) == pytest.approx(start.from_all(best))
    assert {item // 4 for item in found} == {0, 1, 2}


def test_no_swap_breaks_a_limit(make_belief) -> None:
    matrix = unlikeness(make_belief(8, seed=1).correlation)
    costs = [Decimal(c) for c in (5, 1, 1, 1, 5, 1, 1, 1)]
    told = Limits([str(i) for i in range(8)], costs, budget=Decimal(3), must=(6,), barred=frozenset({2}))
    found = medoids(Distances.of(matrix), told)
    assert found[0] == 6
    assert 2 not in found
    assert told.cost(found) <= 3


def test_weights_pull_the_medoid_to_what_counts() -> None:
    matrix = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    weight = np.array([1.0, 0.0, 0.0, 0.0, 10.0])
    assert medoids(Distances.of(matrix, weight), limits(5, size=1)) == [4]
    assert medoids(Distances.of(matrix), limits(5, size=1)) == [2]
