"""Resolutions in the order in which they were entered, as of any day: what calibration learns from.

The ledger tells which resolution of a forecast holds now; here are all of them, so that who looks back sees the one
that held then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import islice

from sqlalchemy import Connection, select

from records.ledger import Settled
from records.resolution import Resolution
from records.store import rows, schema
from records.store.ledger import read_entry

AT_ONCE = 500
"""Resolutions that are read by one query."""


class Resolutions:
    """All resolutions of one store; ``Store.resolutions`` opens it."""

    def __init__(self, *, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading

    def before(self, day: dt.date, *, limit: int) -> tuple[int, ...]:
        """Return the numbers of the last resolutions that were entered before a day, in that order.

        Args:
            day: in coordinated universal time.
            limit: how many at most.

        Raises:
            StoreError: the store cannot be read.
        """
        table = schema.resolutions
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
        query = select(table.c.number).where(table.c.resolved_at < midnight)
        with self._reading() as connection:
            found = connection.execute(query.order_by(table.c.number.desc()).limit(limit)).scalars().all()
        return tuple(reversed(found))

    def settled(self, numbers: Iterable[int]) -> dict[int, Settled]:
        """Return what these resolutions settled, by their numbers.

        Raises:
            StoreError: the store cannot be read.
            DataError: an entry was changed behind the ledger's back.
        """
        found: dict[int, Settled] = {}
        waiting = iter(numbers)
        while part := list(islice(waiting, AT_ONCE)):
            found |= self._read(part)
        return found

    def _read(self, numbers: list[int]) -> dict[int, Settled]:
        told, made = schema.resolutions, schema.forecasts
        query = (
            select(told.c.number, made.c.document.label("issued"), told.c.document, told.c.resolved_at)
            .join(made, told.c.forecast_id == made.c.id)
            .where(told.c.number.in_(numbers))
        )
        with self._reading() as connection:
            raw = connection.execute(query).all()
        return {
            row.number: Settled(
                issued=read_entry(row.issued),
                resolution=Resolution.model_validate_json(row.document),
                resolved_at=rows.with_zone(row.resolved_at),
            )
            for row in raw
        }
