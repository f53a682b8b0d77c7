"""Batches from Python."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from records.errors import UsageError
from scorecast.library.session import Session

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def session(settings):
    with Session(settings, clock=lambda: NOW) as opened:
        yield opened


def test_a_frame_comes_back_with_forecasts_in_its_order(session, rows) -> None:
    frame = pd.DataFrame([*rows, {"run": "bad", "model": "nobody", "benchmark": "arena", "threshold": None}])
    told = session.batch(frame, forecaster="additive")
    assert told["run"].tolist() == frame["run"].tolist()
    assert told["p_at_least"].iloc[:-1].between(0, 1).all()
    assert told["state"].iloc[-1] == "refused"
    again = session.batch(frame, forecaster="additive", resume=True)
    assert again["forecast_id"].tolist() == told["forecast_id"].tolist()


def test_what_cannot_be_is_told_in_one_sentence(session, rows) -> None:
    with pytest.raises(UsageError, match="nobody"):
        session.batch(pd.DataFrame([{"model": "nobody", "benchmark": "arena"}]), strict=True)
    with pytest.raises(UsageError, match="need the agent"):
        session.batch(pd.DataFrame(rows), max_usd=1.0)
    with pytest.raises(UsageError, match="left_over"):
        session.batch(pd.DataFrame(rows), left_over="somewhere")
