"""Resolutions in the order in which they were entered, as of any day: what calibration learns from.

The ledger tells which resolution of a forecast holds now; here are all of them, so that who looks back sees the one
that held then.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import islice

from sqlalchemy import Connection, Row, select

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

    def before(self, day: dt.date, *, limit: int) -> dict[str, int]:
        """Return the numbers of the last resolutions that were entered before a day, in that order.

        Each goes by a hash of all that it says and of the id of what it settles, 20 hexadecimal digits.

        Args:
            day: in coordinated universal time.
            limit: how many at most.

        Raises:
            StoreError: the store cannot be read.
        """
        table = schema.resolutions
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
        query = select(table).where(table.c.resolved_at < midnight).order_by(table.c.number.desc()).limit(limit)
        with self._reading() as connection:
            found = connection.execute(query).all()
        return {_key(row): row.number for row in reversed(found)}

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


def _key(row: Row[tuple[object, ...]]) -> str:
    told = f"{row.number} {row.forecast_id} {rows.with_zone(row.resolved_at).isoformat()} {row.document}"
    return hashlib.sha256(told.encode()).hexdigest()[:20]
