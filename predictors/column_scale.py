"""Centre, spreads and usual noise of the columns of a cell matrix: the scale on which columns are alike.

Bounded columns are logits, open ones are standardised robustly, but the step between a good and a weak model still
differs from column to column. A column that few models have run has little to say about its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells, weighted_median
from predictors.factors import alternate
from predictors.models import Ints
from records.metric import Floats
from records.stages import State

PRIOR_MODELS = 4.0
"""How many models the usual spread counts for in the spread of a column."""

LEAST = 6
"""Columns with fewer models than this do not teach what the usual spread is."""

USUAL_SPREAD = 1.0
"""Spread of a column where no column teaches one, standard scale."""


RANK, STARTS = 3, 3
"""Factors of a factorisation, and how many of them are averaged."""

RIDGE = 0.1
ERROR = 0.1
"""Variance that factors leave unexplained, standard scale; noise beyond it takes weight from a cell."""

SEED = 31_415


class ColumnScale(NamedTuple):
    """Where values are centred, and how columns vary.

    Attributes:
        centre: mean of all values.
        spread: of each column, the usual one last, shape ``(B + 1,)``.
        loadings: in spreads, of each column on factors of unit variance, zeros last, shape ``(B + 1, l)``.
    """

    centre: float
    spread: Floats
    loadings: Floats

    @classmethod
    def of(cls, cells: Cells) -> ColumnScale:
        """Work out spreads, shrunk to the usual one."""
        size, count = len(cells.benchmarks), cells.column_counts
        mean = np.bincount(cells.column, cells.value, minlength=size) / np.maximum(count, 1)
        square = np.bincount(cells.column, (cells.value - mean[cells.column]) ** 2, minlength=size)
        freedom = np.maximum(count - 1, 0)
        telling = count >= min(LEAST, max(int(count.max()), 2))
        usual = float(np.median(square[telling] / freedom[telling])) if telling.any() else 0.0
        usual = usual if usual > 0.0 else USUAL_SPREAD**2
        spread = np.sqrt((PRIOR_MODELS * usual + square) / (PRIOR_MODELS + freedom))
        loadings = _loadings(cells) / spread[:, None]
        return cls(
            float(cells.value.mean()),
            np.append(spread, np.sqrt(usual)),
            np.concatenate([loadings, np.zeros_like(loadings[:1])]),
        )

    @classmethod
    def recall(cls, state: State) -> ColumnScale:
        """Return the scale of this state."""
        return cls(float(state["centre"][0]), state["spread"], state["loadings"])

    def state(self) -> dict[str, Floats]:
        """Return the scale as arrays."""
        return {"centre": np.array([self.centre]), "spread": self.spread, "loadings": self.loadings}

    def place(self, benchmarks: BenchmarkSide) -> Ints:
        """Where to look columns up, those beyond the training at the end, shape ``(B + strangers,)``."""
        return np.minimum(np.arange(len(benchmarks)), len(self.spread) - 1)


def _loadings(cells: Cells) -> Floats:
    """How columns vary together beyond levels and abilities, from low-rank factorisations, shape ``(B, l)``."""
    rng = np.random.default_rng(SEED)
    weight = ERROR / (ERROR + cells.noise)
    told = cells.row_counts > 0
    parts = []
    for _ in range(STARTS):
        rows, columns = alternate(cells, weight, rank=RANK, ridge=RIDGE, rng=rng)
        factors = rows[told, 1:]
        parts.append(columns[:, 1:] @ np.linalg.cholesky(factors.T @ factors / len(factors) + 1e-9 * np.eye(RANK)))
    return np.asarray(np.concatenate(parts, axis=1) / np.sqrt(STARTS))


@lru_cache(maxsize=4)
def usual_noise(cells: Cells) -> Floats:
    """Median noise of the cells of each column, that of all where it has none and last, shape ``(B + 1,)``; kept."""
    usual = np.full(len(cells.benchmarks) + 1, float(np.median(cells.noise)))
    columns, group = np.unique(cells.column, return_inverse=True)
    usual[columns] = weighted_median(group, cells.noise, np.ones(len(group)))
    return usual
