"""The store: append-only records in a database, batches in, histories out.

Nobody reads records but through ``Store.history``, which applies the information barrier each time. The raw
table is kept in memory between calls, never a history: a backtest over many dates reads the database once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from records.barrier import behind_barrier
from records.batch import Added, Batch
from records.benchmark import Benchmark
from records.exclusion import NOTHING, Exclusion
from records.history import History
from records.kinship import Kinship
from records.model import Model
from records.source import Source
from records.store import engine, migrate, rows, schema
from records.store.editions import newest_edition
from records.store.faults import told
from records.store.jobs import Jobs
from records.store.keys import Keys
from records.store.leases import Leases
from records.store.ledger import Ledger
from records.store.resolutions import Resolutions
from records.store.taking import take, take_edition

if TYPE_CHECKING:
    from records.names.catalogue import Catalogue


class Counts(NamedTuple):
    """How much a store holds."""

    records: int
    models: int
    benchmarks: int
    sources: int


class Revision(NamedTuple):
    """What the store's own diary of imports says: it changes with every batch, on both databases."""

    imports: int
    last: int


@dataclass(frozen=True)
class _Raw:
    """Everything in the store at one revision, before the barrier. It never leaves this module."""

    revision: Revision
    frame: pd.DataFrame
    models: Mapping[str, Model]
    benchmarks: Mapping[str, Benchmark]
    sources: Mapping[str, Source]

    @cached_property
    def kinship(self) -> Kinship:
        """Who gives whom away, in the whole catalogue."""
        return Kinship.of(self.models.values(), self.benchmarks.values())


class Store:
    """Records, models, benchmarks and sources in one database. Safe to use from several threads and processes."""

    def __init__(self, database: Engine) -> None:
        self._engine = database
        self._where = database.url.render_as_string(hide_password=True)
        self._raw: _Raw | None = None

    @classmethod
    def open(cls, url: str, *, patience: float = engine.PATIENCE) -> Self:
        """Open the store at ``sqlite:///PATH`` or ``postgresql://...``; makes it, or brings it up to date, if needed.

        Args:
            url: where it is.
            patience: seconds to wait for another program that is writing.

        Raises:
            StoreError: it cannot be opened, is no database, or was written by a newer program.
        """
        store = cls(engine.connect(engine.parse(url), patience=patience))
        try:
            store._bring_up_to_date()
        except BaseException:
            store.close()
            raise
        return store

    def _bring_up_to_date(self) -> None:
        with told(self._where):
            with engine.reading(self._engine) as connection:
                if migrate.current(connection) == schema.HEAD:
                    return
            with engine.writing(self._engine) as connection:
                migrate.upgrade(connection, where=self._where)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self._where!r})"

    def add(self, batch: Batch, *, imported_at: dt.datetime, fingerprint: str = "") -> Added:
        """Take a batch whole, or not at all; what is there already, by id, is left as it is.

        Args:
            batch: the yield of an import.
            imported_at: the time of the import, with its time zone.
            fingerprint: what the diary of imports shall know it by; by default a hash of the batch's content.

        Raises:
            DataError: a record names a model, benchmark or source that neither the batch nor the store knows,
                or ``imported_at`` has no time zone.
            StoreError: the database refused; nothing was stored.
        """
        with told(self._where), engine.writing(self._engine) as connection:
            return take(connection, batch, imported_at=imported_at, fingerprint=fingerprint)

    def add_edition(self, batch: Batch, *, series: str, imported_at: dt.datetime, fingerprint: str) -> Added:
        """Take a batch as the newest edition of a series, whole or not at all; nothing happens when it is already.

        Models, benchmarks and sources of the batch replace those of the same id. Records that only the last edition
        held are withdrawn: kept, and shown by no history until an import brings them again. Records that the series
        brought first take over what the batch mends under an unchanged id.

        Args:
            batch: the whole edition.
            series: what it is an edition of, such as ``starter-corpus``.
            imported_at: the time of the import, with its time zone.
            fingerprint: a hash of everything in the edition, which tells it from the last one.

        Raises:
            DataError: as for ``add``, or the series or the fingerprint is empty.
            StoreError: the database refused; nothing was stored.
        """
        with told(self._where), engine.writing(self._engine) as connection:
            return take_edition(connection, batch, series=series, imported_at=imported_at, fingerprint=fingerprint)

    def edition(self, series: str) -> str:
        """Return the fingerprint of the newest edition of a series; empty when there is none."""
        with told(self._where), engine.reading(self._engine) as connection:
            newest = newest_edition(connection, series)
            return newest.fingerprint if newest else ""

    def counts(self) -> Counts:
        """Count what the store holds, without withdrawn records."""
        tables = (schema.models, schema.benchmarks, schema.sources)
        with told(self._where), engine.reading(self._engine) as connection:
            records = rows.count(connection, schema.records) - len(rows.withdrawn(connection))
            return Counts(records, *(rows.count(connection, table) for table in tables))

    def history(self, *, as_of: dt.date, exclude: Exclusion = NOTHING, strict_dates: bool = False) -> History:
        """Return what a forecast of that date may know: the only way to records.

        Args:
            as_of: latest publication date that it may hold.
            exclude: cells, sources, models and benchmarks to withhold, with all that gives them away.
            strict_dates: count a record whose date rests on its model's release from its source's snapshot on.

        Raises:
            StoreError: the database cannot be read.
        """
        raw = self._read()
        return behind_barrier(
            raw.frame,
            models=raw.models,
            benchmarks=raw.benchmarks,
            sources=raw.sources,
            as_of=as_of,
            exclude=exclude,
            strict_dates=strict_dates,
            kinship=raw.kinship,
        )

    @property
    def ledger(self) -> Ledger:
        """The forecasts that were issued from this store, and what came of them."""
        return Ledger(
            reading=partial(self._transaction, engine.reading), writing=partial(self._transaction, engine.writing)
        )

    @property
    def resolutions(self) -> Resolutions:
        """What came of issued forecasts, in the order in which it was entered."""
        return Resolutions(reading=partial(self._transaction, engine.reading))

    @property
    def keys(self) -> Keys:
        """The keys to the service that this store holds."""
        return Keys(
            reading=partial(self._transaction, engine.reading), writing=partial(self._transaction, engine.writing)
        )

    @property
    def jobs(self) -> Jobs:
        """The batch jobs of this store."""
        return Jobs(
            reading=partial(self._transaction, engine.reading), writing=partial(self._transaction, engine.writing)
        )

    @property
    def leases(self) -> Leases:
        """Who works on which job of this store."""
        return Leases(
            reading=partial(self._transaction, engine.reading), writing=partial(self._transaction, engine.writing)
        )

    def revision(self) -> Revision:
        """Say where the store's diary of imports stands: it changes whenever a history could show something else."""
        with told(self._where), engine.reading(self._engine) as connection:
            return _revision(connection)

    @contextmanager
    def _transaction(self, kind: Callable[[Engine], AbstractContextManager[Connection]]) -> Iterator[Connection]:
        with told(self._where), kind(self._engine) as connection:
            yield connection

    def catalogue(self) -> Catalogue:
        """Return the names of everything the store knows, for finding a model or benchmark by any spelling."""
        from records.names.catalogue import Catalogue

        raw = self._read()
        return Catalogue.of(raw.models.values(), raw.benchmarks.values(), raw.sources.values())

    def _read(self) -> _Raw:
        """Read everything, unless nothing was added since it was read last."""
        with told(self._where), engine.reading(self._engine) as connection:
            revision = _revision(connection)
            if self._raw is None or self._raw.revision != revision:
                self._raw = _Raw(
                    revision,
                    rows.read_records(connection),
                    rows.read_entries(connection, schema.models, Model),
                    rows.read_entries(connection, schema.benchmarks, Benchmark),
                    rows.read_entries(connection, schema.sources, Source),
                )
            return self._raw


def _revision(connection: Connection) -> Revision:
    diary = schema.imports.c.id
    count, last = connection.execute(select(func.count(diary), func.max(diary))).one()
    return Revision(count, last or 0)
