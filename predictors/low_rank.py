"""``low-rank``: logit, biases and three factors, the mean of ten random starts, after BenchPress.

Beyond the peer: cells weigh by how well they were measured; the sides of thinly known models and benchmarks are
drawn to what models of that date, size and kind (and benchmarks) are usually like; and the posterior variance of both
sides goes into the spread.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from predictors.asked import Asked
from predictors.cells import Cells
from predictors.effects import Normal
from predictors.factors import Prior, Side, alternate, middle, population, solve_side
from predictors.models import ModelSide
from predictors.spread import student
from records.metric import Floats
from records.stages import State

RANK = 3
"""BenchPress takes 2; the third factor takes 0.13 points off the median error on its matrix, and on the corpus."""
RIDGE = 0.1
STARTS = 10
SEED = 31_415

ERROR = 0.1
"""Variance of what the factors leave unexplained, standard scale; noise beyond it takes weight from a cell."""

LEAST_ERROR = 0.02

LEAST = 8
"""Rows and columns with fewer cells than this do not teach what is usual."""

METADATA_RIDGE = 3.0


@dataclass(frozen=True, eq=False)
class Factorisation:
    """The benchmarks' side of s starts, and what models are usually like in each.

    Attributes:
        middle: mean of all cells, shape ``(1,)``.
        columns: bias and factors of each column, shape ``(s, B, p)``.
        doubt: their posterior covariances, shape ``(s, B, p, p)``.
        coefficients: of a model's metadata, shape ``(s, f, p)``.
        covariance: of models around that, shape ``(s, p, p)``.
        error: unexplained variance, shape ``(1,)``.
    """

    middle: Floats
    columns: Floats
    doubt: Floats
    coefficients: Floats
    covariance: Floats
    error: Floats

    def predict(self, asked: Asked) -> Floats:
        """Multiply the sides out; NaN where a column has no cell."""
        told = [self._one(start, asked) for start in range(len(self.columns))]
        mean = np.mean([one.mean for one in told], axis=0)
        apart = np.var([one.mean for one in told], axis=0)
        return student(mean, np.mean([one.variance for one in told], axis=0) + apart)

    def state(self) -> State:
        """Return what was learned."""
        return dict(vars(self))

    def _one(self, start: int, asked: Asked) -> Normal:
        visible = asked.visible
        columns, doubt = self.columns[start], self.doubt[start]
        prior = Prior(metadata(asked.models) @ self.coefficients[start], self.covariance[start])
        usable = (visible.column < len(columns)) & (asked.column_counts[visible.column] > 0)
        seen = visible.keep(usable)
        weight = 1.0 / (self.error[0] + seen.noise)
        side = solve_side(seen.by_row, columns, seen.value - self.middle[0], weight, prior)
        silent = asked.column_counts[asked.column] == 0
        column = np.where(silent, 0, asked.column)
        mean, variance = _product(side, asked.row, columns[column], doubt[column])
        return Normal(np.where(silent, np.nan, self.middle[0] + mean), variance + self.error[0])


@dataclass(frozen=True)
class LowRank:
    """Alternating least squares with biases."""

    name: str = "low-rank"
    how: str = "factors of the whole score matrix"
    silence: str = "nobody has a visible score on this benchmark, so that it has no factors"
    learns_spread: bool = True
    rank: int = field(default=RANK, kw_only=True)
    ridge: float = field(default=RIDGE, kw_only=True)
    starts: int = field(default=STARTS, kw_only=True)

    def recall(self, cells: Cells, state: State) -> Factorisation:  # noqa: ARG002 - the state holds all there is
        """Return the fit of this state."""
        return Factorisation(**{name: state[name] for name in Factorisation.__dataclass_fields__})

    def learn(self, cells: Cells) -> Factorisation:
        """Factorise from every start, and work out what is usual."""
        rng = np.random.default_rng(SEED)
        weight = ERROR / (ERROR + cells.noise)
        pairs = [alternate(cells, weight, rank=self.rank, ridge=self.ridge, rng=rng) for _ in range(self.starts)]
        centre = middle(cells)
        error = np.mean([_unexplained(cells, centre, *pair) for pair in pairs])
        parts = [self._finish(cells, float(error), *pair) for pair in pairs]
        columns, doubt, coefficients, covariance = (np.array(part) for part in zip(*parts, strict=True))
        return Factorisation(np.array([centre]), columns, doubt, coefficients, covariance, np.array([error]))

    def _finish(
        self, cells: Cells, error: float, rows: Floats, columns: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Draw the columns to the usual column, and learn the usual model."""
        ones = np.ones((len(columns), 1))
        usual, spread = population(columns, cells.column_counts, ones, least=LEAST, ridge=METADATA_RIDGE)
        weight = 1.0 / (error + cells.noise)
        centred = cells.value - middle(cells)
        side = solve_side(cells.by_column, rows, centred, weight, Prior(ones @ usual, spread))
        about = metadata(cells.models)
        coefficients, covariance = population(rows, cells.row_counts, about, least=LEAST, ridge=METADATA_RIDGE)
        return side.mean, side.covariance, coefficients, covariance


def metadata(models: ModelSide) -> Floats:
    """Design matrix of models with a column of ones first, shape ``(R, f)``."""
    return np.column_stack([np.ones(len(models)), models.design])


def _product(side: Side, row: np.ndarray, column: Floats, doubt: Floats) -> Normal:
    """Sum of biases and product of factors, and its variance to first order in the doubt of each side."""
    left = np.column_stack([np.ones(len(row)), column[:, 1:]])
    right = np.column_stack([np.ones(len(row)), side.mean[row, 1:]])
    mean = column[:, 0] + np.einsum("np,np->n", left, side.mean[row])
    variance = np.einsum("np,npq,nq->n", left, side.covariance[row], left)
    return Normal(mean, variance + np.einsum("np,npq,nq->n", right, doubt, right))


def _unexplained(cells: Cells, centre: float, rows: Floats, columns: Floats) -> float:
    """Variance left by the factors, per degree of freedom, measurement taken off."""
    product = np.einsum("cp,cp->c", rows[cells.row, 1:], columns[cells.column, 1:])
    residual = cells.value - centre - rows[cells.row, 0] - columns[cells.column, 0] - product
    spent = min(0.5, (rows.size + columns.size) / len(cells))
    # Well-measured cells tell most: where the noise is large, its own error would drown what is left.
    weight = (ERROR / (ERROR + cells.noise)) ** 2
    return max(float(np.average(residual**2 - cells.noise, weights=weight)) / (1.0 - spent), LEAST_ERROR)
