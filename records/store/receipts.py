"""Receipts in the store, written in the transaction that enters the forecasts which they tell of."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from records.receipt import RETENTION, Receipt
from records.store import schema
from records.store.rows import with_zone


def find(connection: Connection, owner: str, key: str) -> Receipt | None:
    """Return what was answered under a key; None where nothing was, or too long ago."""
    table = schema.receipts
    row = connection.execute(select(table).where(table.c.owner == owner, table.c.key == key)).first()
    if row is None:
        return None
    return Receipt(owner=owner, key=key, digest=row.digest, answer=row.answer, made_at=with_zone(row.made_at))


def keep(connection: Connection, receipt: Receipt) -> None:
    """Keep a receipt, and forget those that are too old to be asked for again."""
    table = schema.receipts
    connection.execute(delete(table).where(table.c.made_at < receipt.made_at - RETENTION))
    connection.execute(insert(table), [receipt.model_dump()])
