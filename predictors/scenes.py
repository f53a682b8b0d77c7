"""Scenes: what is withheld from a history in rehearsals.

Each scene withholds some cells together with their siblings, as the barrier does, by leaving their *reports* out
before any cell, scale or noise is worked out: what a member learns from cannot hold a test cell in any form.

- cells: every kin group's benchmarks in five folds;
- new models: the newest kin groups, then others at random, all withheld but k = 0, 1, 2, 4 scores of each model;
- new benchmarks: some columns withheld but the scores of 0 to 4 models.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from predictors.cells import Reports
from predictors.folds import Split, cell_folds, given_away, kin

FOLDS = 5
SHOWN = (0, 1, 2, 4)
"""Numbers of scores shown of a new model, and of a new benchmark (with 3 as well)."""

SHARE_OF_MODELS = 0.15
SHARE_OF_BENCHMARKS = 0.25


class Scene(NamedTuple):
    """One rehearsal: what is learned from, and test reports with what is visible of their rows."""

    training: Reports
    tests: tuple[tuple[Reports, Reports], ...]
    """(test reports, visible reports) pairs."""


def scenes(reports: Reports, rng: np.random.Generator) -> Iterator[Scene]:
    """Draw all scenes of a history."""
    sides = reports.models, reports.benchmarks
    for split in cell_folds(*sides, reports.row, reports.column, folds=FOLDS, rng=rng):
        training = reports.keep(split.train)
        yield Scene(training, ((reports.keep(split.test), training),))
    for groups in _new_groups(reports, rng):
        yield _new_models(reports, groups, rng)
    yield _new_benchmarks(reports, rng)


def _new_groups(reports: Reports, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Kin groups to treat as new: the newest, then as many at random of the others."""
    group = kin(reports.models)
    filled = np.unique(group[reports.row])
    size = int(np.ceil(SHARE_OF_MODELS * len(filled)))
    released = np.full(int(group.max(initial=0)) + 1, -np.inf)
    np.fmax.at(released, group, np.nan_to_num(reports.models.released, nan=-np.inf))
    order = filled[np.argsort(-released[filled], kind="stable")]
    yield order[:size]
    yield rng.permutation(order[size:])[:size]


def _new_models(reports: Reports, groups: np.ndarray, rng: np.random.Generator) -> Scene:
    new = np.isin(kin(reports.models)[reports.row], groups)
    held = reports.keep(new)
    rank = _ranks(held.row, held.column, len(held.benchmarks), rng)
    tests = []
    for shown in SHOWN:
        test = rank >= shown
        telling = _given_away_within_row(held, test)
        tests.append((held.keep(test & ~telling), held.keep(~test)))
    return Scene(reports.keep(~new), tuple(tests))


def _given_away_within_row(held: Reports, test: np.ndarray) -> np.ndarray:
    """Test reports whose own model shows a related benchmark: its score would give them away."""
    shown = np.zeros((len(held.models), len(held.benchmarks)))
    shown[held.row[~test], held.column[~test]] = 1.0
    return test & ((shown @ held.benchmarks.related)[held.row, held.column] > 0)


def _new_benchmarks(reports: Reports, rng: np.random.Generator) -> Scene:
    filled = np.unique(reports.column)
    size = int(np.ceil(SHARE_OF_BENCHMARKS * len(filled)))
    new = np.isin(reports.column, rng.permutation(filled)[:size])
    group = kin(reports.models)[reports.row]
    rank = np.full(len(reports), np.iinfo(np.int64).max)
    rank[new] = _ranks(reports.column[new], group[new], int(group.max(initial=0)) + 1, rng)
    shown = rng.integers(0, max(SHOWN) + 1, len(reports.benchmarks))[reports.column]
    test = new & (rank >= shown)
    away = given_away(reports.models, reports.benchmarks, reports.row, reports.column, test)
    split = Split(train=~away, test=test)
    training = reports.keep(split.train)
    return Scene(training, ((reports.keep(split.test), training),))


def _ranks(major: np.ndarray, minor: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
    """Rank, in a random order, of each entry's (major, minor) pair among the pairs of its major."""
    pairs, pair = np.unique(major * width + minor, return_inverse=True)
    order = np.lexsort((rng.random(len(pairs)), pairs // width))
    owner = (pairs // width)[order]
    first = np.searchsorted(owner, owner, side="left")
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[order] = np.arange(len(pairs)) - first
    return rank[pair]
