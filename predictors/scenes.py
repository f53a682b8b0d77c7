"""Scenes: what is withheld from a history in rehearsals.

Each scene withholds some cells together with their siblings, as the barrier does, by leaving their *reports* out
before any cell, scale or noise is worked out: what a member learns from cannot hold a test cell in any form.

- cells: some of each kin group's benchmarks;
- family cells: some of each family's benchmarks, so that no relative is seen on the asked one;
- new models: the newest kin groups, as of then; those before them, as of then; whole families at random. All but
  k = 0, 1, 2, 4 scores of each model are withheld;
- new benchmarks: the newest columns and others at random, all but the scores of 0 to 4 models.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from predictors.cells import Reports
from predictors.folds import Split, cell_folds, families, given_away, kin
from predictors.models import Ints

FOLDS, FEWER = 5, 2
"""Folds of the cells of kin groups, and how many of them are rehearsed where reports are ``MANY``."""

MANY = 5_000

FAMILY_FOLDS = 3
SHOWN = (0, 1, 2, 4)
"""Numbers of scores shown of a new model, and of a new benchmark (with 3 as well)."""

SHARE_OF_MODELS = 0.15
SHARE_OF_BENCHMARKS = 0.25

NONE: Ints = np.empty(0, dtype=np.int64)


class Scene(NamedTuple):
    """One rehearsal: what is learned from, and test reports with what is visible of their rows."""

    training: Reports
    tests: tuple[tuple[Reports, Reports], ...]
    """(test reports, visible reports) pairs."""


def scenes(reports: Reports, rng: np.random.Generator) -> Iterator[Scene]:
    """Draw all scenes of a history."""
    sides = reports.models, reports.benchmarks, reports.row, reports.column
    related = families(reports.models)
    splits = [*islice(cell_folds(*sides, folds=FOLDS, rng=rng), FOLDS if len(reports) < MANY else FEWER)]
    splits += islice(cell_folds(*sides, folds=FAMILY_FOLDS, rng=rng, group=related), 1)
    for split in splits:
        training = reports.keep(split.train)
        yield Scene(training, ((reports.keep(split.test), training),))
    newest = _newest_first(reports)
    size = int(np.ceil(SHARE_OF_MODELS * len(newest)))
    for start in (0, size):
        yield _new_models(reports, newest[start : start + size], rng, later=newest[:start])
    yield _new_models(reports, _some_families(reports, related, rng), rng)
    yield _new_benchmarks(reports, rng)


def _newest_first(reports: Reports) -> Ints:
    """Kin groups with reports, the newest first."""
    group = kin(reports.models)
    filled = np.unique(group[reports.row])
    released = np.full(int(group.max(initial=0)) + 1, -np.inf)
    np.fmax.at(released, group, np.nan_to_num(reports.models.released, nan=-np.inf))
    return filled[np.argsort(-released[filled], kind="stable")]


def _some_families(reports: Reports, related: Ints, rng: np.random.Generator) -> Ints:
    """Kin groups of families at random, those that would take more than their share of the reports passed over."""
    filled, count = np.unique(related[reports.row], return_counts=True)
    order = rng.permutation(len(filled))
    left = SHARE_OF_MODELS * len(reports)
    chosen = []
    for place in order:
        if count[place] <= left:
            chosen.append(filled[place])
            left -= count[place]
    return np.unique(kin(reports.models)[np.isin(related, chosen)])


def _new_models(reports: Reports, groups: Ints, rng: np.random.Generator, *, later: Ints = NONE) -> Scene:
    """Ask for kin groups of which k scores are shown; what came later is not shown at all."""
    group = kin(reports.models)[reports.row]
    held = reports.keep(np.isin(group, groups))
    rank = _ranks(held.row, held.column, len(held.benchmarks), rng)
    tests = []
    for shown in SHOWN:
        test = rank >= shown
        telling = _given_away_within_row(held, test)
        tests.append((held.keep(test & ~telling), held.keep(~test)))
    return Scene(reports.keep(~np.isin(group, np.append(groups, later))), tuple(tests))


def _given_away_within_row(held: Reports, test: np.ndarray) -> np.ndarray:
    """Test reports whose own model shows a related benchmark: its score would give them away."""
    shown = np.zeros((len(held.models), len(held.benchmarks)))
    shown[held.row[~test], held.column[~test]] = 1.0
    return test & ((shown @ held.benchmarks.related)[held.row, held.column] > 0)


def _new_benchmarks(reports: Reports, rng: np.random.Generator) -> Scene:
    new = np.isin(reports.column, _some_benchmarks(reports, rng))
    group = kin(reports.models)[reports.row]
    rank = np.full(len(reports), np.iinfo(np.int64).max)
    rank[new] = _ranks(reports.column[new], group[new], int(group.max(initial=0)) + 1, rng)
    shown = rng.integers(0, max(SHOWN) + 1, len(reports.benchmarks))[reports.column]
    test = new & (rank >= shown)
    away = given_away(reports.models, reports.benchmarks, reports.row, reports.column, test)
    split = Split(train=~away, test=test)
    training = reports.keep(split.train)
    return Scene(training, ((reports.keep(split.test), training),))


def _some_benchmarks(reports: Reports, rng: np.random.Generator) -> Ints:
    """Columns to treat as new, half of them the newest (what comes is harder than what was there), half at random."""
    filled = np.unique(reports.column)
    days = [reports.benchmarks.benchmarks[j].released for j in filled]
    age = np.array([-day.toordinal() if day else 0 for day in days])
    order = filled[np.argsort(age, kind="stable")]
    half = int(np.ceil(SHARE_OF_BENCHMARKS * len(filled) / 2))
    return np.append(order[:half], rng.permutation(order[half:])[:half])


def _ranks(major: np.ndarray, minor: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
    """Rank, in a random order, of each entry's (major, minor) pair among the pairs of its major."""
    pairs, pair = np.unique(major * width + minor, return_inverse=True)
    order = np.lexsort((rng.random(len(pairs)), pairs // width))
    owner = (pairs // width)[order]
    first = np.searchsorted(owner, owner, side="left")
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[order] = np.arange(len(pairs)) - first
    return rank[pair]
