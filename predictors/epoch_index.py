"""``epoch-index``: the form of Epoch's capability index, to be measured against.

share = sigmoid(slope of the benchmark x (capability of the model - difficulty of the benchmark)), by least squares on
the share of the range, capabilities, difficulties and slopes free. A small ridge holds what the scores leave open: the
scale and the origin, and models or benchmarks with hardly a score. A model without a visible score is as capable as
the average one, since the index tells no date. A reference, not a member of the pool; its spread is learned from
held-out cells as that of any other method. Open scales enter as the sigmoid of their standard scale.
Source: Ho et al. 2025, "A Rosetta Stone for AI Benchmarks".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from predictors.asked import Asked
from predictors.cells import Cells
from predictors.models import Ints
from predictors.spread import student
from records.metric import EDGE, Floats
from records.stages import State

RIDGE = 0.01
"""How much a squared unit of capability, difficulty, or slope counts, beside a squared share of the range."""

USUAL_SLOPE = 1.0
STEPS = 400

GRID = np.linspace(-8.0, 8.0, 321)
"""Capabilities that a model with visible scores is tried at; half a step is a fortieth of a logit at slope 1."""


@dataclass(frozen=True, eq=False)
class Index:
    """The benchmarks' side of the index.

    Attributes:
        average: capability of the average model, shape ``(1,)``.
        difficulty, slope: of each column, shape ``(B,)``.
    """

    average: Floats
    difficulty: Floats
    slope: Floats

    def predict(self, asked: Asked) -> Floats:
        """Place each row by its visible scores and read its share off; NaN where a column has no cell."""
        silent = asked.column_counts[asked.column] == 0
        column = np.where(silent, 0, asked.column)
        capability = self._capabilities(asked.visible, len(asked.models))[asked.row]
        told = self.slope[column] * (capability - self.difficulty[column])
        bounded = logit(np.clip(expit(told), EDGE, 1.0 - EDGE))
        return student(np.where(silent, np.nan, bounded), np.ones(len(column)))

    def state(self) -> State:
        """Return what was learned."""
        return dict(vars(self))

    def _capabilities(self, visible: Cells, rows: int) -> Floats:
        """Least squares of each row on the grid, held to the average by the ridge."""
        usable = visible.column < len(self.slope)
        row, column, share = visible.row[usable], visible.column[usable], expit(visible.value[usable])
        loss = np.tile(RIDGE * (GRID - self.average) ** 2, (rows, 1))
        error = expit(self.slope[column, None] * (GRID - self.difficulty[column, None])) - share[:, None]
        np.add.at(loss, row, error**2)
        return np.asarray(GRID[np.argmin(loss, axis=1)])


@dataclass(frozen=True)
class EpochIndex:
    """Sigmoid of capability minus difficulty, by least squares."""

    name: str = "epoch-index"
    how: str = "the form of Epoch's capability index"
    silence: str = "nobody has a visible score on this benchmark, so that it has no difficulty"
    learns_spread: bool = True

    def recall(self, cells: Cells, state: State) -> Index:  # noqa: ARG002 - the state holds all there is
        """Return the fit of this state."""
        return Index(**{name: state[name] for name in Index.__dataclass_fields__})

    def learn(self, cells: Cells) -> Index:
        """Fit capabilities, difficulties and slopes together."""
        from scipy import optimize  # here: it takes a while to load, and a kept fit does without

        models, benchmarks = len(cells.models), len(cells.benchmarks)
        start = np.concatenate([np.zeros(models + benchmarks), np.full(benchmarks, USUAL_SLOPE)])
        goal = expit(cells.value)

        def objective(values: Floats) -> tuple[float, Floats]:
            return _loss(values, start, cells.row, cells.column, goal, (models, benchmarks))

        found = optimize.minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        capability, difficulty, slope = np.split(found.x, [models, models + benchmarks])
        seen = cells.row_counts > 0
        average = float(capability[seen].mean()) if seen.any() else 0.0
        return Index(np.array([average]), difficulty, slope)


def _loss(
    values: Floats, centre: Floats, row: Ints, column: Ints, goal: Floats, size: tuple[int, int]
) -> tuple[float, Floats]:
    """Sum of squared errors with the ridge, and its gradient; values are capabilities, difficulties, slopes."""
    models, benchmarks = size
    capability, difficulty, slope = np.split(values, [models, models + benchmarks])
    above = capability[row] - difficulty[column]
    share = expit(slope[column] * above)
    away = values - centre
    loss = float(np.sum((share - goal) ** 2) + RIDGE * away @ away)
    push = 2.0 * (share - goal) * share * (1.0 - share)
    pull = push * slope[column]
    gradient = np.concatenate(
        [
            np.bincount(row, pull, minlength=models),
            -np.bincount(column, pull, minlength=benchmarks),
            np.bincount(column, push * above, minlength=benchmarks),
        ]
    )
    return loss, gradient + 2.0 * RIDGE * away
