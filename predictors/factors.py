"""Low-rank factors of a cell matrix by alternating least squares (BenchPress's "logit bias ALS", Zhou et al. 2008).

value[m, b] = middle + row bias + column bias + row factors . column factors, with a ridge on every term. A side is
kept as one array of shape ``(n, 1 + rank)``, its bias first. Both half steps solve one small system a row, all at
once: sums by a sparse product, then one batched solve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from predictors.cells import Cells
from predictors.models import Ints
from predictors.sums import Grouping
from records.metric import Floats

ROUNDS = 12
"""Alternations; the held-out error no longer moves after 10 on the public tables."""

START = 0.3
"""Standard deviation of the random factors at the start."""


class Prior(NamedTuple):
    """A normal prior for one side: means ``(n, p)`` and one covariance ``(p, p)``."""

    mean: Floats
    covariance: Floats


class Side(NamedTuple):
    """A posterior of one side: means ``(n, p)`` and covariances ``(n, p, p)``."""

    mean: Floats
    covariance: Floats


def solve_side(by: Grouping, other: Floats, value: Floats, weight: Floats, prior: Prior) -> Side:
    """Regress what the other side's bias leaves of each value on its factors, group by group.

    Args:
        by: the cells by row (or by column).
        other: the other side's biases and factors, shape ``(m, p)``.
        value: centred values, shape ``(c,)``.
        weight: inverse error variances, shape ``(c,)``.
        prior: of the side that is solved for.
    """
    n, p = prior.mean.shape
    design = np.column_stack([np.ones(len(other)), other[:, 1:]])
    squares = (design[:, :, None] * design[:, None, :]).reshape(len(other), -1)
    gram = by.sums(weight, squares).reshape(n, p, p)
    moment = by.sums(weight * (value - other[by.at, 0]), design)
    precision = np.linalg.inv(prior.covariance)
    covariance = np.linalg.inv(gram + precision)
    mean = np.einsum("nij,nj->ni", covariance, moment + prior.mean @ precision)
    return Side(mean, covariance)


def alternate(
    cells: Cells, weight: Floats, *, rank: int, ridge: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Factorise from one random start; returns rows ``(M, 1 + rank)`` and columns ``(B, 1 + rank)``."""
    centred = cells.value - middle(cells)
    rows, columns = len(cells.models), len(cells.benchmarks)
    shrink = np.eye(rank + 1) / ridge
    row_side = rng.normal(0.0, START, (rows, rank + 1))
    column_side = rng.normal(0.0, START, (columns, rank + 1))
    column_side[:, 0] = np.bincount(cells.column, centred, minlength=columns) / np.maximum(cells.column_counts, 1)
    for _ in range(ROUNDS):
        zero = Prior(np.zeros((rows, rank + 1)), shrink)
        row_side = solve_side(cells.by_row, column_side, centred, weight, zero).mean
        zero = Prior(np.zeros((columns, rank + 1)), shrink)
        column_side = solve_side(cells.by_column, row_side, centred, weight, zero).mean
    return row_side, column_side


def middle(cells: Cells) -> float:
    """Mean of all cells."""
    return float(cells.value.mean())


def population(side: Floats, count: Ints, design: Floats, *, least: int, ridge: float) -> tuple[Floats, Floats]:
    """What rows (or columns) are usually like: a ridge regression on metadata, and the covariance around it.

    Args:
        side: bias and factors, shape ``(n, p)``.
        count: cells of each, shape ``(n,)``; those with fewer than ``least`` say little and are left out.
        design: metadata with a column of ones, shape ``(n, f)``.
        least: see ``count``.
        ridge: how many rows the coefficient zero counts for.

    Returns:
        Coefficients ``(f, p)`` and a covariance ``(p, p)``.
    """
    told = count >= min(least, int(np.sort(count)[-min(len(count), 10)]))
    x, y = design[told], side[told]
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 1e-3
    coefficients = np.linalg.solve(x.T @ x + penalty, x.T @ y)
    away = y - x @ coefficients
    p = side.shape[1]
    return np.asarray(coefficients), np.asarray((away.T @ away + 2.0 * 0.25 * np.eye(p)) / (len(y) + 2.0))
