"""Splits of a cell matrix that mirror the barrier: a withheld cell takes its siblings with it.

A sibling is a cell of another effort of the same model, or on a benchmark that contains the asked one or is part
of it. Folds are drawn for (kin group, benchmark), so that the efforts of one model on one benchmark fall together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.models import Ints, ModelSide


class Split(NamedTuple):
    """One split of coordinates, each mask of shape ``(c,)``: siblings of test cells are in neither."""

    train: np.ndarray
    test: np.ndarray


def kin(models: ModelSide) -> Ints:
    """Number of each model's kin group, shape ``(M,)``."""
    return np.unique(np.array(models.groups["root"], dtype=str), return_inverse=True)[1].astype(np.int64)


def given_away(models: ModelSide, benchmarks: BenchmarkSide, row: Ints, column: Ints, test: np.ndarray) -> np.ndarray:
    """Which cells would give a test cell away, the test cells themselves included, shape ``(c,)``."""
    group = kin(models)
    hidden = np.zeros((int(group.max(initial=0)) + 1, len(benchmarks)))
    hidden[group[row[test]], column[test]] = 1.0
    return np.asarray((hidden @ benchmarks.related)[group[row], column] > 0)


def families(models: ModelSide) -> Ints:
    """Number of each model's family, shape ``(M,)``: kin are of one family; who has none is with its kin alone."""
    roots = models.groups["root"]
    known = {root: family for root, family in zip(roots, models.groups["family"], strict=True) if family}
    names = [f"family {known[root]}" if root in known else f"kin {root}" for root in roots]
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1].astype(np.int64)


def cell_folds(
    models: ModelSide,
    benchmarks: BenchmarkSide,
    row: Ints,
    column: Ints,
    *,
    folds: int,
    rng: np.random.Generator,
    group: Ints | None = None,
) -> Iterator[Split]:
    """Split the benchmarks of each group of models, of kin unless told, into folds of (nearly) equal size."""
    group = kin(models) if group is None else group
    key = group[row] * len(benchmarks) + column
    pairs, pair = np.unique(key, return_inverse=True)
    shuffled = np.lexsort((rng.random(len(pairs)), pairs // max(len(benchmarks), 1)))
    fold = np.empty(len(pairs), dtype=np.int64)
    fold[shuffled] = np.arange(len(pairs)) % folds
    for k in range(folds):
        test = fold[pair] == k
        yield Split(train=~given_away(models, benchmarks, row, column, test), test=test)
