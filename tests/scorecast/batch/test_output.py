"""The table of a batch: one row an item, whatever is known of it, in columns that fit what they hold."""

from __future__ import annotations

import pandas as pd
import pytest

from records.distribution import Distribution
from records.evidence import EvidenceLevel
from records.job import Item, ItemState
from records.metric import PERCENT_ACCURACY
from records.store.jobs import Outcome, Stated
from scorecast.batch.output import COLUMNS, cells_of, table_of


@pytest.fixture
def outcomes(make_question) -> list[Outcome]:
    """A forecast with a threshold, one without, and a row that was refused; each with other columns of its own."""
    stated = Stated(
        distribution=Distribution.from_location_scale(0.2, 0.4, PERCENT_ACCURACY),
        method="pool",
        evidence_level=EvidenceLevel(model_scores=0, benchmark_scores=7),
        caveats=("so few",),
    )
    question = make_question()
    return [
        Outcome(
            Item(number=0, typed={"run": 1, "tag": "x"}, question=question, threshold=50.0, state=ItemState.DONE),
            stated,
        ),
        Outcome(Item(number=1, typed={"run": 2, "loud": True}, question=question, state=ItemState.DONE), stated),
        Outcome(Item(number=2, typed={"run": 2.5}, state=ItemState.REFUSED, reason="no model"), None),
    ]


def test_columns_of_the_plan_come_first_and_take_the_kind_of_their_cells(outcomes) -> None:
    frame = table_of(iter(outcomes))
    assert list(frame.columns) == ["run", "tag", "loud", *COLUMNS]
    assert frame["run"].tolist() == [1.0, 2.0, 2.5]
    assert frame["tag"].tolist() == ["x", "", ""]
    assert frame["loud"].tolist()[1] is True
    assert frame["loud"].isna().tolist() == [True, False, True]


def test_a_row_of_the_table_tells_what_the_item_tells_alone(outcomes) -> None:
    frame = table_of(iter(outcomes))
    for outcome, (_, row) in zip(outcomes, frame.iterrows(), strict=True):
        for name, cell in cells_of(outcome).items():
            if cell in (None, ""):
                assert pd.isna(row[name]) or row[name] == ""
            else:
                assert row[name] == (pytest.approx(cell, abs=1e-6) if isinstance(cell, float) else cell)


def test_median_and_ends_of_intervals_are_the_quantiles_that_they_are_called(outcomes) -> None:
    told, stated = cells_of(outcomes[0]), outcomes[0].stated.distribution
    assert told["median"] == stated.median
    for percent in (50, 80, 90):
        assert (told[f"low{percent}"], told[f"high{percent}"]) == stated.interval(percent)
