"""Rehearsals: out-of-sample forecasts made inside a history, from which weights and calibration are learned.

In: a history's reports, and what each of ``predictors.scenes`` withholds of them. Out: the forecasts of all members
for the test cells. Of test cells with several reports one is the outcome; they are asked a second time with the others
known. Scenes are rehearsed side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from predictors.answers import evidence_groups
from predictors.asked import Asked, find
from predictors.cells import Cells, Reports
from predictors.method import Learned, Method, tell
from predictors.models import Ints
from predictors.parallel import side_by_side
from predictors.scenes import Scene, scenes
from predictors.spread import Spread, Told
from records.metric import Floats
from records.quantiles import LEVELS

MOST = 500
"""Cells of one evidence group that are asked for at once: more would cost time and teach little."""

SEED = 27_182


class Rehearsed(NamedTuple):
    """Past forecasts of k members for n cells.

    Attributes:
        quantiles: standard scale, shape ``(k, n, 99)``, NaN where a member abstained.
        outcome: standard scale, shape ``(n,)``.
        model_scores, benchmark_scores, cell_reports: how much was known of each, shape ``(n,)``.
        cell, column: number of each cell and its column, shape ``(n,)``.
        scene: in which rehearsal, shape ``(n,)``.
    """

    quantiles: Floats
    outcome: Floats
    model_scores: Ints
    benchmark_scores: Ints
    cell_reports: Ints
    cell: Ints
    column: Ints
    scene: Ints

    @property
    def group(self) -> list[str]:
        """Evidence group of each."""
        return evidence_groups(self.model_scores, self.benchmark_scores, self.cell_reports)

    def told_by(self, member: int) -> Told:
        """What one member told."""
        return Told(self.quantiles[member], self.model_scores, self.benchmark_scores, self.column)

    def keep(self, mask: np.ndarray) -> Rehearsed:
        """Return only some forecasts."""
        return Rehearsed(self.quantiles[:, mask], *(array[mask] for array in self[1:]))


def rehearse(reports: Reports, methods: Sequence[Method], *, seed: int = SEED, most: int = MOST) -> Rehearsed:
    """Make out-of-sample forecasts with every method, their spreads as the methods state them.

    Args:
        reports: of the history.
        methods: the members.
        seed: of what is withheld and asked for.
        most: cells of one evidence group that are asked for at once.
    """
    drawn = enumerate(scenes(reports, np.random.default_rng(seed)))
    parts = side_by_side(partial(_rehearsed, methods=methods, seed=seed, most=most), drawn)
    return _joined([_nothing(len(methods)), *(part for found in parts for part in found)])


def _rehearsed(numbered: tuple[int, Scene], *, methods: Sequence[Method], seed: int, most: int) -> list[Rehearsed]:
    """Rehearse one scene."""
    number, (training, tests) = numbered
    if not len(training):
        return []
    rng = np.random.default_rng([seed, number])
    cells = Cells.of(training)
    drawn = [(_drawn(test, visible, cells, most, rng), visible) for test, visible in tests if len(test)]
    learned = [method.learn(cells) for method in methods]
    return [part for pair, visible in drawn for part in _forecasts(learned, cells, pair, visible, number)]


def with_spreads(
    rehearsed: Rehearsed, methods: Sequence[Method], *, columns: int
) -> tuple[Rehearsed, list[Spread | None]]:
    """Learn the spreads of the members that ask for it, and apply them to the rehearsed forecasts.

    Returns:
        The forecasts of each rehearsal with spreads learned on other cells in other rehearsals, and the spreads
        learned on all of them, None for a member that keeps its own.
    """
    quantiles = rehearsed.quantiles.copy()
    spreads: list[Spread | None] = []
    fresh = rehearsed.cell_reports == 0
    for k, method in enumerate(methods):
        if not method.learns_spread:
            spreads.append(None)
            continue
        told = rehearsed.told_by(k)
        for scene in np.unique(rehearsed.scene):
            here = rehearsed.scene == scene
            others = fresh & ~here & ~np.isin(rehearsed.cell, rehearsed.cell[here])
            spread = Spread.fit(told.keep(others), rehearsed.outcome[others], columns=columns)
            quantiles[k, here] = spread.applied(told.keep(here))
        spreads.append(Spread.fit(told.keep(fresh), rehearsed.outcome[fresh], columns=columns))
    return rehearsed._replace(quantiles=quantiles), spreads


class _Test(NamedTuple):
    """Reports to be forecast, one of each cell, and other reports of the same cells."""

    outcome: Reports
    others: Reports


def _drawn(test: Reports, visible: Reports, cells: Cells, most: int, rng: np.random.Generator) -> _Test:
    """Draw one report of each cell, and of the cells of which as much is known so many at most."""
    first = np.flatnonzero(_one_of_each(test, rng))
    shown = Cells.on(visible, cells.benchmarks, report_noise=cells.report_noise)
    asked = Asked.inside(cells, test.row[first], test.column[first], visible=shown)
    group = np.array(evidence_groups(asked.model_scores, asked.benchmark_scores, asked.cell_reports))
    outcome, others = np.zeros(len(test), dtype=bool), np.ones(len(test), dtype=bool)
    others[first] = False
    for name in np.unique(group):
        outcome[rng.permutation(first[group == name])[:most]] = True
    return _Test(test.keep(outcome), test.keep(others))


def _forecasts(learned: Sequence[Learned], cells: Cells, test: _Test, visible: Reports, scene: int) -> list[Rehearsed]:
    """Forecast one report of each test cell; cells with several reports once more with the others known."""
    outcome = test.outcome
    shown = Cells.on(visible, cells.benchmarks, report_noise=cells.report_noise)
    fresh = _forecast(learned, cells, outcome, shown, scene)
    known = Cells.on(test.others, cells.benchmarks, report_noise=cells.report_noise)
    again = find(known, outcome.row, outcome.column) >= 0
    if not again.any():
        return [fresh]
    repeated = _forecast(learned, cells, outcome.keep(again), known, scene)
    # Members that make no use of a report of the cell itself say what they said before.
    before = fresh.quantiles[:, again]
    quantiles = np.where(np.isnan(before[..., :1]), repeated.quantiles, before)
    return [fresh, repeated._replace(quantiles=quantiles)]


def _forecast(learned: Sequence[Learned], cells: Cells, outcome: Reports, shown: Cells, scene: int) -> Rehearsed:
    asked = Asked.inside(cells, outcome.row, outcome.column, visible=shown)
    return Rehearsed(
        quantiles=np.array([tell(one, asked).quantiles for one in learned]),
        outcome=cells.benchmarks.standard(outcome.column, outcome.working),
        model_scores=asked.model_scores,
        benchmark_scores=asked.benchmark_scores,
        cell_reports=asked.cell_reports,
        cell=outcome.row * len(outcome.benchmarks) + outcome.column,
        column=outcome.column,
        scene=np.full(len(outcome), scene),
    )


def _one_of_each(test: Reports, rng: np.random.Generator) -> np.ndarray:
    """Mark one report of each cell, at random."""
    order = rng.permutation(len(test))
    key = test.row * len(test.benchmarks) + test.column
    first = np.zeros(len(test), dtype=bool)
    first[order[np.unique(key[order], return_index=True)[1]]] = True
    return first


def _nothing(members: int) -> Rehearsed:
    none = np.empty(0, dtype=np.int64)
    empty = np.empty((members, 0, len(LEVELS)))
    return Rehearsed(empty, np.empty(0), none, none, none, none, none, none)


def _joined(parts: Sequence[Rehearsed]) -> Rehearsed:
    quantiles, *others = zip(*parts, strict=True)
    return Rehearsed(np.concatenate(quantiles, axis=1), *(np.concatenate(arrays) for arrays in others))
