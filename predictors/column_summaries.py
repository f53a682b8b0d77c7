"""What a column of scores looks like, in four numbers that are comparable between benchmarks.

In: cells and the abilities of their models. Out: for each column the *place* (mean ability of the models that ran it),
the *level* (score of a model at that place, less its ability), the *slope* (how much faster than ability scores grow;
0 is just as fast) and the *scatter* (log variance about that line), each with the variance of its estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from predictors.cells import Cells
from predictors.models import Ints
from records.metric import Floats

USUAL_SCATTER, PRIOR_SCORES = 0.25, 8.0
"""Variance about a column's line before any score is seen, and how many scores it counts for."""

TAIL = 5.0
"""Degrees of freedom of the errors about a line."""

ROUNDS = 4
"""Rounds of reweighting."""

PLACE_VARIANCE, MODEL_VARIANCE = 0.05, 0.5
"""Variance between the places of like benchmarks by chance, and between the abilities of models of one place."""

VAGUE = np.diag([1e-2, 1e-2])
"""Precision of the prior on level and slope: enough to invert, no more."""


class Estimates(NamedTuple):
    """One number a column, with the variance of its estimate, both of shape ``(B,)``; useless where nobody ran it."""

    value: Floats
    noise: Floats


def places(cells: Cells, ability: Floats) -> Estimates:
    """Mean ability of the models that ran each benchmark, given the ability of every model ``(M,)``."""
    count = np.maximum(cells.column_counts, 1)
    total = np.bincount(cells.column, ability[cells.row], minlength=len(count))
    return Estimates(total / count, np.asarray(PLACE_VARIANCE + MODEL_VARIANCE / count, dtype=float))


def lines(cells: Cells, ability: Floats, place: Floats) -> tuple[Estimates, Estimates, Estimates]:
    """Level, slope and scatter of each column about its place ``(B,)``."""
    size = len(cells.benchmarks)
    design = np.column_stack([np.ones(len(cells)), ability[cells.row] - place[cells.column]])
    excess = cells.value - ability[cells.row]
    weight, scatter = np.ones(len(cells)), np.full(size, USUAL_SCATTER)
    for _ in range(ROUNDS):
        line, covariance = _weighted(design, excess, weight / scatter[cells.column], cells.column, size)
        square = (excess - np.einsum("ci,ci->c", design, line[cells.column])) ** 2
        total = np.bincount(cells.column, weight * square, minlength=size)
        scatter = (total + PRIOR_SCORES * USUAL_SCATTER) / (cells.column_counts + PRIOR_SCORES)
        weight = (TAIL + 1.0) / (TAIL + square / scatter[cells.column])
    return (
        Estimates(line[:, 0], covariance[:, 0, 0] + 0.01),
        Estimates(line[:, 1], covariance[:, 1, 1] + 0.01),
        Estimates(
            np.asarray(np.log(scatter)), np.asarray(2.0 / (cells.column_counts + PRIOR_SCORES) + 0.02, dtype=float)
        ),
    )


def _weighted(design: Floats, excess: Floats, weight: Floats, column: Ints, size: int) -> tuple[Floats, Floats]:
    """Weighted least squares in every column: estimates ``(B, 2)`` and their covariances ``(B, 2, 2)``."""

    def total(values: Floats) -> Floats:
        return np.bincount(column, weight * values, minlength=size).astype(float)

    gram = np.stack([total(design[:, i] * design[:, j]) for i in (0, 1) for j in (0, 1)], axis=1)
    covariance: Floats = np.asarray(np.linalg.inv(gram.reshape(size, 2, 2) + VAGUE), dtype=float)
    moment = np.stack([total(design[:, i] * excess) for i in (0, 1)], axis=1)
    return np.asarray(np.einsum("bij,bj->bi", covariance, moment)), covariance
