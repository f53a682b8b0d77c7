"""From rows of trials to figures: medians and means with 95 % limits from a bootstrap that draws whole models.

Differences of two ways are paired: both take the same draws of models, whatever cells each of them scored.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from eval.bootstrap import Draws, Ints, limits
from records.metric import Floats

DRAWS = 1_000
SEED = 31_415

Limits = tuple[float, float] | None


class Figure(NamedTuple):
    """A figure, and its 95 % limits where there are models enough."""

    value: float
    limits: Limits


class Line(NamedTuple):
    """How one way did: the figure, and what it is less than the reference way."""

    way: str
    draws: int
    cells: int
    figure: Figure
    less: Figure | None


def lines(table: pd.DataFrame, column: str, *, reference: str, median: bool) -> list[Line]:
    """One line a way, of rows that all belong to one forecaster and one number of revealed cells.

    Args:
        table: with the columns ``way, draw, model`` and the one to sum up; rows where it is NaN are passed over.
        column: to sum up; lower is better.
        reference: the way that others are compared with.
        median: whether the figure is the median rather than the mean.
    """
    told = table[table[column].notna()].reset_index(drop=True)
    draws = Draws.of(told["model"].to_numpy(dtype=str), np.full(len(told), "all"), draws=DRAWS, seed=SEED)
    values = told[column].to_numpy(dtype=float)
    sums = {way: _sum(draws, rows, values, median=median) for way, rows in _rows(told)}
    found = []
    for way, (value, drawn) in sums.items():
        mine = told[told["way"] == way]
        less = None
        if way != reference and reference in sums:
            other, others = sums[reference]
            less = Figure(other - value, limits(others - drawn))
        found.append(Line(way, mine["draw"].nunique(), len(mine), Figure(value, limits(drawn)), less))
    return sorted(found, key=lambda line: line.figure.value)


def _rows(table: pd.DataFrame) -> list[tuple[str, Ints]]:
    return [(str(way), np.flatnonzero(table["way"] == way).astype(np.int64)) for way in dict.fromkeys(table["way"])]


def _sum(draws: Draws, rows: Ints, values: Floats, *, median: bool) -> tuple[float, Floats]:
    """The figure, and the same in every draw."""
    mine = values[rows]
    if median:
        return float(np.median(mine)), draws.medians(rows, mine)
    sums = draws.sums(rows, np.column_stack([mine, np.ones(len(mine))]))
    return float(mine.mean()), np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] > 0)
