"""Stores on both databases: a SQLite file, and a database of a PostgreSQL server that lives as long as the tests."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from records.batch import Batch, ImportReport
from records.store import Store

NUMBERS = count()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that does not exist yet, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server = request.getfixturevalue("postgres")
    name = f"store_{next(NUMBERS)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store on each database."""
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def now() -> dt.datetime:
    """The time of every import in these tests."""
    return dt.datetime(2025, 6, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def make_batch(make_model, make_benchmark, make_source) -> Callable[..., Batch]:
    """Build a batch around records, with every model, benchmark and source that they name."""

    def make(*records, **fields) -> Batch:
        return Batch(
            **{
                "report": ImportReport(path="planted.csv", format="table", taken=len(records)),
                "sources": tuple(make_source(key) for key in sorted({r.source for r in records})),
                "models": tuple(make_model(key) for key in sorted({r.model for r in records})),
                "benchmarks": tuple(make_benchmark(key) for key in sorted({r.benchmark for r in records})),
                "records": records,
            }
            | fields
        )

    return make


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program in another process and return what it said."""

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    return run
