"""Dumps: what comes out of one database goes into either, whole or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from records.access_key import AccessKey, Scope
from records.distribution import Distribution
from records.errors import DataError, StoreError, UsageError
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from records.ledger import Issued
from records.metric import PERCENT_ACCURACY
from records.question import Question
from records.receipt import Receipt
from records.resolution import Resolution
from records.store import Store, engine
from records.store.dump import dumping, restore


@pytest.fixture
def filled(store, make_batch, make_record, make_model, make_benchmark, now):
    """A store with something of everything; returns what the ledger issued."""
    store.add(make_batch(make_record(51.5, items=198, note="a 'quoted' note, \u00fc, \u2028")), imported_at=now)
    question = Question(model=make_model(), benchmark=make_benchmark(), as_of=dt.date(2025, 6, 1))
    forecast = Forecast(
        question=question,
        distribution=Distribution.from_location_scale(0.0, 0.5, PERCENT_ACCURACY),
        method="pool",
        evidence_level=EvidenceLevel(model_scores=0, benchmark_scores=0),
    )
    issued = Issued.of(forecast, issued_at=now, user="ada")
    receipt = Receipt(owner="", key="k", digest="0" * 64, answer="{}", made_at=now)
    store.ledger.issue_once([issued], receipt)
    outcome = Resolution(question_id=question.id, value=60.0, published=dt.date(2025, 7, 1), source="lab")
    store.ledger.resolve(issued.id, outcome, resolved_at=now)
    key = AccessKey(id="00000001", name="ada", scope=Scope.READ, digest="1" * 64, per_minute=60, made_at=now)
    store.keys.add(key)
    return issued


def contents(url):
    with dumping(url) as dump:
        tables = dump.tables()
        return dump.version, tables, {name: list(dump.rows(name)) for name in tables}


def put(url, told, *, replace=False, **changed) -> None:
    version, tables, rows = told
    restore(url, tables, rows.__getitem__, version=version, replace=replace, **changed)


def test_a_dump_goes_into_either_database_and_comes_out_the_same(store_url, filled, tmp_path, now) -> None:
    told = contents(store_url)
    assert sum(map(len, told[2].values())) >= 8
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    put(elsewhere, told)
    assert contents(elsewhere) == told
    put(store_url, told, replace=True)
    assert contents(store_url) == told
    with Store.open(store_url) as again:
        assert again.ledger.entry(filled.id) == filled
        assert again.ledger.receipt("", "k").answer == "{}"
        [more] = again.ledger.issue([filled.forecast], issued_at=now + dt.timedelta(days=1))
        assert [entry.id for entry in again.ledger.entries()] == [more.id, filled.id]


def test_what_is_there_is_replaced_only_when_told(store_url, filled) -> None:
    told = contents(store_url)
    with pytest.raises(UsageError, match="--force"):
        put(store_url, told)
    assert contents(store_url) == told


def test_records_and_entries_stay_append_only_after_a_restore(store_url, filled) -> None:
    put(store_url, contents(store_url), replace=True)
    database = engine.connect(engine.parse(store_url))
    for table in ("records", "forecasts", "resolutions"):
        with pytest.raises(DBAPIError, match="append-only"), engine.writing(database) as connection:
            connection.execute(text(f"DELETE FROM {table}"))
    database.dispose()


def refuse() -> None:
    raise DataError("damaged")


@pytest.mark.parametrize("fault", ["check", "columns", "tables", "row", "day", "version"])
def test_a_dump_that_does_not_fit_changes_nothing(store_url, filled, fault) -> None:
    told = contents(store_url)
    version, tables, rows = told[0], dict(told[1]), dict(told[2])
    changed = {"check": refuse} if fault == "check" else {}
    if fault == "columns":
        tables["records"] = [*tables["records"][:-1], 'note"; DROP TABLE records; --']
    if fault == "tables":
        tables["sqlite_master"] = ["sql"]
    if fault == "row":
        rows["models"] = [[*row, "more"] for row in rows["models"]]
    if fault == "day":
        place = tables["records"].index("published")
        rows["records"] = [[*row[:place], "yesterday", *row[place + 1 :]] for row in rows["records"]]
    if fault == "version":
        version = "9999"
    with pytest.raises((DataError, StoreError)):
        put(store_url, (version, tables, rows), replace=True, **changed)
    assert contents(store_url) == told


def test_a_dump_of_the_first_schema_with_records_is_brought_up_to_date(tmp_path, filled, store_url) -> None:
    """The tables of an older version are those that it had."""
    _, tables, rows = contents(store_url)
    older = {name: columns for name, columns in tables.items() if not name.startswith(("job", "item"))}
    with pytest.raises(DataError, match="expected"):
        restore(f"sqlite:///{tmp_path / 'a.db'}", older, rows.__getitem__, version="0005", replace=False)
    url = f"sqlite:///{tmp_path / 'b.db'}"
    restore(url, older, rows.__getitem__, version="0004", replace=False)
    assert {name: found for name, found in contents(url)[2].items() if name in older} == {n: rows[n] for n in older}
