"""The fit: rounds over abilities, curves, what is usual of both, and the errors of the columns.

Variational inference with one normal factor a model and one a benchmark, hyperparameters by empirical Bayes (Bishop
2006, section 10; variational item response theory: Natesan et al. 2016). Errors are Student t, as scales of normals.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from predictors.cells import Cells
from predictors.factors import alternate
from predictors.latent_trait.curve import response, steepness, straightened
from predictors.latent_trait.design import Laid
from predictors.latent_trait.inference import abilities, curves, mean_squares, trait
from predictors.latent_trait.regression import Regression, Side
from records.metric import Floats

ROUNDS = 25
EVERY = 5
"""Rounds between two updates of what is usual."""

TAIL = 5.0
"""Degrees of freedom of the errors."""

SEED = 31_415

ERROR = 0.1
"""Error variance to start from, standard scale."""

LEAST_ERROR = 0.02
PRIOR_ERRORS = 10.0
"""How many errors the usual error variance counts for in that of a column."""

ABILITY, LEVEL, SLOPE = 0.3, 0.3, 0.3
"""Prior variances of what features leave over of abilities, levels and slopes."""

SLOPE_SCALE = 0.3
"""Variance of effects on slopes over that of effects on levels."""

START_SPREAD, START_DOUBT = 0.5, 0.05
"""Standard deviation of the traits beyond the first, and variance of every coordinate, to start from."""


class Fitted(NamedTuple):
    """What is believed after the fit.

    Attributes:
        ability: of the models.
        curve: of the benchmarks.
        models, benchmarks: what is usual of either.
        error: variance of each column, the usual one last, shape ``(B + 1,)``.
        tail: robust weight of each cell, shape ``(c,)``.
    """

    ability: Side
    curve: Side
    models: Regression
    benchmarks: Regression
    error: Floats
    tail: Floats


def fitted(cells: Cells, floor: Floats, models: Laid, benchmarks: Laid, *, traits: int) -> Fitted:
    """Fit to cells; ``floor`` is the share of each column that it does not fall below, shape ``(B,)``."""
    now = _start(cells, models, benchmarks, traits)
    at = floor[cells.column]
    for turn in range(1, ROUNDS + 1):
        now = _sides(now, cells, at, models, benchmarks)
        if turn % EVERY == 0:
            now = now._replace(
                models=now.models.refitted(models, now.ability),
                benchmarks=now.benchmarks.refitted(benchmarks, now.curve),
            )
        now = now._replace(
            models=now.models.with_own(models, now.ability, cells.row_counts > 0, _ability_prior(traits)),
            benchmarks=now.benchmarks.with_own(benchmarks, now.curve, cells.column_counts > 0, _curve_prior(traits)),
        )
        now = _errors(now, cells, at)
    return now


def _start(cells: Cells, models: Laid, benchmarks: Laid, traits: int) -> Fitted:
    """Begin at a factorisation: its row biases are the first trait, its factors the others."""
    rng = np.random.default_rng(SEED)
    weight = ERROR / (ERROR + cells.noise)
    rows, columns = alternate(cells, weight, rank=traits - 1, ridge=0.1, rng=rng)
    unit = (rows[:, 1:].std(axis=0) + 1e-9) / START_SPREAD
    ability = np.column_stack([rows[:, 0], rows[:, 1:] / unit])
    level = columns[:, 0] + cells.value.mean()
    curve = np.column_stack([level, np.ones(len(columns)), columns[:, 1:] * unit])
    usual = np.zeros(traits + 1)
    usual[1] = 1.0
    scale = np.full(traits + 1, SLOPE_SCALE)
    scale[0] = 1.0
    return Fitted(
        _doubted(ability),
        _doubted(curve),
        Regression.start(models, usual=np.zeros(traits), scale=np.ones(traits), own=3.0 * _ability_prior(traits)),
        Regression.start(benchmarks, usual=usual, scale=scale, own=2.0 * _curve_prior(traits)),
        np.full(len(cells.benchmarks) + 1, ERROR),
        np.ones(len(cells)),
    )


def _doubted(mean: Floats) -> Side:
    return Side(mean, np.tile(START_DOUBT * np.eye(mean.shape[1]), (len(mean), 1, 1)))


def _ability_prior(traits: int) -> Floats:
    return ABILITY * np.eye(traits)


def _curve_prior(traits: int) -> Floats:
    return np.diag([LEVEL, *[SLOPE] * traits])


def _sides(now: Fitted, cells: Cells, floor: Floats, models: Laid, benchmarks: Laid) -> Fitted:
    """One Newton step of all abilities, then one of all curves."""
    told, weight = _told(now, cells, floor)
    usual = now.models
    expected, precision = usual.expected(models), usual.precision()
    ability = abilities(cells.by_row, now.curve, told, weight, mean=expected, precision=precision)
    now = now._replace(ability=ability)
    told, weight = _told(now, cells, floor)
    usual = now.benchmarks
    expected, precision = usual.expected(benchmarks), usual.precision()
    curve = curves(cells.by_column, ability, told, weight, mean=expected, precision=precision)
    return now._replace(curve=curve)


def _told(now: Fitted, cells: Cells, floor: Floats) -> tuple[Floats, Floats]:
    """The trait that each cell tells of, and the inverse variance of that."""
    at = trait(now.ability.mean[cells.row], now.curve.mean[cells.column])
    told, slope = straightened(cells.value, at, floor)
    return told, slope**2 * now.tail / (now.error[cells.column] + cells.noise)


def _errors(now: Fitted, cells: Cells, floor: Floats) -> Fitted:
    """Update the robust weights and the error variance of each column, measurement taken off."""
    at = trait(now.ability.mean[cells.row], now.curve.mean[cells.column])
    doubt = np.maximum(mean_squares(now.ability, now.curve)[cells.row, cells.column] - at**2, 0.0)
    square = (cells.value - response(at, floor)) ** 2 + steepness(at, floor) ** 2 * doubt
    error = now.error[cells.column]
    total = error + cells.noise
    tail = robust(square / total)
    kept = error / total
    # The expected square of the error alone, given the cell: expectation maximisation for a sum of two normals.
    own = kept * cells.noise + kept**2 * square * tail
    usual = max(float(own.mean()), LEAST_ERROR)
    size = len(cells.benchmarks)
    columns = np.bincount(cells.column, own, minlength=size) + PRIOR_ERRORS * usual
    columns = np.maximum(columns / (cells.column_counts + PRIOR_ERRORS), LEAST_ERROR)
    return now._replace(error=np.append(columns, usual), tail=tail)


def robust(square: Floats) -> Floats:
    """Weights of Student t errors from their squares in units of the variance."""
    return np.asarray((TAIL + 1.0) / (TAIL + square))
