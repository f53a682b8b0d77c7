"""Rows: records and catalogue entries on their way into the tables and out of them.

Reading goes column by column, because a history of tens of thousands of records is asked for all the time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Insert, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from records.benchmark import Benchmark
from records.frame import COLUMNS, NUMBERS, tidy_frame
from records.model import Model
from records.record import Record
from records.source import Source
from records.store import schema

Entry = TypeVar("Entry", Model, Benchmark, Source)

CHUNK = 500
"""Ids asked for in one query."""

WITHDRAWN = """
SELECT withdrawals.record_id FROM withdrawals WHERE NOT EXISTS (
    SELECT 1 FROM memberships
    WHERE memberships.record_id = withdrawals.record_id AND memberships.last_import > withdrawals.import_id
)
"""
"""A withdrawal is in force until a later import, of an edition or of the user, brings the record again."""

CURRENT = f"""
SELECT {{columns}} FROM records
LEFT JOIN amendments AS mended ON mended.record_id = records.id AND mended.import_id = (
    SELECT max(import_id) FROM amendments WHERE amendments.record_id = records.id
)
WHERE records.id NOT IN ({WITHDRAWN}) ORDER BY records.published, records.id
"""  # noqa: S608 - our own names of columns


def absent(connection: Connection, table: Table, ids: Collection[str]) -> set[str]:
    """Return those ids that the table does not hold."""
    wanted = sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(table.c.id).where(table.c.id.in_(wanted[start : start + CHUNK]))
        found.update(connection.scalars(query))
    return set(wanted) - found


def add_entries(
    connection: Connection, table: Table, entries: Iterable[Model | Benchmark | Source], *, replace: bool = False
) -> int:
    """Insert those entries of a catalogue whose ids are new, and return their number; replace the known if told to."""
    new: list[dict[str, object]] = [{"id": entry.id, "document": entry.model_dump_json()} for entry in entries]
    insert = upsert(connection, table)
    known = [table.c.id]
    if not replace:
        return _insert_new(connection, table, insert.on_conflict_do_nothing(index_elements=known), new)
    corrected = insert.excluded.document
    overwriting = insert.on_conflict_do_update(
        index_elements=known, set_={"document": corrected}, where=table.c.document != corrected
    )
    return _insert_new(connection, table, overwriting, new)


def add_records(connection: Connection, records: Iterable[Record]) -> int:
    """Insert those records whose ids are new, and return their number."""
    table = schema.records
    insert = upsert(connection, table).on_conflict_do_nothing(index_elements=[table.c.id])
    return _insert_new(connection, table, insert, [record_row(record) for record in records])


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can be told what to do on a conflict, in the dialect of the database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _insert_new(connection: Connection, table: Table, insert: Insert, new: list[dict[str, object]]) -> int:
    """Insert rows and return how many more there are; the writer's lock makes the counts comparable."""
    if not new:
        return 0
    before = count(connection, table)
    connection.execute(insert, new)
    return count(connection, table) - before


def count(connection: Connection, table: Table) -> int:
    """Count the rows of a table."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def record_row(record: Record) -> dict[str, object]:
    """Lay a record out as a row of its table."""
    return record.model_dump(exclude={"setting"}) | record.setting.model_dump() | {"shots": record.setting.shots}


def read_entries(connection: Connection, table: Table, kind: type[Entry]) -> dict[str, Entry]:
    """Read one table of the catalogue, by id."""
    documents = connection.scalars(select(table.c.document).order_by(table.c.id))
    return {entry.id: entry for entry in map(kind.model_validate_json, documents)}


def withdrawn(connection: Connection) -> set[str]:
    """Return the ids of the records that no history shows."""
    return set(connection.exec_driver_sql(WITHDRAWN).scalars())


def read_records(connection: Connection) -> pd.DataFrame:
    """Read the records that are not withdrawn, the earliest first, with the columns and types of ``History.records``.

    Each comes as the latest amendment has it.
    """
    rows = current_rows(connection, COLUMNS)
    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    typed = {name: _typed(name, column) for name, column in zip(COLUMNS, columns, strict=True)}
    return tidy_frame(pd.DataFrame(typed, columns=list(COLUMNS)))


def current_rows(connection: Connection, columns: Sequence[str]) -> Sequence[Sequence[object]]:
    """Read some columns of the records that are not withdrawn, as amended, the earliest first."""
    told = ", ".join(
        f"CASE WHEN mended.record_id IS NULL THEN records.{name} ELSE mended.{name} END"
        if name in schema.MENDABLE
        else f"records.{name}"
        for name in columns
    )
    return connection.exec_driver_sql(CURRENT.format(columns=told)).fetchall()


def _typed(name: str, column: Sequence[object]) -> pd.Series:
    if name in NUMBERS:
        return pd.Series(np.array(column, dtype=float))
    if name == "published":
        return pd.Series(np.array(column, dtype="datetime64[D]").astype("datetime64[us]"))
    return pd.Series(column, dtype="str")


def with_zone(moment: dt.datetime) -> dt.datetime:
    """SQLite forgets the zone; moments are kept in coordinated universal time."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
