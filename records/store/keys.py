"""Keys to the service in the store: kept as hashes, revoked but never deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Row, insert, select, update

from records.access_key import AccessKey
from records.errors import UsageError
from records.store import schema
from records.store.rows import with_zone

Transaction = Callable[[], AbstractContextManager[Connection]]


class Keys:
    """The keys of one store; ``Store.keys`` opens it."""

    def __init__(self, *, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def add(self, key: AccessKey) -> None:
        """Keep a new key.

        Raises:
            StoreError: the database refused; a key of this id is there already, for one.
        """
        with self._writing() as connection:
            connection.execute(insert(schema.access_keys), [key.model_dump()])

    def find(self, key_id: str) -> AccessKey | None:
        """Return the key of this id, revoked or not; None where there is none."""
        with self._reading() as connection:
            row = connection.execute(select(schema.access_keys).where(schema.access_keys.c.id == key_id)).first()
        return None if row is None else _read(row)

    def all(self) -> tuple[AccessKey, ...]:
        """Return all keys, revoked ones too, the oldest first."""
        table = schema.access_keys
        with self._reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.made_at, table.c.id)).all()
        return tuple(_read(row) for row in rows)

    def revoke(self, key_id: str, *, revoked_at: dt.datetime) -> AccessKey:
        """Revoke a key for good; one that is revoked already stays as it is.

        Raises:
            UsageError: no key has this id.
        """
        table = schema.access_keys
        with self._writing() as connection:
            connection.execute(
                update(table).where(table.c.id == key_id, table.c.revoked_at.is_(None)).values(revoked_at=revoked_at)
            )
            row = connection.execute(select(table).where(table.c.id == key_id)).first()
        if row is None:
            raise UsageError(f"No key has the id {key_id!r}; `scorecast keys list` shows them.")
        return _read(row)


def _read(row: Row[tuple[object, ...]]) -> AccessKey:
    told = dict(row._mapping)  # noqa: SLF001 - the documented way from a row to a dictionary
    for moment in ("made_at", "revoked_at"):
        told[moment] = told[moment] and with_zone(told[moment])
    return AccessKey.model_validate(told)
