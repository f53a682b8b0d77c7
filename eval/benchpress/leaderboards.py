"""Leaderboards completed by forecasts: how many pairs of models come out in the right order.

As the peer counts it: on the leaderboard of a benchmark, visible scores stand as they are and hidden ones as they are
forecast. Of the pairs with at least one hidden score, those count whose true scores lie at least a margin apart; the
share in the right order is taken for each benchmark over all folds, and the median of the benchmarks is told. This is
an easier question than the order of two forecasts (``eval.pairs``), since mostly one of the two scores is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eval.judged import Judged
from records.errors import DataError
from records.metric import Floats

MARGINS = (0.0, 5.0)
"""In the unit of the benchmark; at 0 all pairs with an order count."""
MEDIAN = 49
"""Column of the median among the 99 percent levels."""


@dataclass(frozen=True)
class Order:
    """How well one forecaster completes leaderboards.

    Attributes:
        forecaster: its name.
        shares: for each margin, the median over benchmarks of the share of pairs in the right order.
        pairs: for each margin, how many pairs count.
    """

    forecaster: str
    shares: dict[float, float]
    pairs: dict[float, int]


def order(judged: Judged) -> Order:
    """Complete the leaderboards of a suite whose folds together hide every score, and count pairs.

    Args:
        judged: answers to all questions of such a suite, as ``hidden_cells`` makes it.

    Raises:
        DataError: a question has no forecast, or scores differ between folds.
    """
    table = judged.table.assign(forecast=judged.quantiles[:, MEDIAN])
    if table["forecast"].isna().any():
        raise DataError(f"{judged.forecaster} left questions open: its leaderboards have gaps")
    counted = {margin: _share(table, margin) for margin in MARGINS}
    return Order(
        judged.forecaster,
        shares={margin: share for margin, (share, _) in counted.items()},
        pairs={margin: pairs for margin, (_, pairs) in counted.items()},
    )


def _share(table: pd.DataFrame, margin: float) -> tuple[float, int]:
    shares, pairs = [], 0
    for _, board in table.groupby("benchmark", sort=True):
        right, counted = np.sum([_pairs(*one, margin) for one in _completed(board)], axis=0)
        pairs += int(counted)
        shares += [right / counted] if counted else []
    return (float(np.median(shares)) if shares else float("nan")), pairs


def _completed(board: pd.DataFrame) -> Iterator[tuple[Floats, Floats, np.ndarray]]:
    """For each fold: the true scores of a benchmark, the same with hidden ones as forecast, and which were hidden."""
    truth = board.groupby("model")["observed"].agg(["min", "max"])
    if (truth["min"] != truth["max"]).any():
        raise DataError(f"the folds tell different scores on {board['benchmark'].iloc[0]}")
    for _, fold in board.groupby("fold", sort=True):
        forecast = fold.set_index("model")["forecast"].reindex(truth.index).to_numpy(dtype=float)
        hidden = ~np.isnan(forecast)
        yield truth["min"].to_numpy(dtype=float), np.where(hidden, forecast, truth["min"]), hidden


def _pairs(truth: Floats, completed: Floats, hidden: np.ndarray, margin: float) -> tuple[int, int]:
    """Pairs in the right order, and pairs that count."""
    first, second = np.triu_indices(len(truth), k=1)
    apart = truth[first] - truth[second]
    counts = (hidden[first] | hidden[second]) & (np.abs(apart) >= margin) & (apart != 0)
    right = np.sign(completed[first] - completed[second]) == np.sign(apart)
    return int((right & counts).sum()), int(counts.sum())
