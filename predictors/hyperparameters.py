"""Weights of the kernels: their layout in one vector, the defaults, and their choice by marginal likelihood.

The log marginal likelihood of y ~ N(0, K) and its gradient are those of Rasmussen and Williams 2006, equations 5.8
and 5.9. The traces are taken on the model grid and on the benchmark grid instead of cell by cell: every kernel is a
matrix over models or over benchmarks, so the weighted cells are first summed into it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from scipy import linalg, sparse

from predictors.kernels import BENCHMARK_KERNELS, COMPONENTS, MODEL_KERNELS
from predictors.models import Ints
from predictors.traits import BenchmarkTraits, ModelTraits
from records.metric import Floats

SMALLEST, LARGEST = 1e-5, 30.0
"""Weights are kept between these."""

CONFIDENCE = 0.05
"""Precision of each log weight around its default: two cells in three may move it by a factor of e**4."""

STEPS = 25

HELD = "factors/"
"""Weights that are not tuned: their kernel is made of the very cells that would choose them, and overfits."""

OWN = ("model", "root")
"""Kernels over models that reach no further than a kin group: no feature need carry them."""

TOGETHER = 64
"""How many models at a time are compared with each other where only the diagonal is wanted."""

DEFAULTS = {
    "level/benchmarks/benchmark": 0.043,
    "level/benchmarks/all": 0.035,
    "level/benchmarks/description": 0.11,
    "level/benchmarks/domain": 0.077,
    "level/benchmarks/name": 0.18,
    "level/benchmarks/era": 0.72,
    "level/benchmarks/stem": 0.29,
    "level/benchmarks/whole": 0.47,
    "ability/models/season": 0.039,
    "ability/models/season reasoning": 0.0055,
    "ability/models/size": 0.64,
    "ability/models/reasoning": 2.3,
    "ability/models/effort": 0.029,
    "ability/models/date": 0.74,
    "ability/models/model": 0.022,
    "ability/models/root": 0.01,
    "ability/models/maker": 0.00068,
    "ability/models/family": 0.0024,
    "ability/models/name": 0.063,
    "ability/models/family season": 0.00089,
    "ability/models/maker season": 0.0016,
    "trend/models/season": 0.096,
    "trend/models/season reasoning": 0.85,
    "trend/models/size": 0.0047,
    "trend/models/reasoning": 0.0049,
    "trend/benchmarks/benchmark": 0.014,
    "trend/benchmarks/domain": 0.063,
    "trend/benchmarks/format": 0.057,
    "trend/benchmarks/stem": 0.018,
    "trend/benchmarks/whole": 0.01,
    "trend/benchmarks/description": 0.17,
    "trend/benchmarks/name": 0.021,
    "profile/models/model": 0.046,
    "profile/models/root": 0.025,
    "profile/models/maker": 0.029,
    "profile/models/family": 0.0097,
    "profile/models/name": 0.15,
    "profile/models/family season": 0.0075,
    "profile/models/maker season": 0.14,
    "profile/benchmarks/benchmark": 0.051,
    "profile/benchmarks/domain": 0.038,
    "profile/benchmarks/format": 0.12,
    "profile/benchmarks/stem": 0.31,
    "profile/benchmarks/whole": 0.011,
    "profile/benchmarks/description": 0.0085,
    "profile/benchmarks/name": 0.045,
    "factors/models/season": 0.007,
    "factors/models/size": 0.0035,
    "factors/models/reasoning": 0.007,
    "factors/models/model": 0.021,
    "factors/models/root": 0.007,
    "factors/models/maker": 0.0014,
    "factors/models/family": 0.007,
    "factors/models/name": 0.014,
    "factors/models/maker season": 0.0035,
    "nugget": 0.0024,
}
"""Weights to start from: most likely for two thirds of the BenchPress matrix (seed 42, fold 0) and for the scores of 60
models of the starter corpus together, those of the factors chosen on held-out cells of both."""


class Training(NamedTuple):
    """Cells to be explained: traits of both sides, coordinates, values around zero, and noise variances."""

    models: ModelTraits
    benchmarks: BenchmarkTraits
    row: Ints
    column: Ints
    value: Floats
    noise: Floats


@dataclass(frozen=True, eq=False)
class Hyperparameters:
    """Logarithms of all weights, in the order of ``NAMES``, shape ``(h,)``."""

    log_weights: Floats

    @classmethod
    def default(cls) -> Self:
        """The weights to start from."""
        return cls(np.log([DEFAULTS[name] for name in NAMES]))

    @property
    def nugget(self) -> float:
        """Variance of a report that neither items nor harness explain, in spreads of the column."""
        return float(np.exp(self.log_weights[-1]))

    def between_models(
        self, left: ModelTraits, right: ModelTraits, *, only: Collection[str] = MODEL_KERNELS
    ) -> list[Floats]:
        """Weighted sums of kernels over models, one for each component."""
        found = [np.zeros((len(left.model), len(right.model))) for _ in COMPONENTS]
        for name, kernel in MODEL_KERNELS.items():
            weights = self._weights(name, "models")
            if weights and name in only:
                value = kernel(left, right)
                for k, weight in weights:
                    found[k] += weight * value
        return found

    def between_benchmarks(self, left: BenchmarkTraits, right: BenchmarkTraits) -> list[Floats]:
        """Weighted sums of kernels over benchmarks, one for each component, spreads included."""
        found = [np.zeros((len(left.benchmark), len(right.benchmark))) for _ in COMPONENTS]
        for name, kernel in BENCHMARK_KERNELS.items():
            value = kernel(left, right)
            for k, weight in self._weights(name, "benchmarks"):
                found[k] += weight * value
        spreads = np.multiply.outer(left.spread, right.spread)
        return [part * spreads if c.scaled else part for part, c in zip(found, COMPONENTS, strict=True)]

    def of_models(self, models: ModelTraits) -> list[Floats]:
        """Diagonals of ``between_models`` of models with themselves, one for each component, shape ``(n,)``."""
        places = range(0, len(models.model), TOGETHER)
        parts = [models.take(np.arange(start, min(start + TOGETHER, len(models.model)))) for start in places]
        squares = [self.between_models(part, part) for part in parts]
        return [np.concatenate([np.diag(square[k]) for square in squares]) for k in range(len(COMPONENTS))]

    def _weights(self, kernel: str, side: str) -> list[tuple[int, float]]:
        """The components that a kernel has a part in, with its weight."""
        return [
            (
                k,
                1.0 if len(names) == 1 else float(np.exp(self.log_weights[_PLACE[k, side, kernel]])),
            )
            for k, names in enumerate(getattr(component, side) for component in COMPONENTS)
            if kernel in names
        ]


def _layout() -> list[tuple[int, str, str]]:
    """Every weight as (component, side, kernel); the only kernel of a side has none."""
    return [
        (k, side, name)
        for k, component in enumerate(COMPONENTS)
        for side in ("models", "benchmarks")
        for name in getattr(component, side)
        if len(getattr(component, side)) > 1
    ]


_PLACE = {key: i for i, key in enumerate(_layout())}

NAMES = (*(f"{COMPONENTS[k].name}/{side}/{name}" for k, side, name in _layout()), "nugget")
"""Names of all weights."""


class ModelGrid(NamedTuple):
    """Covariance factors of models with each other, ``(M, M)`` for each component.

    Attributes:
        every: weighted sums of all kernels.
        shared: those of the kernels that reach beyond a kin group.
    """

    every: list[Floats]
    shared: list[Floats]


@lru_cache(maxsize=2)
def model_grid(hyper: Hyperparameters, models: ModelTraits) -> ModelGrid:
    """Compare models with each other; kept, since fits to parts of the same scores compare the same models."""
    every = hyper.between_models(models, models)
    own = hyper.between_models(models, models, only=OWN)
    return ModelGrid(every, [whole - alone for whole, alone in zip(every, own, strict=True)])


def covariance(hyper: Hyperparameters, training: Training) -> Floats:
    """Covariance of the training cells, noise included, shape ``(c, c)``."""
    models = hyper.between_models(training.models, training.models)
    benchmarks = hyper.between_benchmarks(training.benchmarks, training.benchmarks)
    total = spread_out(models, benchmarks, (training.row, training.column), (training.row, training.column))
    total[np.diag_indices_from(total)] += noise_of(hyper, training)
    return total


def noise_of(hyper: Hyperparameters, training: Training) -> Floats:
    """Variance of each training cell around its latent score."""
    return np.asarray(training.noise + hyper.nugget * training.benchmarks.spread[training.column] ** 2)


def spread_out(
    models: Sequence[Floats], benchmarks: Sequence[Floats], left: tuple[Ints, Ints], right: tuple[Ints, Ints]
) -> Floats:
    """Covariance between cells at (row, column) coordinates, shape ``(n, m)``."""
    total = np.zeros((len(left[0]), len(right[0])))
    for model, benchmark in zip(models, benchmarks, strict=True):
        # Rows first: what is then taken along each row lies close together in memory.
        part = np.take(model[left[0]], right[0], axis=1)
        part *= np.take(benchmark[left[1]], right[1], axis=1)
        total += part
    return total


def surprise(log_weights: Floats, training: Training) -> tuple[float, Floats]:
    """Negative log marginal likelihood, its constant left out, and its gradient in the log weights, ``(h,)``."""
    hyper = Hyperparameters(log_weights)
    models = hyper.between_models(training.models, training.models)
    benchmarks = hyper.between_benchmarks(training.benchmarks, training.benchmarks)
    factor = linalg.cholesky(covariance(hyper, training), lower=True, check_finite=False)
    explained = linalg.cho_solve((factor, True), training.value, check_finite=False)
    value = 0.5 * training.value @ explained + np.log(np.diag(factor)).sum()
    inverse = linalg.cho_solve((factor, True), np.eye(len(factor)), overwrite_b=True, check_finite=False)
    slope = 0.5 * (inverse - np.multiply.outer(explained, explained))
    return float(value), _gradient(hyper, training, slope, models, benchmarks)


def _gradient(
    hyper: Hyperparameters, training: Training, slope: Floats, models: list[Floats], benchmarks: list[Floats]
) -> Floats:
    """Chain the derivative by the covariance, ``(c, c)``, to the log weights."""
    by_row = _indicator(training.row, len(training.models.model))
    by_column = _indicator(training.column, len(training.benchmarks.benchmark))
    rows, columns = np.ix_(training.row, training.row), np.ix_(training.column, training.column)
    spreads = np.multiply.outer(training.benchmarks.spread, training.benchmarks.spread)
    on_models = [_summed(slope * part[columns], by_row) for part in benchmarks]
    on_benchmarks = [
        _summed(slope * part[rows], by_column) * (spreads if component.scaled else 1.0)
        for part, component in zip(models, COMPONENTS, strict=True)
    ]
    kernels = {
        "models": {name: f(training.models, training.models) for name, f in MODEL_KERNELS.items()},
        "benchmarks": {name: f(training.benchmarks, training.benchmarks) for name, f in BENCHMARK_KERNELS.items()},
    }
    grids = {"models": on_models, "benchmarks": on_benchmarks}
    found = [float(np.vdot(grids[side][k], kernels[side][name])) for k, side, name in _PLACE]
    found.append(float(np.diag(slope) @ training.benchmarks.spread[training.column] ** 2))
    return np.array(found) * np.exp(hyper.log_weights)


def _indicator(place: Ints, size: int) -> sparse.csr_matrix:
    n = len(place)
    return sparse.csr_matrix((np.ones(n), (np.arange(n), place)), shape=(n, size))


def _summed(cells: Floats, indicator: sparse.csr_matrix) -> Floats:
    """Sum a matrix over cells into one over models, or over benchmarks."""
    return np.asarray(indicator.T @ np.asarray(indicator.T @ cells).T)


def tuned(training: Training, *, start: Hyperparameters | None = None, steps: int = STEPS) -> Hyperparameters:
    """Choose the weights by marginal likelihood, held to where they start by ``CONFIDENCE``."""
    from scipy import optimize  # here: it takes a while to load, and a kept fit does without

    usual = (Hyperparameters.default() if start is None else start).log_weights

    def objective(log_weights: Floats) -> tuple[float, Floats]:
        value, gradient = surprise(log_weights, training)
        away = log_weights - usual
        return value + 0.5 * CONFIDENCE * float(away @ away), gradient + CONFIDENCE * away

    free = np.log(SMALLEST), np.log(LARGEST)
    bounds = [(at, at) if name.startswith(HELD) else free for name, at in zip(NAMES, usual, strict=True)]
    found = optimize.minimize(objective, usual, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    return Hyperparameters(np.asarray(found.x))
