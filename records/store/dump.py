"""Dump: everything in a store as plain rows, and back into a store, on either database.

In and out: for each table the names of its columns and rows of JSON values; days and moments as ISO 8601 text. What
is dumped is one state of the store; what is restored replaces all there was in one transaction, or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, Date, DateTime, Table, column, insert, inspect, select, table, text

from records.errors import DataError, UsageError
from records.store import engine, migrate, schema
from records.store.faults import told
from records.store.rows import with_zone

Plain = None | bool | int | float | str
Row = Sequence[Plain]

CHUNK = 1000
"""Rows that are read or written at once."""

OLDEST = "0001"

FUNCTIONS = ("records_are_append_only", "refuse_change")
"""Functions of a PostgreSQL database that migrations make beside the tables."""


@dataclass(frozen=True)
class Dump:
    """One state of a store, open for reading.

    Attributes:
        version: of its schema.
    """

    version: str
    _connection: Connection

    def tables(self) -> dict[str, list[str]]:
        """Return the columns of each table, tables that others point at first."""
        return {one.name: [part.name for part in one.columns] for one in schema.metadata.sorted_tables}

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        return _count(self._connection, name)

    def rows(self, name: str) -> Iterator[list[Plain]]:
        """Read a table row by row, in the order of its primary key."""
        found = schema.metadata.tables[name]
        query = select(found).order_by(*found.primary_key.columns)
        for row in self._connection.execution_options(yield_per=CHUNK).execute(query):
            yield [_plain(value) for value in row]


@contextmanager
def dumping(url: str) -> Iterator[Dump]:
    """Open a store for a dump; it may be written to meanwhile.

    Raises:
        StoreError: it cannot be read.
        DataError: it does not stand at this program's version of the schema.
    """
    database = engine.connect(engine.parse(url))
    try:
        with told(str(database.url)), engine.reading(database) as connection:
            version = migrate.current(connection)
            if version != schema.HEAD:
                raise DataError(f"The store stands at version {version}; open it once with this program before a dump.")
            yield Dump(version, connection)
    finally:
        database.dispose()


def restore(
    url: str,
    tables: Mapping[str, Sequence[str]],
    rows: Callable[[str], Iterable[Row]],
    *,
    version: str,
    replace: bool,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Fill a store with dumped rows, in one transaction.

    Args:
        url: of the store; made if there is none.
        tables: columns of each table.
        rows: reads the rows of a table.
        version: of the schema that was dumped; brought up to this program's afterwards.
        replace: whether what the store holds may go.
        check: called last; what it raises undoes everything.

    Raises:
        UsageError: the store holds something, and it may not go.
        DataError: the dump does not fit the schema of its version, or is of a newer program.
        StoreError: the database refused.
    """
    if not (version.isdigit() and OLDEST <= version <= schema.HEAD):
        raise DataError(f"The dump is of version {version}; this program knows {OLDEST} to {schema.HEAD}.")
    database = engine.connect(engine.parse(url))
    where = database.url.render_as_string(hide_password=True)
    try:
        with told(where), engine.writing(database) as connection:
            _make_room(connection, where, replace=replace)
            migrate.upgrade(connection, where=where, to=version)
            _fit(connection, tables)
            for name in _in_order(connection, tables):
                _fill(connection, name, tables[name], rows(name))
            _count_on(connection)
            migrate.upgrade(connection, where=where)
            check()
    finally:
        database.dispose()


def _make_room(connection: Connection, where: str, *, replace: bool) -> None:
    there = [one.name for one in reversed(schema.metadata.sorted_tables) if inspect(connection).has_table(one.name)]
    if not replace and any(_count(connection, name) for name in there):
        raise UsageError(
            f"The store {where} holds records or forecasts already: name another, or replace all with --force."
        )
    for name in (*there, "alembic_version"):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    if connection.dialect.name == "postgresql":
        for name in FUNCTIONS:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {name}()"))


def _fit(connection: Connection, tables: Mapping[str, Sequence[str]]) -> None:
    """Make sure that tables and columns are those of the schema, name by name."""
    inspector = inspect(connection)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    if set(tables) != names:
        raise DataError(f"The dump has the tables {sorted(tables)}; expected {sorted(names)}.")
    for name, columns in tables.items():
        there = {str(part["name"]) for part in inspector.get_columns(name)}
        if set(columns) != there or len(columns) != len(there):
            raise DataError(f"The dump's table {name} has the columns {list(columns)}; expected {sorted(there)}.")


def _in_order(connection: Connection, tables: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the tables, those that others point at first."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in found if name is not None and name in tables]


def _fill(connection: Connection, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    types = {str(part["name"]): part["type"] for part in inspect(connection).get_columns(name)}
    into = table(name, *(column(part, types[part]) for part in columns))
    read = [_reader(types[part]) for part in columns]
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        if any(len(row) != len(columns) for row in chunk):
            raise DataError(f"A row of the dump's table {name} has not the {len(columns)} values that it should have.")
        try:
            values = [
                {
                    part: value if value is None else reads(value)
                    for part, reads, value in zip(columns, read, row, strict=True)
                }
                for row in chunk
            ]
        except (TypeError, ValueError) as error:
            raise DataError(f"A row of the dump's table {name} holds what is no day or moment: {error}.") from error
        connection.execute(insert(into), values)


def _reader(kind: object) -> Callable[[Plain], object]:
    if isinstance(kind, DateTime):
        return lambda value: dt.datetime.fromisoformat(str(value))
    if isinstance(kind, Date):
        return lambda value: dt.date.fromisoformat(str(value))
    return lambda value: value


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL count on from the highest number of each table that is numbered by it."""
    if connection.dialect.name != "postgresql":
        return
    for one in schema.metadata.sorted_tables:
        if not inspect(connection).has_table(one.name):
            continue
        key = _number(one)
        sequence = (
            key
            and connection.execute(
                text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": one.name, "key": key}
            ).scalar()
        )
        if sequence:
            highest = f"SELECT setval('{sequence}', coalesce(max({key}), 0) + 1, false) FROM {one.name}"  # noqa: S608
            connection.execute(text(highest))


def _number(one: Table) -> str:
    """Return the name of a table's numbering column; empty where it has none."""
    keys = list(one.primary_key.columns)
    return keys[0].name if len(keys) == 1 and keys[0].type.python_type is int else ""


def _count(connection: Connection, name: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608 - our own name


def _plain(value: object) -> Plain:
    if isinstance(value, dt.datetime):
        return with_zone(value).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise DataError(f"A store holds a value of the kind {type(value).__name__}, which no dump can hold.")
