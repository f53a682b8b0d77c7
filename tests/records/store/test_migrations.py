"""Migrations: from nothing, from the first schema, at the same time, and from the future."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from records.batch import Batch
from records.corpus.load import SERIES
from records.errors import StoreError
from records.store import Store, migrate, schema
from records.store import engine as engines

FIRST_SCHEMA = Path(__file__).with_name("first_schema.sql")
"""What version 0001 made of an empty SQLite file, with one record in it; never to be edited."""


def test_the_newest_migration_is_the_one_that_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", "records.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_migrations_from_nothing_make_exactly_the_tables_of_the_program(store) -> None:
    with engines.reading(store._engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert migrate.current(connection) == schema.HEAD


def test_a_store_of_the_first_schema_is_brought_up_to_date_with_its_records(tmp_path) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.executescript(FIRST_SCHEMA.read_text())
    old.close()
    with Store.open(f"sqlite:///{path}") as store:
        history = store.history(as_of=dt.date(2025, 6, 1))
        assert history.record("60b329ca596d06fde903").value == 50.0


def test_the_first_migration_alone_then_the_rest_reaches_the_newest(store_url) -> None:
    engine = engines.connect(engines.parse(store_url))
    with engines.writing(engine) as connection:
        migrate.upgrade(connection, where=store_url, to="0001")
    engine.dispose()
    with Store.open(store_url) as store, engines.reading(store._engine) as connection:
        assert migrate.current(connection) == schema.HEAD


OLD_IMPORT = text(
    "INSERT INTO imports (fingerprint, imported_at, path, format, added, already_there, new_models, new_benchmarks, "
    "refused) VALUES ('old', '2025-06-01 00:00:00', 'p', :format, 1, 0, 1, 1, 0)"
)


@pytest.fixture
def open_old(store_url):
    """Open a store that the first schema left with the records of the first schema's file and these imports."""

    def prepare(*formats: str) -> Store:
        engine = engines.connect(engines.parse(store_url))
        kept = ("sources", "models", "benchmarks", "records")
        lines = [line for line in FIRST_SCHEMA.read_text().splitlines() if line.startswith("INSERT")]
        with engines.writing(engine) as connection:
            migrate.upgrade(connection, where=store_url, to="0001")
            for line in sorted(
                (x for x in lines if x.split('"')[1] in kept), key=lambda x: kept.index(x.split('"')[1])
            ):
                connection.exec_driver_sql(line)
            for name in formats:
                connection.execute(OLD_IMPORT, {"format": name})
        engine.dispose()
        return Store.open(store_url)

    return prepare


def bring(store: Store, batch: Batch, fingerprint: str) -> list[float]:
    now = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    store.add_edition(batch, series=SERIES, imported_at=now, fingerprint=fingerprint)
    return sorted(store.history(as_of=dt.date(2025, 6, 1)).records["value"])


def test_old_records_of_the_corpus_alone_become_its_edition(open_old, make_batch, make_record) -> None:
    with open_old("starter corpus", "starter corpus") as store:
        assert store.edition(SERIES) == "old"
        assert len(store.history(as_of=dt.date(2025, 6, 1))) == 1
        assert bring(store, make_batch(make_record(60.0)), "new") == [60.0]


@pytest.mark.parametrize("formats", [("table",), ("starter corpus", "table"), ("table", "starter corpus"), ()])
def test_old_records_that_may_be_of_the_user_stay(open_old, make_batch, make_record, formats) -> None:
    with open_old(*formats) as store:
        assert bring(store, make_batch(make_record(60.0)), "new") == [50.0, 60.0]
        if formats:
            assert bring(store, make_batch(make_record(50.0, note="mended"), make_record(60.0)), "newer") == [
                50.0,
                60.0,
            ]
            assert bring(store, make_batch(make_record(70.0)), "newest") == [50.0, 70.0]
            assert set(store.history(as_of=dt.date(2025, 6, 1)).records["note"]) == {""}


def test_a_store_of_a_newer_program_is_refused_and_left_alone(store_url) -> None:
    with Store.open(store_url) as store, engines.writing(store._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"version 9999.*pip install --upgrade scorecast"):
        Store.open(store_url)
    engine = engines.connect(engines.parse(store_url))
    with engines.reading(engine) as connection:
        assert migrate.current(connection) == "9999"
    engine.dispose()


def test_programs_that_start_at_once_make_one_store(start, store_url) -> None:
    program = "import sys; from records.store import Store; Store.open(sys.argv[1]).close()"
    started = [start(program, store_url) for _ in range(3)]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    with Store.open(store_url) as store:
        assert store.counts().records == 0
