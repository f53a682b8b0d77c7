"""Several writers, and one that dies in the middle: every batch is in the store whole or not at all."""

from __future__ import annotations

import datetime as dt
import signal

import pytest
from sqlalchemy import text

from records.store import Store
from records.store.engine import reading

COMMON = """
import dataclasses, datetime as dt, sys, time
from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.metric import PERCENT_ACCURACY
from records.model import Model
from records.record import Record
from records.source import Source
from records.store import Store

url, start, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)

def batch(first, last):
    records = tuple(
        Record(model="m", benchmark="b", value=number / 1000, published=dt.date(2025, 1, 1),
               date_basis="reported", source="s")
        for number in range(first, last)
    )
    return Batch(ImportReport(path="p", format="table", taken=len(records)), (Source(id="s", name="s"),),
                 (Model(id="m", name="m"),), (Benchmark(id="b", name="b", metric=PERCENT_ACCURACY),), records)
"""

WRITER = (
    COMMON
    + """
with Store.open(url) as store:
    for first in range(start, start + size, 50):
        store.add(batch(first, first + 50), imported_at=NOW)
"""
)

DYING = (
    COMMON
    + """
class Stalling:
    format, refused = "table", ()

    @property
    def path(self):  # asked for when everything is inserted and nothing committed
        print("inserted", flush=True)
        time.sleep(600)

with Store.open(url) as store:
    store.add(dataclasses.replace(batch(start, start + size), report=Stalling()), imported_at=NOW)
"""
)

EDITION = (
    COMMON
    + """
with Store.open(url) as store:
    for number in range(1, 6):
        store.add_edition(batch(number, number + size), series="corpus", imported_at=NOW, fingerprint=f"{number}")
"""
)

DYING_EDITION = (
    COMMON
    + """
from sqlalchemy import event

def stall(connection):
    print("about to commit", flush=True)
    time.sleep(600)

with Store.open(url) as store:
    event.listen(store._engine, "commit", stall)
    store.add_edition(batch(start, start + size), series="corpus", imported_at=NOW, fingerprint="second")
"""
)


@pytest.fixture
def begin(start, store_url):
    """Begin a program that writes records from a number on to the store."""
    return lambda program, first, size: start(program, store_url, str(first), str(size))


def test_two_processes_write_at_once_and_nothing_is_lost(begin, store_url) -> None:
    writers = [begin(WRITER, 0, 500), begin(WRITER, 250, 500)]
    said = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    with Store.open(store_url) as store:
        assert store.counts() == (750, 1, 1, 1)


def test_a_kill_in_the_middle_of_an_import_leaves_nothing_of_it(begin, store_url, make_batch, make_record) -> None:
    now = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    with Store.open(store_url) as store:
        store.add(make_batch(make_record()), imported_at=now)
    dying = begin(DYING, 0, 2000)
    dying.wait_for("inserted")
    dying.kill()
    assert dying.wait() == -signal.SIGKILL
    with Store.open(store_url) as store:
        assert store.counts() == (1, 1, 1, 1)
        assert len(store.history(as_of=dt.date(2025, 6, 1))) == 1
        # Refused as locked by another program, were the dead writer's lock still held.
        store.add(make_batch(make_record(value=60.0)), imported_at=now)
        assert store.counts().records == 2


def test_programs_that_bring_the_same_edition_at_once_bring_it_once(begin, store_url, make_batch, make_record) -> None:
    once = EDITION.replace("range(1, 6)", "range(1, 2)")
    writers = [begin(once, 0, 500) for _ in range(3)]
    said = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    with Store.open(store_url) as store:
        assert (store.counts().records, store.edition("corpus")) == (500, "1")
        with reading(store._engine) as connection:
            assert connection.execute(text("SELECT count(*) FROM imports")).scalar_one() == 1


def test_editions_and_imports_from_several_programs_leave_one_whole_edition(begin, store_url) -> None:
    writers = [begin(EDITION, 0, 100), begin(EDITION, 0, 100), begin(WRITER, 500, 100)]
    said = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    with Store.open(store_url) as store:
        values = store.history(as_of=dt.date(2025, 6, 1)).records["value"].mul(1000).round().astype(int)
        assert store.edition("corpus") == "5"
        assert sorted(values) == [*range(5, 105), *range(500, 600)]


def test_a_kill_in_the_middle_of_an_edition_leaves_the_last_edition(begin, store_url, make_batch, make_record) -> None:
    now = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    with Store.open(store_url) as store:
        store.add_edition(make_batch(make_record()), series="corpus", imported_at=now, fingerprint="first")
    dying = begin(DYING_EDITION, 0, 2000)
    dying.wait_for("about to commit")
    dying.kill()
    assert dying.wait() == -signal.SIGKILL
    with Store.open(store_url) as store:
        assert store.edition("corpus") == "first"
        assert store.counts() == (1, 1, 1, 1)
        assert list(store.history(as_of=dt.date(2025, 6, 1)).records["value"]) == [50.0]
