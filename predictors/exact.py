"""Exact inference for a Gaussian process of scores by Cholesky: for up to a few thousand cells.

In: training cells with their hyperparameters. Out: posterior means and covariances of any other cells. Source:
Rasmussen and Williams 2006, algorithm 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from scipy import linalg

from predictors.hyperparameters import Hyperparameters, Training, covariance, spread_out
from predictors.models import Ints
from records.metric import Floats
from records.stages import State


class Where(NamedTuple):
    """Cells (row, column), shape ``(n,)``, and how their models and benchmarks vary with those of the training.

    Attributes:
        across: covariance factors of training models with these models, shape ``(M, R)`` for each component.
        alone: those of each of these models with itself, shape ``(R,)`` for each component.
        benchmarks: those between benchmarks, the training's first, shape ``(B + strangers, B + strangers)`` each.
        shared: ``across`` without the kernels that reach no further than a kin group.
        root: kin group of each of these models, shape ``(R,)``.
        compared: whether these are models of the training, which have been compared with each other already.
    """

    across: list[Floats]
    alone: list[Floats]
    benchmarks: list[Floats]
    shared: list[Floats]
    root: Ints
    row: Ints
    column: Ints
    compared: bool = False

    def prior_variance(self) -> Floats:
        """Variance of the cells before training, shape ``(n,)``."""
        pairs = zip(self.alone, self.benchmarks, strict=True)
        return np.asarray(sum(model[self.row] * np.diag(benchmark)[self.column] for model, benchmark in pairs))

    def prior_block(self, cells: Ints) -> Floats:
        """Covariance of some cells of one model before training, shape ``(m, m)``."""
        row, columns = self.row[cells[0]], np.ix_(self.column[cells], self.column[cells])
        pairs = zip(self.alone, self.benchmarks, strict=True)
        return np.asarray(sum(model[row] * benchmark[columns] for model, benchmark in pairs))


class Projection(Protocol):
    """The posterior of n latent scores, those of one model jointly."""

    @property
    def mean(self) -> Floats:
        """Shape ``(n,)``."""
        ...

    @property
    def variance(self) -> Floats:
        """Shape ``(n,)``."""
        ...

    def block(self, cells: Ints) -> Floats:
        """Covariance of some cells of one model, shape ``(m, m)``."""
        ...


class Process(Protocol):
    """A Gaussian process that has seen its training cells."""

    def project(self, where: Where) -> Projection:
        """Work out the posterior of cells."""
        ...

    def state(self) -> State:
        """Return what is to be kept beside the weights of the kernels and the cells."""
        ...


@dataclass(frozen=True, eq=False)
class ExactProcess:
    """The process and the Cholesky factor of its training cells."""

    hyper: Hyperparameters
    training: Training

    @cached_property
    def factor(self) -> Floats:
        """Lower Cholesky factor of the covariance of the training cells, shape ``(c, c)``."""
        total = covariance(self.hyper, self.training)
        return np.asarray(linalg.cholesky(total, lower=True, overwrite_a=True, check_finite=False))

    @cached_property
    def whitened(self) -> Floats:
        """Training values in the basis of the factor, shape ``(c,)``."""
        return self._solve(self.training.value)

    def project(self, where: Where) -> ExactProjection:
        """Work out the posterior of cells."""
        cells = self.training.row, self.training.column
        seen = self._solve(spread_out(where.across, where.benchmarks, cells, (where.row, where.column)))
        return ExactProjection(where, np.asarray(self.whitened @ seen), seen)

    def state(self) -> State:
        """Return nothing: factorising again takes no longer than reading the factor would."""
        return {}

    def _solve(self, right: Floats) -> Floats:
        return np.asarray(linalg.solve_triangular(self.factor, right, lower=True, check_finite=False))


@dataclass(frozen=True, eq=False)
class ExactProjection:
    """Posterior of n cells; ``seen`` is their covariance with the whitened training cells, shape ``(c, n)``."""

    where: Where
    mean: Floats
    seen: Floats

    @cached_property
    def variance(self) -> Floats:
        """Shape ``(n,)``."""
        explained = np.einsum("cn,cn->n", self.seen, self.seen)
        return np.asarray(np.maximum(self.where.prior_variance() - explained, 0.0))

    def block(self, cells: Ints) -> Floats:
        """Covariance of some cells of one model, shape ``(m, m)``."""
        seen = self.seen[:, cells]
        return np.asarray(self.where.prior_block(cells) - seen.T @ seen)
