"""A made-up ledger: forecasts of one forecaster for cells of its own, and what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from records.distribution import Distribution
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from records.ledger import Settled
from records.metric import PERCENT_ACCURACY
from records.question import Question
from records.resolution import Resolution
from records.store import Store

AS_OF = dt.date(2025, 3, 1)
ISSUED = dt.datetime.combine(AS_OF, dt.time(12), dt.UTC)
PUBLISHED, ENTERED = dt.date(2025, 3, 20), dt.datetime(2025, 3, 21, 12, tzinfo=dt.UTC)


@pytest.fixture
def ledger_store(tmp_path, batch):
    """A store whose ledger is empty."""
    with Store.open(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        opened.add(batch, imported_at=ISSUED)
        yield opened


@pytest.fixture
def stated(make_model, make_benchmark) -> Callable[..., Forecast]:
    """Make a forecast of a cell: the ability is 0 on the logit scale, give or take a half."""

    def make(model: str, benchmark: str, *, as_of: dt.date = AS_OF, method: str = "pool", **known) -> Forecast:
        return Forecast(
            question=Question(model=make_model(model), benchmark=make_benchmark(benchmark), as_of=as_of, **known),
            distribution=Distribution.from_location_scale(0.0, 0.5, PERCENT_ACCURACY),
            method=method,
            evidence_level=EvidenceLevel(model_scores=12, benchmark_scores=30),
        )

    return make


@pytest.fixture
def settle(ledger_store) -> Callable[..., Settled]:
    """Issue a forecast and settle it, by default by an outcome in its upper tail."""

    def run(
        forecast: Forecast,
        probit: float = 1.5,
        *,
        issued: dt.datetime = ISSUED,
        published: dt.date = PUBLISHED,
        entered: dt.datetime = ENTERED,
        source: str = "told-by-the-user",
        record_id: str = "",
    ) -> Settled:
        [entry] = ledger_store.ledger.issue([forecast], issued_at=issued)
        resolution = Resolution(
            question_id=forecast.question.id,
            value=float(PERCENT_ACCURACY.from_working(np.array(0.5 * probit))),
            published=published,
            source=source,
            record_id=record_id,
        )
        return ledger_store.ledger.resolve(entry.id, resolution, resolved_at=entered)

    return run
