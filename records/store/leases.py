"""Leases in the store: of all workers of all machines that share it, one at a time works on a job.

Moments are those of the database, so that clocks that differ do no harm. Taking, renewing and what is written under a
lease are transactions of the one writer: whoever lost a lease cannot write one item more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from records.errors import LeaseLost, UsageError
from records.lease import Holder, Lease
from records.store import schema
from records.store.rows import with_zone

Transaction = Callable[[], AbstractContextManager[Connection]]
TABLE = schema.job_leases


class Leases:
    """The leases of one store; ``Store.leases`` opens it."""

    def __init__(self, *, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def take(self, job_id: str, holder: Holder, *, seconds: float) -> Lease:
        """Take the lease on a job that nobody has, or nobody any more.

        Args:
            job_id: of the job.
            holder: who takes it, and holds the lock of its place.
            seconds: for which it lasts unless it is renewed.

        Raises:
            UsageError: somebody else has it.
        """
        with self._writing() as connection:
            now, held = _now(connection), _held(connection, job_id)
            if held and held.seconds_left > 0.0 and held.holder.place != holder.place:
                raise UsageError(
                    f"Job {job_id} is being worked on by {held.holder} since {held.taken_at:%Y-%m-%d %H:%M} UTC: wait "
                    f"for it, or cancel it. If that one is gone, its lease ends in {held.seconds_left:.0f} s."
                )
            until = now + dt.timedelta(seconds=seconds)
            connection.execute(delete(TABLE).where(TABLE.c.job_id == job_id))
            told = {"job_id": job_id, "taken_at": now, "until": until, **holder.model_dump()}
            connection.execute(insert(TABLE), [told])
        return Lease(job_id=job_id, holder=holder, taken_at=now, until=until, seconds_left=seconds)

    def renew(self, job_id: str, run: str, *, seconds: float) -> None:
        """Let a lease last so many seconds from now; also one that has ended, where nobody else took it.

        Raises:
            LeaseLost: somebody else has it.
        """
        with self._writing() as connection:
            check_lease(connection, job_id, run)
            until = _now(connection) + dt.timedelta(seconds=seconds)
            connection.execute(update(TABLE).where(TABLE.c.job_id == job_id).values(until=until))

    def give_back(self, job_id: str, run: str) -> None:
        """End a lease; nothing happens where somebody else has it."""
        with self._writing() as connection:
            connection.execute(delete(TABLE).where(TABLE.c.job_id == job_id, TABLE.c.run == run))

    def of(self, job_ids: Collection[str]) -> dict[str, Lease]:
        """Return the leases on these jobs that have not ended, by job."""
        with self._reading() as connection:
            found = connection.execute(select(TABLE).where(TABLE.c.job_id.in_(job_ids))).all()
            now = _now(connection)
        leases = [_lease(row, now) for row in found]
        return {lease.job_id: lease for lease in leases if lease.seconds_left > 0.0}


def check_lease(connection: Connection, job_id: str, run: str) -> None:
    """Make sure, inside a transaction that writes, that a worker still has its lease.

    Raises:
        LeaseLost: somebody else has it.
    """
    held = _held(connection, job_id)
    if held is None or held.holder.run != run:
        now_with = f" and {held.holder} goes on with it" if held else ""
        raise LeaseLost(f"Job {job_id} was taken from this process, which was silent for too long{now_with}.")


def _held(connection: Connection, job_id: str) -> Lease | None:
    row = connection.execute(select(TABLE).where(TABLE.c.job_id == job_id)).first()
    return None if row is None else _lease(row, _now(connection))


def _lease(row: Row[tuple[object, ...]], now: dt.datetime) -> Lease:
    told = row._mapping  # noqa: SLF001 - the documented way from a row to a dictionary
    until = with_zone(told["until"])
    return Lease(
        job_id=told["job_id"],
        holder=Holder.model_validate({name: told[name] for name in Holder.model_fields}),
        taken_at=with_zone(told["taken_at"]),
        until=until,
        seconds_left=(until - now).total_seconds(),
    )


def _now(connection: Connection) -> dt.datetime:
    """The present moment by the clock of the database; of PostgreSQL not that at which the transaction began."""
    if connection.dialect.name == "sqlite":
        days = connection.execute(select(func.julianday("now"))).scalar_one()
        return dt.datetime(2000, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=days - 2_451_545.0)
    return with_zone(connection.execute(select(func.clock_timestamp())).scalar_one())
