"""``benchpress``: the peer's published method as it stands, to check the harness and to be measured against.

Scores are clipped half a point inside, put on the logit scale where bounded, and each column is centred and divided by
its standard deviation. Then alternating least squares fits z = middle + model bias + benchmark bias + rank-2 product,
with a ridge of 0.1 on everything but the middle, and the mean of ten random starts is the forecast. A model without a
visible score is forecast as an average model would be. A reference, not a member of the pool; its spread is learned
from held-out cells as that of any other method.
Source: Microsoft's BenchPress, "Logit Bias ALS".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictors.asked import Asked
from predictors.cells import Cells
from predictors.factors import Prior, solve_side
from predictors.models import Ints
from predictors.spread import student
from predictors.sums import Grouping
from records.metric import Floats
from records.stages import State

RANK = 2
RIDGE = 0.1
STARTS = 10
ROUNDS = 40
START = 0.01
"""Standard deviation of the random factors at the start."""

SEED = 42
"""Starts take this seed and those after it."""

FLAT = 1e-8
"""A column that varies less than this is centred and not divided."""


@dataclass(frozen=True, eq=False)
class Completion:
    """The benchmarks' side of s starts.

    Attributes:
        location, spread: of each column, standard scale, shape ``(B,)``; the spread is negative where lower is better,
            because the peer leaves every column the way it points.
        middles: of each start, shape ``(s,)``.
        columns: bias and factors of each column, shape ``(s, B, 1 + RANK)``.
    """

    location: Floats
    spread: Floats
    middles: Floats
    columns: Floats

    def predict(self, asked: Asked) -> Floats:
        """Solve for the rows that are asked about and multiply the sides out; NaN where a column has no cell."""
        silent = asked.column_counts[asked.column] == 0
        column = np.where(silent, 0, asked.column)
        z = np.mean([self._one(start, asked, column) for start in range(len(self.middles))], axis=0)
        told = self.location[column] + self.spread[column] * z
        return student(np.where(silent, np.nan, told), self.spread[column] ** 2)

    def state(self) -> State:
        """Return what was learned."""
        return dict(vars(self))

    def _one(self, start: int, asked: Asked, column: Ints) -> Floats:
        columns, middle = self.columns[start], self.middles[start]
        visible = asked.visible
        usable = visible.column < len(columns)
        row, seen, value = visible.row[usable], visible.column[usable], visible.value[usable]
        z = (value - self.location[seen]) / self.spread[seen] - middle
        rows = _half_step(Grouping(row, seen, len(asked.models)), columns, z)
        return _product(rows[asked.row], columns[column], middle)


@dataclass(frozen=True)
class BenchPress:
    """Logit, biases, rank 2, ridge 0.1, the mean of ten starts."""

    name: str = "benchpress"
    how: str = "the published method of BenchPress"
    silence: str = "nobody has a visible score on this benchmark, so that it has no factors"
    learns_spread: bool = True

    def recall(self, cells: Cells, state: State) -> Completion:  # noqa: ARG002 - the state holds all there is
        """Return the fit of this state."""
        return Completion(**{name: state[name] for name in Completion.__dataclass_fields__})

    def learn(self, cells: Cells) -> Completion:
        """Factorise from every start."""
        location, spread = _columns(cells)
        z = (cells.value - location[cells.column]) / spread[cells.column]
        fits = [_alternate(cells, z, np.random.RandomState(SEED + start)) for start in range(STARTS)]
        middles, columns = (np.array(part) for part in zip(*fits, strict=True))
        return Completion(location, spread, middles, columns)


def _columns(cells: Cells) -> tuple[Floats, Floats]:
    """Mean and signed standard deviation of each column, 0 and 1 where it has no cell."""
    count = np.maximum(cells.column_counts, 1)
    mean = np.bincount(cells.column, cells.value, minlength=len(count)) / count
    square = np.bincount(cells.column, (cells.value - mean[cells.column]) ** 2, minlength=len(count)) / count
    return mean, cells.benchmarks.sign * np.where(np.sqrt(square) > FLAT, np.sqrt(square), 1.0)


def _alternate(cells: Cells, z: Floats, rng: np.random.RandomState) -> tuple[float, Floats]:
    """Fit from one start; returns the middle, and biases and factors of the columns ``(B, 1 + RANK)``."""
    middle = float(z.mean())
    rows, columns = (np.zeros((n, 1 + RANK)) for n in (len(cells.models), len(cells.benchmarks)))
    rows[:, 1:] = rng.normal(0.0, START, (len(rows), RANK))
    columns[:, 1:] = rng.normal(0.0, START, (len(columns), RANK))
    for _ in range(ROUNDS):
        rows = _half_step(cells.by_row, columns, z - middle)
        columns = _half_step(cells.by_column, rows, z - middle)
        middle = float(np.mean(z - _product(rows[cells.row], columns[cells.column], 0.0)))
    return middle, columns


def _half_step(by: Grouping, other: Floats, target: Floats) -> Floats:
    """Ridge regression of one side on the other; whoever has no cell gets zeros."""
    ridge = Prior(np.zeros((by.groups, 1 + RANK)), np.eye(1 + RANK) / RIDGE)
    return solve_side(by, other, target, np.ones(len(target)), ridge).mean


def _product(rows: Floats, columns: Floats, middle: float) -> Floats:
    return np.asarray(middle + rows[:, 0] + columns[:, 0] + np.einsum("np,np->n", rows[:, 1:], columns[:, 1:]))
