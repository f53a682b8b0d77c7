"""Curves of benchmarks: each a difficulty and loadings on capabilities, and the errors of scores about it.

In: cells and, for each model, a normal distribution of its capabilities. Out: what the scores say of the capabilities
(``Curves.evidence``) and of the curves (``Curves.refitted``), each with the doubt about the other counted in
(variational Bayes). Scores are regressed on curves made straight at the present estimate (Gauss-Newton), so that each
step has a closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from predictors.asymptotes import Asymptotes
from predictors.capabilities import Evidence, Gaussians, conditioned
from predictors.cells import Cells
from predictors.factors import alternate, middle
from predictors.models import Ints
from predictors.spread import DEGREES_OF_FREEDOM
from records.metric import Floats
from records.quantiles import LEVELS

SEED = 31_415
RIDGE = 0.1
ERROR = 0.1
"""Variance of scores about their curves before any is seen, standard scale."""

PRIOR_ERRORS = 5.0
"""How many scores the usual error variance counts for in that of a benchmark."""

LEAST_ERROR = 0.005

PRIOR_LEVEL, PRIOR_LOADING = 1.0, 0.1
"""Variances of difficulties and loadings among benchmarks before any is seen."""

PRIOR_BENCHMARKS = 5.0
"""How many benchmarks these count for."""

TAIL, ERROR_TAIL = 5.0, 30.0
"""Degrees of freedom of errors about curves: where curves are fitted, and where the size of errors is reckoned."""

LONGEST = 3.0
"""A score moves a capability by no more in one step: farther off, the straight line says little of the curve."""


class Linear(NamedTuple):
    """Scores on curves that were made straight: working values and weights, shape ``(c,)``."""

    value: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of B benchmarks.

    Attributes:
        sides: difficulty and loadings, mean ``(B, 1 + K)`` and covariance.
        error: variance of scores about each curve, standard scale, shape ``(B,)``.
    """

    sides: Gaussians
    error: Floats

    def capability(self, theta: Gaussians, row: Ints, column: Ints) -> Floats:
        """Difficulty plus loadings times capabilities, shape ``(n,)``."""
        side = self.sides.mean[column]
        return np.asarray(side[:, 0] + np.einsum("nk,nk->n", side[:, 1:], theta.mean[row]))

    def doubt(self, theta: Gaussians, row: Ints, column: Ints) -> Floats:
        """Variance of that, shape ``(n,)``: the mean of its square, less the square of its mean."""
        sides, models = (part.reshape(len(part), -1) for part in (self._squares, _squares(theta)))
        mean_square = np.einsum("nk,nk->n", sides[column], models[row])
        return np.asarray(np.maximum(mean_square - self.capability(theta, row, column) ** 2, 0.0))

    def quantiles(self, theta: Gaussians, row: Ints, column: Ints, asymptotes: Asymptotes) -> Floats:
        """Quantiles ``(n, 99)`` of scores: those of capabilities, bent by the curve; errors join in quadrature."""
        unit = stdtrit(DEGREES_OF_FREEDOM, LEVELS) * np.sqrt((DEGREES_OF_FREEDOM - 2.0) / DEGREES_OF_FREEDOM)
        mean, spread = self.capability(theta, row, column), np.sqrt(self.doubt(theta, row, column))
        centre = asymptotes.curve(column, mean)[:, None]
        bent = asymptotes.curve(column, mean[:, None] + spread[:, None] * unit) - centre
        return np.asarray(centre + np.sign(unit) * np.hypot(bent, np.sqrt(self.error[column])[:, None] * unit))

    def straightened(self, cells: Cells, theta: Gaussians, asymptotes: Asymptotes) -> Linear:
        """Make the curves straight at the present capabilities; wild scores, and those on the flat, weigh little."""
        capability = self.capability(theta, cells.row, cells.column)
        slope = asymptotes.slope(cells.column, capability)
        residual = cells.value - asymptotes.curve(cells.column, capability)
        variance = self.error[cells.column] + cells.noise
        weight = slope**2 / variance * (TAIL + 1.0) / (TAIL + residual**2 / variance)
        return Linear(capability + np.clip(residual / slope, -LONGEST, LONGEST), weight)

    def evidence(self, cells: Cells, line: Linear) -> Evidence:
        """What the scores say of the capabilities of each model."""
        mean, second = self.sides.mean, self._squares
        precision = cells.by_row.sums(line.weight, second[:, 1:, 1:])
        moment = cells.by_row.sums(line.weight * line.value, mean[:, 1:])
        return Evidence(precision, moment - cells.by_row.sums(line.weight, second[:, 0, 1:]))

    def refitted(self, cells: Cells, line: Linear, theta: Gaussians, asymptotes: Asymptotes) -> Curves:
        """Fit each curve, shrunk to the usual one, and the errors about it."""
        squares = _squares(theta)
        precision = cells.by_column.sums(line.weight, squares)
        moment = cells.by_column.sums(line.weight * line.value, squares[:, 0])
        sides = conditioned(self._usual(cells.column_counts), Evidence(precision, moment))
        moved = replace(self, sides=sides)
        return replace(moved, error=moved.errors(cells, theta, asymptotes))

    def errors(self, cells: Cells, theta: Gaussians, asymptotes: Asymptotes) -> Floats:
        """Variance about each curve, what measurement explains taken off, shrunk to that of all, ``(B,)``."""
        capability = self.capability(theta, cells.row, cells.column)
        residual = cells.value - asymptotes.curve(cells.column, capability)
        doubt = self.doubt(theta, cells.row, cells.column) * asymptotes.slope(cells.column, capability) ** 2
        square = residual**2 + doubt
        usual = 2.0 * float(np.median(square)) + LEAST_ERROR  # the mean of squares of normal errors is 2.2 medians
        tail = (ERROR_TAIL + 1.0) / (ERROR_TAIL + square / (usual + cells.noise))
        square = np.maximum(tail * square - cells.noise, 0.0)
        total = np.bincount(cells.column, square, minlength=len(cells.benchmarks))
        prior = PRIOR_ERRORS * max(float(square.mean()), LEAST_ERROR)
        return np.asarray((total + prior) / (cells.column_counts + PRIOR_ERRORS))

    @cached_property
    def _squares(self) -> Floats:
        """Mean squares and products of difficulties and loadings, shape ``(B, 1 + K, 1 + K)``."""
        mean = self.sides.mean
        return np.asarray(self.sides.covariance + mean[:, :, None] * mean[:, None, :])

    def _usual(self, count: Ints) -> Gaussians:
        """What benchmarks with scores are usually like, for each one; no side of a further factor is the usual one."""
        mean, told = self.sides.mean, count > 0
        centre = np.append(mean[told, :2].mean(axis=0), np.zeros(mean.shape[1] - 2))
        away = mean[told] - centre
        prior = np.diag([PRIOR_LEVEL, *[PRIOR_LOADING] * (len(centre) - 1)])
        total = away.T @ away + self.sides.covariance[told].sum(axis=0) + PRIOR_BENCHMARKS * prior
        covariance = total / (told.sum() + PRIOR_BENCHMARKS)
        return Gaussians(np.broadcast_to(centre, mean.shape), np.broadcast_to(covariance, self.sides.covariance.shape))


def started(cells: Cells, asymptotes: Asymptotes, *, factors: int) -> tuple[Gaussians, Curves]:
    """Begin with capabilities and curves from a factorisation of the scores alone."""
    straight = replace(cells, value=asymptotes.start(cells.column, cells.value))
    rng = np.random.default_rng(SEED)
    rows, columns = alternate(straight, ERROR / (ERROR + cells.noise), rank=factors, ridge=RIDGE, rng=rng)
    sides = np.column_stack([columns[:, 0] + middle(straight), np.ones(len(columns)), columns[:, 1:]])
    return _certain(rows), Curves(_certain(sides), np.full(len(columns), ERROR))


def _squares(theta: Gaussians) -> Floats:
    """Mean squares and products of ones and capabilities, shape ``(R, 1 + K, 1 + K)``."""
    left = np.column_stack([np.ones(len(theta.mean)), theta.mean])
    squares = left[:, :, None] * left[:, None, :]
    squares[:, 1:, 1:] += theta.covariance
    return np.asarray(squares)


def _certain(mean: Floats) -> Gaussians:
    return Gaussians(mean, np.zeros((*mean.shape, mean.shape[1])))
