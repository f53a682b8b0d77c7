"""Standing: where each model stands on each benchmark, and which models and benchmarks resemble each other by it.

A standing is the rank of a score among all scores on the benchmark, from -0.5 (worst) to 0.5 (best): only the order
matters for resemblance, and every unit has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from records.benchmark import Benchmark
from records.history import History
from records.metric import Floats
from records.record import Record

Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

TOLD = ("id", "model", "benchmark", "value", "published")
"""What resemblance rests on: columns of the table of records."""

OVERLAP = 4
"""Two rows, or two columns, are compared where at least this many values are shared."""

SHRINKAGE = 6.0
"""A resemblance over ``n`` shared values counts ``n / (n + SHRINKAGE)`` of itself."""


def headline(records: pd.DataFrame) -> pd.DataFrame:
    """Records in the headline metric that are not copies, the newest report of a cell first; ``TOLD`` of each."""
    own = records.loc[(records["metric"] == "") & (records["duplicate_of"] == ""), list(TOLD)]
    return own.sort_values(["published", "id"], ascending=[False, True], kind="stable")


@lru_cache(maxsize=4)
def own_records(history: History) -> pd.DataFrame:
    """Headline records of a history; kept for the next question, since a history never changes."""
    return headline(history.records)


@dataclass(frozen=True, eq=False)
class Standings:
    """Where every model of a history stands on every benchmark.

    Attributes:
        models: names of the rows.
        benchmarks: names of the columns.
        medians: score of each cell, NaN where there is none, shape ``(models, benchmarks)``.
        grid: its standing, in the same shape.
        measured: where there is one.
    """

    models: Sequence[str]
    benchmarks: Sequence[str]
    medians: Floats
    grid: Floats
    measured: Mask

    @classmethod
    def of(cls, history: History) -> Standings:
        """Rank the median scores of all cells, benchmark by benchmark."""
        frame = own_records(history)
        known = frame[frame["benchmark"].isin(list(history.benchmarks))]
        wide = known.pivot_table(index="model", columns="benchmark", values="value", aggfunc="median")
        models, benchmarks = list(map(str, wide.index)), list(map(str, wide.columns))
        signs = [_sign(history.benchmarks[name]) for name in benchmarks]
        grid = ((wide.rank(pct=True) - 0.5) * signs if signs else wide).to_numpy(dtype=float)
        return cls(models, benchmarks, wide.to_numpy(dtype=float), grid, ~np.isnan(grid))


def standing_of(history: History, standings: Standings, model: str, known: Iterable[Record]) -> Floats:
    """Standing of one model on every benchmark, from the history and from scores the asker vouches for."""
    seen = model in standings.models
    row = standings.grid[standings.models.index(model)] if seen else np.full(len(standings.benchmarks), np.nan)
    told = [record for record in known if record.benchmark in standings.benchmarks]
    if told:
        row = row.copy()
    for record in told:
        column = standings.benchmarks.index(record.benchmark)
        others = standings.medians[:, column]
        others = others[~np.isnan(others)]
        below = float(np.mean(others < record.value) + np.mean(others == record.value) / 2.0)
        row[column] = (below - 0.5) * _sign(history.benchmarks[record.benchmark])
    return row


def benchmarks_like(standings: Standings, benchmark: str) -> Floats:
    """Shrunk correlation of each benchmark with one, over the models measured on both; 0 where it is not positive.

    Args:
        standings: of a history.
        benchmark: with which all are compared; itself it is no resemblance.

    Returns:
        One figure a column of the standings, NaN where too little is shared.
    """
    if benchmark not in standings.benchmarks:
        return np.full(len(standings.benchmarks), np.nan)
    column = standings.benchmarks.index(benchmark)
    told = standings.measured[:, column]  # all others share nothing with it, and add only zeros
    both, grid = standings.measured[told], standings.grid[told]
    shared = both.sum(axis=0)
    count = np.maximum(shared, 1)
    x, y = (np.where(both, side, 0.0) for side in (grid, grid[:, column, None]))
    x = np.where(both, x - x.sum(axis=0) / count, 0.0)
    y = np.where(both, y - y.sum(axis=0) / count, 0.0)
    scale = np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    correlation = np.divide((x * y).sum(axis=0), scale, out=np.zeros(len(scale)), where=scale > 0)
    like = _shrunk(correlation, shared)
    like[column] = np.nan
    return like


def models_like(standings: Standings, standing: Floats, model: str) -> Floats:
    """Closeness of each model to a row of standings, over the benchmarks measured on both: 1 stands alike.

    Args:
        standings: of a history.
        standing: of one model, a figure a benchmark.
        model: its name; itself it is no resemblance.

    Returns:
        One figure a row of the standings, NaN where too little is shared.
    """
    told = ~np.isnan(standing)
    both = standings.measured.T[told]
    count = both.sum(axis=0)
    apart = np.where(both, np.abs(standings.grid.T[told] - standing[told, None]), 0.0)
    distance = apart.sum(axis=0) / np.maximum(count, 1)
    # Two unrelated rows are a third apart on average: that far is no resemblance at all.
    like = _shrunk(1.0 - 3.0 * distance, count)
    if model in standings.models:
        like[standings.models.index(model)] = np.nan
    return like


def _shrunk(score: Floats, shared: Ints) -> Floats:
    return np.where(shared >= OVERLAP, np.maximum(score, 0.0) * shared / (shared + SHRINKAGE), np.nan)


def _sign(benchmark: Benchmark) -> float:
    return 1.0 if benchmark.metric.higher_is_better else -1.0
