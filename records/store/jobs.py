"""Batch jobs in the store: an item's state and its forecast's entry in the ledger are written together, or neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, Row, bindparam, func, insert, select, tuple_, update

from records.distribution import Distribution
from records.errors import DataError, UsageError
from records.evidence import EvidenceLevel
from records.job import AGAIN, Cost, Item, ItemState, Job, JobState, Settlement
from records.ledger import Entry
from records.store import schema
from records.store.leases import check_lease
from records.store.ledger import enter
from records.store.rows import with_zone

Transaction = Callable[[], AbstractContextManager[Connection]]

ASKED = {"where", "typed", "question", "threshold"}
"""The fields of an item that never change; they are kept as one document."""

SHORTEST_ID = 4


class _Part(BaseModel):
    """A part of an entry's document; the rest of it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _RecordId(_Part):
    id: str


class _Evidence(_Part):
    record: _RecordId


class Stated(_Part):
    """What a table of forecasts shows of one; read ten times as fast as the whole entry."""

    distribution: Distribution
    method: str
    evidence_level: EvidenceLevel
    evidence: tuple[_Evidence, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def record_ids(self) -> tuple[str, ...]:
        """Ids of the records that it rests on."""
        return tuple(one.record.id for one in self.evidence)


class _Entry(_Part):
    forecast: Stated


class Outcome(NamedTuple):
    """An item, and what its forecast in the ledger states; None where it has none."""

    item: Item
    stated: Stated | None


class Jobs:
    """The jobs of one store; ``Store.jobs`` opens it."""

    def __init__(self, *, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def add(self, job: Job, items: Sequence[Item]) -> None:
        """Keep a new job with all of its items, or nothing of it.

        Raises:
            StoreError: the database refused.
        """
        rows = [_row(job.id, item) for item in items]
        with self._writing() as connection:
            connection.execute(insert(schema.jobs), [job.model_dump() | {"state": job.state.value}])
            if rows:
                connection.execute(insert(schema.job_items), rows)

    def find(self, job_id: str) -> Job:
        """Return one job by its id, or by the first digits of it.

        Raises:
            UsageError: no job, or more than one, begins like this.
        """
        with self._reading() as connection:
            return _job(_find(connection, job_id))

    def newest(self, digest: str) -> Job | None:
        """Return the newest job of this digest that was not cancelled; None where there is none."""
        table = schema.jobs
        query = select(table).where(table.c.digest == digest, table.c.state != JobState.CANCELLED.value)
        with self._reading() as connection:
            row = connection.execute(query.order_by(table.c.made_at.desc()).limit(1)).first()
        return None if row is None else _job(row)

    def all(
        self, *, owner: str | None = None, state: JobState | None = None, limit: int = 100, before: str = ""
    ) -> tuple[Job, ...]:
        """List jobs, the newest first.

        Args:
            owner: only the jobs that this access key began; all by default.
            state: only the jobs that stand there.
            limit: how many at most.
            before: only those made before this one, for the next page.

        Raises:
            UsageError: no job has the id ``before``.
        """
        table = schema.jobs
        query = select(table)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        if state is not None:
            query = query.where(table.c.state == state.value)
        with self._reading() as connection:
            if before:
                last = _find(connection, before)
                query = query.where(tuple_(table.c.made_at, table.c.id) < tuple_(last.made_at, last.id))
            found = connection.execute(query.order_by(table.c.made_at.desc(), table.c.id.desc()).limit(limit)).all()
        return tuple(_job(row) for row in found)

    def items(
        self, job_id: str, *, states: Collection[ItemState] = (), after: int = -1, limit: int | None = None
    ) -> tuple[Item, ...]:
        """Return items in the order of the plan.

        Args:
            job_id: of the job.
            states: which; all by default.
            after: only those behind this number.
            limit: how many at most.
        """
        table = schema.job_items
        query = select(table).where(table.c.job_id == job_id, table.c.number > after).order_by(table.c.number)
        if states:
            query = query.where(table.c.state.in_([one.value for one in states]))
        with self._reading() as connection:
            return tuple(_item(row) for row in connection.execute(query.limit(limit)))

    def outcomes(self, job_id: str, *, after: int = -1, limit: int) -> tuple[Outcome, ...]:
        """Return items in the order of the plan, each with its forecast.

        Raises:
            DataError: an entry of the ledger cannot be read.
        """
        items, made = schema.job_items, schema.forecasts
        query = (
            select(items, made.c.document)
            .outerjoin(made, made.c.id == items.c.forecast_id)
            .where(items.c.job_id == job_id, items.c.number > after)
            .order_by(items.c.number)
            .limit(limit)
        )
        with self._reading() as connection:
            found = connection.execute(query).all()
        return tuple(Outcome(_item(row), _stated(row.document) if row.document else None) for row in found)

    def each_outcome(self, job_id: str, *, at_once: int = 1_000) -> Iterator[Outcome]:
        """Yield all outcomes in the order of the plan, reading so many at once."""
        after = -1
        while page := self.outcomes(job_id, after=after, limit=at_once):
            yield from page
            after = page[-1].item.number

    def tally(self, job_id: str) -> dict[ItemState, int]:
        """Count the items by state."""
        table = schema.job_items
        query = select(table.c.state, func.count()).where(table.c.job_id == job_id).group_by(table.c.state)
        with self._reading() as connection:
            return {ItemState(state): count for state, count in connection.execute(query)}

    def reasons(self, job_id: str) -> dict[str, int]:
        """Count the items by the reason that they give, the commonest first."""
        table = schema.job_items
        query = select(table.c.reason, func.count()).where(table.c.job_id == job_id, table.c.reason != "")
        with self._reading() as connection:
            found = connection.execute(query.group_by(table.c.reason).order_by(func.count().desc(), table.c.reason))
            return {reason: count for reason, count in found}  # noqa: C416 - rows are no pairs to mypy

    def settle(
        self,
        job_id: str,
        settled: Sequence[Settlement],
        entries: Sequence[Entry],
        *,
        at: dt.datetime,
        spent: str = "",
        run: str = "",
    ) -> JobState:
        """Write what came of items, with the entries of their forecasts, together or not at all.

        Args:
            job_id: of the job.
            settled: items; those that are settled already stay as they are.
            entries: of the ledger.
            at: the moment, with its time zone.
            spent: what the job has spent by now; empty leaves it as it was.
            run: of the worker that must have the lease; empty where none is needed.

        Returns:
            Where the job stands: somebody may have cancelled it.

        Raises:
            LeaseLost: somebody else works on the job; nothing was written.
            StoreError: the database refused; nothing was written.
        """
        with self._writing() as connection:
            if run:
                check_lease(connection, job_id, run)
            enter(connection, entries)
            if settled:
                connection.execute(_SETTLE, [_settlement(job_id, one) for one in settled])
            told = {"changed_at": at} | ({"spent": spent} if spent else {})
            connection.execute(update(schema.jobs).where(schema.jobs.c.id == job_id).values(told))
            return _job(_find(connection, job_id)).state

    def set_state(self, job_id: str, state: JobState, *, at: dt.datetime) -> Job:
        """Say where a job stands.

        Raises:
            UsageError: no such job.
        """
        table = schema.jobs
        with self._writing() as connection:
            found = _find(connection, job_id)
            connection.execute(update(table).where(table.c.id == found.id).values(state=state.value, changed_at=at))
            return _job(_find(connection, job_id))

    def change(self, job_id: str, *, options: str, at: dt.datetime) -> Job:
        """Give a job other options.

        Raises:
            UsageError: no such job.
        """
        table = schema.jobs
        with self._writing() as connection:
            found = _find(connection, job_id)
            connection.execute(update(table).where(table.c.id == found.id).values(options=options, changed_at=at))
            return _job(_find(connection, job_id))

    def reopen(self, job_id: str, *, at: dt.datetime, options: str = "") -> int:
        """Open the items again that a retry asks again, and the job with them.

        Args:
            job_id: of the job.
            at: the moment, with its time zone.
            options: new ones; empty leaves them as they were.

        Returns:
            How many items are open now.
        """
        items, jobs = schema.job_items, schema.jobs
        mine = items.c.job_id == job_id
        with self._writing() as connection:
            again = update(items).where(mine, items.c.state.in_([one.value for one in AGAIN]))
            connection.execute(
                again.values(state=ItemState.OPEN.value, reason="", forecast_id="", calls=0, tokens=0, usd=0.0)
            )
            told: Mapping[str, object] = {"state": JobState.OPEN.value, "changed_at": at}
            told = {**told, "options": options} if options else told
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(told))
            left = select(func.count()).select_from(items).where(mine, items.c.state == ItemState.OPEN.value)
            return connection.scalar(left) or 0


_SETTLE = (
    update(schema.job_items)
    .where(
        schema.job_items.c.job_id == bindparam("of_job"),
        schema.job_items.c.number == bindparam("of_number"),
        schema.job_items.c.state == ItemState.OPEN.value,
    )
    .values({name: bindparam(f"new_{name}") for name in ("state", "reason", "forecast_id", "calls", "tokens", "usd")})
)


def _settlement(job_id: str, one: Settlement) -> dict[str, object]:
    told = {"state": one.state.value, "reason": one.reason, "forecast_id": one.forecast_id, **one.cost.model_dump()}
    return {"of_job": job_id, "of_number": one.number} | {f"new_{name}": value for name, value in told.items()}


def _row(job_id: str, item: Item) -> dict[str, object]:
    return {
        "job_id": job_id,
        "number": item.number,
        "asked": item.model_dump_json(include=ASKED),
        "state": item.state.value,
        "reason": item.reason,
        "forecast_id": item.forecast_id,
        **item.cost.model_dump(),
    }


def _item(row: Row[tuple[object, ...]]) -> Item:
    told = row._mapping  # noqa: SLF001 - the documented way from a row to a dictionary
    try:
        asked = Item.model_validate_json(f'{{"number": {int(told["number"])}, {told["asked"].lstrip("{")}')
    except ValidationError as error:
        why = error.errors(include_input=False)[0]["msg"]
        raise DataError(f"An item of job {told['job_id']} cannot be read: {why}. Begin the job anew.") from error
    cost = Cost(calls=told["calls"], tokens=told["tokens"], usd=told["usd"])
    now = {"state": ItemState(told["state"]), "reason": told["reason"], "forecast_id": told["forecast_id"]}
    return asked.model_copy(update={**now, "cost": cost})


def _stated(document: str) -> Stated:
    try:
        return _Entry.model_validate_json(document).forecast
    except ValidationError as error:
        why = error.errors(include_input=False)[0]["msg"]
        raise DataError(f"An entry of the ledger cannot be read: {why}. Restore the store from a copy.") from error


def _job(row: Row[tuple[object, ...]]) -> Job:
    told = dict(row._mapping)  # noqa: SLF001 - as above
    for moment in ("made_at", "changed_at"):
        told[moment] = with_zone(told[moment])
    return Job.model_validate(told)


def _find(connection: Connection, job_id: str) -> Row[tuple[object, ...]]:
    start = job_id.strip().lower()
    found: Sequence[Row[tuple[object, ...]]] = ()
    if len(start) >= SHORTEST_ID and all(digit in "0123456789abcdef" for digit in start):
        table = schema.jobs
        found = connection.execute(select(table).where(table.c.id.startswith(start)).limit(2)).all()
    if len(found) == 1:
        return found[0]
    told = "more than one begins like this: add digits" if found else "`scorecast jobs list` shows which there are"
    raise UsageError(f"No job is named by {job_id!r}: {told}.")
