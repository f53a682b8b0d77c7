"""Resolving: what came of issued forecasts, told by the user or found among the records that came in since."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import pandas as pd

from records.errors import UsageError
from records.history import History, to_record
from records.ledger import Issued, Settled
from records.record import Record
from records.resolution import Resolution
from records.source import DateBasis
from records.store import Store

TOLD = "told-by-the-user"
"""Source of an outcome for which none was named."""


def resolve(
    store: Store,
    entry_id: str,
    value: float,
    *,
    now: dt.datetime,
    published: dt.date | None = None,
    source: str = "",
    url: str = "",
) -> Settled:
    """Settle a forecast by what the user says.

    Args:
        store: holds the ledger.
        entry_id: the forecast, or the first digits of its id.
        value: the outcome, in the unit of the benchmark.
        now: the present moment.
        published: when the outcome became public; today by default.
        source: id of where it was published.
        url: where it can be read.

    Raises:
        UsageError: no such forecast, no number, or an outcome that lies in the future.
        DataError: the value cannot be a score on this benchmark.
    """
    day = published or now.date()
    if day > now.date():
        raise UsageError(f"The outcome cannot be dated {day}, after today ({now.date()}).")
    issued = store.ledger.entry(entry_id)
    if not math.isfinite(value):
        raise UsageError(f"{value} is no score: expected a number in the unit of {issued.cell[1]}.")
    outcome = Resolution(
        question_id=issued.forecast.question.id, value=value, published=day, source=source or TOLD, url=url
    )
    return store.ledger.resolve(issued.id, outcome, resolved_at=now)


def resolve_from_records(store: Store, *, now: dt.datetime) -> tuple[Settled, ...]:
    """Settle every open forecast whose very cell has been reported since it was issued.

    A report counts when its date is firm (told by the source, or that of a snapshot) and lies after the day of the
    forecast: a date that rests on the model's release says nothing about when the score came out. The first such
    report settles it.

    Raises:
        StoreError: the store cannot be read or written.
    """
    waiting = store.ledger.waiting()
    if not waiting:
        return ()
    reports = _firm_reports(store.history(as_of=now.date()))
    latest = reports.groupby(["model", "benchmark"])["published"].max().to_dict()
    found = []
    for one in waiting:
        last = latest.get((one.model, one.benchmark))
        if last is not None and last > pd.Timestamp(one.since):
            issued = store.ledger.entry(one.id)
            record = next(_outcomes(issued, one.since, reports), None)
            if record is not None:
                found.append(store.ledger.resolve(issued.id, _resolution(issued, record), resolved_at=now))
    return tuple(found)


def _firm_reports(history: History) -> pd.DataFrame:
    """Reports whose dates are those of the scores, each once, the earliest first."""
    rows = history.records
    firm = (rows["metric"] == "") & (rows["duplicate_of"] == "") & (rows["date_basis"] != DateBasis.RELEASE.value)
    return rows[firm].sort_values(["published", "id"])


def _outcomes(issued: Issued, since: dt.date, reports: pd.DataFrame) -> Iterator[Record]:
    """Reports of the cell that settle a forecast, the earliest first."""
    model, benchmark = issued.cell
    mine = (reports["model"] == model) & (reports["benchmark"] == benchmark)
    for _, row in reports[mine & (reports["published"] > pd.Timestamp(since))].iterrows():
        record = to_record(row)
        if issued.forecast.question.metric.admits(record.value):
            yield record


def _resolution(issued: Issued, record: Record) -> Resolution:
    return Resolution(
        question_id=issued.forecast.question.id,
        value=record.value,
        published=record.published,
        source=record.source,
        url=record.url,
        record_id=record.id,
    )
