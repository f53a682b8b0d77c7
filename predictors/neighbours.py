"""``neighbours``: what the nearest benchmarks say of this model, and the nearest models of this benchmark.

The mixed model of ``predictors.effects`` gives the level; two views correct it. On the side of benchmarks, the
model's scores on those that go with the asked one (Gaussian regression on all its visible scores at once, with a
covariance of benchmarks learned from all models). On the side of models, the mean surprise that similar models met
on the asked benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from predictors.asked import Asked
from predictors.cells import Cells
from predictors.effects import Effects, fit_effects, layout
from predictors.models import Ints
from predictors.similarity import benchmark_covariance, dense, model_similarity
from predictors.spread import student
from records.metric import Floats
from records.stages import State

SILENT_NEIGHBOURS = 0.3
"""Weight of "no surprise" among the surprises of similar models, in models of similarity 1."""

FROM_BENCHMARKS, FROM_MODELS = 0.8, 1.5
"""How much of each correction to take, chosen on held-out cells of public tables: a mean over a wide kernel is much
shrunk already, so that more than the whole of it is right."""

BATCH = 64
"""Rows whose regressions are solved at once."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Mixed model and similarities learned from some cells.

    Attributes:
        cells: the training cells.
        effects: the mixed model.
        structured: covariance of benchmarks, shape ``(B, B)``.
        own: variance that each benchmark has of its own, shape ``(B,)``.
    """

    cells: Cells
    effects: Effects
    structured: Floats
    own: Floats

    def predict(self, asked: Asked) -> Floats:
        """Correct the level by both views; NaN where nobody has a score on the benchmark."""
        seen = asked.visible.keep(asked.visible.column < len(self.own))
        level = self.effects.of_cells(seen, asked.row, asked.column)
        row, column = asked.row, np.minimum(asked.column, len(self.own) - 1)
        by_benchmarks = self._by_benchmarks(seen)[row, column] - self.effects.of_models(seen).mean[row]
        rows, place = np.unique(row, return_inverse=True)
        by_models = self._by_models(seen, rows)[place, column]
        mean = level.mean + FROM_BENCHMARKS * by_benchmarks + FROM_MODELS * by_models
        return student(np.where(asked.column_counts[asked.column] > 0, mean, np.nan), level.variance)

    def state(self) -> State:
        """Return what was learned; the surprises of the models are worked out again from the cells."""
        return dict(self.effects.state()) | {"structured": self.structured, "own": self.own}

    def _by_benchmarks(self, seen: Cells) -> Floats:
        """Ability of each row on each benchmark, given the row's scores, shape ``(R, B)``."""
        prior, level = self.effects.prior_of_models(seen.models), self.effects.of_benchmarks(seen.benchmarks)
        excess = seen.value - level.mean[seen.column] - prior.mean[seen.row]
        noise = seen.noise + self.own[seen.column] + level.variance[seen.column]
        loads = np.zeros((len(seen.models), len(self.own)))
        order = np.argsort(seen.row_counts, kind="stable")
        start = np.append(0, np.cumsum(seen.row_counts))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            size = int(seen.row_counts[rows].max(initial=0))
            if size == 0:
                continue
            place = start[rows][:, None] + np.arange(size)
            real = np.arange(size) < seen.row_counts[rows][:, None]
            place = np.where(real, place, 0)
            columns = seen.column[place]
            system = self.structured[columns[:, :, None], columns[:, None, :]] + prior.variance[rows][:, None, None]
            system *= real[:, :, None] & real[:, None, :]
            diagonal = np.where(real, noise[place], 1.0)
            system[:, np.arange(size), np.arange(size)] += diagonal
            solved = np.linalg.solve(system, np.where(real, excess[place], 0.0)[..., None])[..., 0]
            loads[np.repeat(rows, size)[real.ravel()], columns[real]] = solved[real]
        common = (loads.sum(axis=1) * prior.variance + prior.mean)[:, None]
        return np.asarray(common + loads @ self.structured)

    @cached_property
    def known(self) -> tuple[Floats, Floats]:
        """Surprises of the training cells, and which these are."""
        return dense(self.cells, _surprise(self.effects, self.cells))

    def _by_models(self, seen: Cells, rows: Ints) -> Floats:
        """Mean surprise that models similar to some rows met on each benchmark, shape ``(len(rows), B)``."""
        surprise, mask = dense(seen, _surprise(self.effects, seen))
        columns = len(self.own)
        mine = surprise[rows, :columns], mask[rows, :columns]
        similar = model_similarity(seen.models.take(rows), mine, self.cells.models, self.known)
        return np.asarray((similar @ self.known[0]) / (similar @ self.known[1] + SILENT_NEIGHBOURS))


@dataclass(frozen=True)
class Neighbours:
    """Nearest benchmarks and nearest models."""

    name: str = "neighbours"
    how: str = "what the nearest benchmarks and models say"
    silence: str = "nobody has a visible score on this benchmark, so that it has no neighbours"
    learns_spread: bool = True

    def learn(self, cells: Cells) -> Surroundings:
        """Fit the mixed model and learn the similarities of benchmarks."""
        effects = fit_effects(cells)
        return Surroundings(cells, effects, *benchmark_covariance(*dense(cells, _surprise(effects, cells))))

    def recall(self, cells: Cells, state: State) -> Surroundings:
        """Return the fit of this state."""
        return Surroundings(cells, Effects.recall(layout(cells), state), state["structured"], state["own"])


def _surprise(effects: Effects, cells: Cells) -> Floats:
    """What the mixed model leaves of each cell, shape ``(c,)``."""
    ability, level = effects.of_models(cells), effects.of_benchmarks(cells.benchmarks)
    return cells.value - ability.mean[cells.row] - level.mean[cells.column]
