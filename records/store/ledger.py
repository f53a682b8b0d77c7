"""The ledger in the store: forecasts go in before the outcome is known, resolutions after, and nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Select, func, insert, select

from records.errors import DataError, UsageError
from records.forecast import Forecast
from records.ledger import ID_LENGTH, Entry, Issued, Selection, Settled, Waiting
from records.metric import Metric
from records.receipt import Receipt
from records.resolution import Resolution
from records.store import receipts, rows, schema

Transaction = Callable[[], AbstractContextManager[Connection]]

SHORTEST_ID = 4
"""Digits by which an entry may be named where they are enough to tell it from all others."""


class Ledger:
    """The forecasts of one store; ``Store.ledger`` opens it."""

    def __init__(self, *, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def issue(self, forecasts: Sequence[Forecast], *, issued_at: dt.datetime, user: str = "") -> tuple[Issued, ...]:
        """Enter forecasts, all of them or none; one that is there already, word for word, is left as it is.

        Args:
            forecasts: as they are told to the user.
            issued_at: the moment, with its time zone.
            user: for whom; empty on a user's own machine.

        Raises:
            StoreError: the database refused; nothing was entered.
        """
        entries = tuple(Issued.of(forecast, issued_at=issued_at, user=user) for forecast in forecasts)
        with self._writing() as connection:
            enter(connection, [issued.entry for issued in entries])
        return entries

    def issue_once(self, entries: Sequence[Issued], receipt: Receipt) -> Receipt:
        """Enter forecasts with the receipt of their answer, unless something was answered under its key already.

        Forecasts and receipt are entered together or not at all: of two requests with one key that arrive at once,
        the second enters nothing and gets the receipt of the first.

        Returns:
            The receipt that holds: this one, or the earlier one.

        Raises:
            StoreError: the database refused; nothing was entered.
        """
        [kept] = self.issue_together([(entries, receipt)])
        return kept or receipt

    def issue_together(self, orders: Sequence[tuple[Sequence[Issued], Receipt | None]]) -> list[Receipt | None]:
        """Enter the forecasts of several answers in one transaction, each with its receipt where it has one.

        Args:
            orders: entries and receipt of each answer; one without a receipt is always entered.

        Returns:
            The receipt that holds for each answer: its own, or the earlier one, and then nothing of it was entered.

        Raises:
            StoreError: the database refused; nothing was entered.
        """
        kept: list[Receipt | None] = []
        with self._writing() as connection:
            enter(connection, [issued.entry for entries, receipt in orders if receipt is None for issued in entries])
            for entries, receipt in orders:
                earlier = receipts.find(connection, receipt.owner, receipt.key) if receipt else None
                if receipt is not None and earlier is None:
                    enter(connection, [issued.entry for issued in entries])
                    receipts.keep(connection, receipt)
                kept.append(earlier or receipt)
        return kept

    def receipt(self, owner: str, key: str) -> Receipt | None:
        """Return what was answered under an idempotency key; None where nothing was."""
        with self._reading() as connection:
            return receipts.find(connection, owner, key)

    def entry(self, entry_id: str) -> Issued:
        """Return one entry by its id, or by the first digits of it.

        Raises:
            UsageError: no entry, or more than one, begins like this.
            DataError: the entry was changed behind the ledger's back.
        """
        with self._reading() as connection:
            return read_entry(_find(connection, entry_id).document)

    def entries(self, wanted: Selection | None = None, *, limit: int = 100, before: str = "") -> tuple[Issued, ...]:
        """List entries, the newest first.

        Args:
            wanted: which; all by default.
            limit: how many at most.
            before: only those entered before this one, for the next page.

        Raises:
            UsageError: no entry has the id ``before``.
        """
        table = schema.forecasts
        with self._reading() as connection:
            query = _selected(select(table), wanted or Selection()).order_by(table.c.number.desc()).limit(limit)
            if before:
                query = query.where(table.c.number < _find(connection, before).number)
            return tuple(read_entry(row.document) for row in connection.execute(query))

    def resolve(self, entry_id: str, resolution: Resolution, *, resolved_at: dt.datetime) -> Settled:
        """Settle an entry; a second resolution corrects the first, and both are kept.

        Raises:
            UsageError: no such entry.
            DataError: the value cannot be a score of this benchmark, or the resolution is of another question.
        """
        with self._writing() as connection:
            issued = read_entry(_find(connection, entry_id).document)
            _check(issued, resolution)
            settled = Settled(issued=issued, resolution=resolution, resolved_at=resolved_at)
            row = {"forecast_id": issued.id, "resolved_at": resolved_at, "document": resolution.model_dump_json()}
            connection.execute(insert(schema.resolutions), [row])
        return settled

    def settled(self, wanted: Selection | None = None) -> tuple[Settled, ...]:
        """Return all entries that are settled, each with the resolution that holds, the oldest first."""
        return tuple(self._settled(wanted or Selection()))

    def outcomes(self, entries: Sequence[Issued]) -> dict[str, Settled]:
        """Return, by the id of the entry, what came of those among these that are settled."""
        known = {entry.id: entry for entry in entries}
        if not known:
            return {}
        table = schema.resolutions
        query = select(table).where(table.c.forecast_id.in_(known)).order_by(table.c.number)
        with self._reading() as connection:
            found = connection.execute(query).all()
        return {  # the latest holds
            row.forecast_id: Settled(
                issued=known[row.forecast_id],
                resolution=Resolution.model_validate_json(row.document),
                resolved_at=rows.with_zone(row.resolved_at),
            )
            for row in found
        }

    def waiting(self, wanted: Selection | None = None) -> tuple[Waiting, ...]:
        """List the entries that wait for their outcome, the oldest first, without reading the forecasts themselves."""
        open_ones = (wanted or Selection()).model_copy(update={"resolved": False})
        told = schema.forecasts.c
        query = _selected(select(told.id, told.model, told.benchmark, told.as_of, told.issued_at), open_ones)
        with self._reading() as connection:
            found = connection.execute(query.order_by(told.number)).all()
        return tuple(
            Waiting(
                row.id,
                row.model,
                row.benchmark,
                max(row.as_of, rows.with_zone(row.issued_at).astimezone(dt.UTC).date()),
            )
            for row in found
        )

    def _settled(self, wanted: Selection) -> Iterator[Settled]:
        told, made = schema.resolutions, schema.forecasts
        latest = select(func.max(told.c.number)).group_by(told.c.forecast_id)
        query = (
            select(made.c.document.label("issued"), told.c.document.label("resolution"), told.c.resolved_at)
            .join(told, told.c.forecast_id == made.c.id)
            .where(told.c.number.in_(latest))
        )
        with self._reading() as connection:
            found = connection.execute(_selected(query, wanted).order_by(made.c.number)).all()
        for row in found:
            yield Settled(
                issued=read_entry(row.issued),
                resolution=Resolution.model_validate_json(row.resolution),
                resolved_at=rows.with_zone(row.resolved_at),
            )


def enter(connection: Connection, entries: Sequence[Entry]) -> None:
    """Enter what is not there already, inside somebody's transaction."""
    by_id = {entry.id: entry for entry in entries}
    new = rows.absent(connection, schema.forecasts, by_id)
    if new:
        connection.execute(insert(schema.forecasts), [entry._asdict() for key, entry in by_id.items() if key in new])


def read_entry(document: str) -> Issued:
    """Read an entry from its document.

    Raises:
        DataError: it does not say what was issued.
    """
    try:
        return Issued.model_validate_json(document)
    except ValidationError as error:
        why = error.errors(include_input=False)[0]["msg"]
        raise DataError(f"An entry of the ledger cannot be trusted: {why}. Restore the store from a copy.") from error


def _find(connection: Connection, entry_id: str) -> Row[tuple[object, ...]]:
    """Return the row of the entry whose id begins like this."""
    start = entry_id.strip().lower()
    if not SHORTEST_ID <= len(start) <= ID_LENGTH or not all(digit in "0123456789abcdef" for digit in start):
        raise UsageError(
            f"{entry_id!r} is no id of a forecast: expected {SHORTEST_ID} to {ID_LENGTH} of the digits 0-9a-f; "
            "`scorecast ledger list` shows them."
        )
    table = schema.forecasts
    found = connection.execute(select(table).where(table.c.id.startswith(start)).limit(2)).all()
    if len(found) == 1:
        return found[0]
    told = "more than one begins like this: add digits" if found else "`scorecast ledger list` shows which there are"
    raise UsageError(f"No forecast of the ledger is named by {entry_id!r}: {told}.")


def _selected(query: Select[tuple[object, ...]], wanted: Selection) -> Select[tuple[object, ...]]:
    table = schema.forecasts
    for name in ("model", "benchmark", "method", "user"):
        if value := getattr(wanted, name):
            query = query.where(table.c[name] == value)
    if wanted.issued_from:
        query = query.where(table.c.issued_at >= _midnight(wanted.issued_from))
    if wanted.issued_to:
        query = query.where(table.c.issued_at <= dt.datetime.combine(wanted.issued_to, dt.time.max, tzinfo=dt.UTC))
    if wanted.resolved is not None:
        known = select(schema.resolutions.c.forecast_id)
        query = query.where(table.c.id.in_(known) if wanted.resolved else table.c.id.not_in(known))
    return query


def _check(issued: Issued, resolution: Resolution) -> None:
    question = issued.forecast.question
    if resolution.question_id != question.id:
        raise DataError(f"The resolution is of question {resolution.question_id}, the forecast of {question.id}.")
    if not question.metric.admits(resolution.value):
        raise DataError(
            f"{resolution.value:g} is no score on {question.benchmark.name}, whose {question.metric.name} lies "
            f"{_bounds(question.metric)}: see that value and unit are right."
        )


def _bounds(metric: Metric) -> str:
    low = "" if metric.lower is None else f"at {metric.lower:g} or above"
    high = "" if metric.upper is None else f"at {metric.upper:g} or below"
    return " and ".join(filter(None, (low, high))) or "anywhere but at infinity"


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
