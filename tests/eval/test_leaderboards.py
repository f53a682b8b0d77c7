"""Leaderboards completed by forecasts: which pairs count, and which are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eval.benchpress.leaderboards import order
from eval.benchpress.published import check_order
from eval.judged import ANSWERED, COLUMNS, FAILED, Judged
from records.errors import DataError


def judged(rows: list[tuple[str, str, str, float, float | None]], name: str = "benchpress") -> Judged:
    """Answers of (fold, benchmark, model, true score, forecast); no forecast is a failure."""
    table = pd.DataFrame(rows, columns=["fold", "benchmark", "model", "observed", "told"])
    table["status"] = np.where(table["told"].isna(), FAILED, ANSWERED)
    quantiles = np.repeat(table.pop("told").to_numpy(dtype=float)[:, None], 99, axis=1)
    return Judged(name, table.reindex(columns=list(COLUMNS)), quantiles)


def test_a_hidden_score_is_compared_with_the_visible_ones_as_they_are() -> None:
    # Fold 1 hides m1 (forecast between the two others, so one of its two pairs is wrong); fold 2 hides m2 and m3.
    told = judged([("1", "b", "m1", 70, 55), ("2", "b", "m2", 60, 61), ("2", "b", "m3", 50, 40)])
    # Pairs with a hidden score: fold 1 has m1-m2 (wrong), m1-m3 (right); fold 2 has all three (right).
    assert order(told).shares[0.0] == pytest.approx(4 / 5)
    assert order(told).pairs == {0.0: 5, 5.0: 5}


def test_pairs_nearer_than_the_margin_and_equal_scores_do_not_count() -> None:
    told = judged([("1", "b", "m1", 60, 10), ("2", "b", "m2", 61, 99), ("2", "b", "m3", 60, 0)])
    assert order(told).pairs == {0.0: 3, 5.0: 0}
    assert np.isnan(order(told).shares[5.0])


def test_equal_forecasts_are_no_order() -> None:
    told = judged([("1", "b", "m1", 60, 50), ("1", "b", "m2", 80, 50)])
    assert order(told).shares[0.0] == 0.0


def test_every_benchmark_counts_alike() -> None:
    good = [("1", f"b{j}", f"m{i}", 10.0 * i, 10.0 * i) for j in (1, 2) for i in range(9)]
    bad = [("1", "b3", f"m{i}", 10.0 * i, -10.0 * i) for i in range(30)]
    assert order(judged(good + bad)).shares[5.0] == 1.0


def test_a_forecaster_that_leaves_gaps_is_refused_and_so_are_folds_that_disagree() -> None:
    with pytest.raises(DataError, match="left questions open"):
        order(judged([("1", "b", "m1", 60, None), ("1", "b", "m2", 80, 50)]))
    with pytest.raises(DataError, match="different scores on b"):
        order(judged([("1", "b", "m1", 60, 50), ("2", "b", "m1", 61, 50)]))


def test_the_check_holds_pairs_five_apart_against_the_published_share() -> None:
    found = check_order(order(judged([("1", "b", "m1", 60, 50), ("1", "b", "m2", 80, 70)])))
    assert (found.published, found.found, found.sound) == (92.1, 100.0, False)
