"""The workspace: it holds the edition of the starter corpus that this program ships, whatever an older one left."""

from __future__ import annotations

import datetime as dt

import pytest

from records.corpus.load import SERIES, corpus_fingerprint, load_corpus
from records.store import Store
from scorecast.ledger.recalibrating import FromLedger, as_stated
from scorecast.settings import Settings
from scorecast.workspace import Workspace, open_workspace

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
LATE = dt.date(2100, 1, 1)


@pytest.fixture
def home(tmp_path) -> Settings:
    """A home that nobody used yet."""
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'scorecast.db'}")


def test_an_update_of_the_program_replaces_the_older_corpus_and_keeps_what_the_user_added(home, batch, make_record):
    dropped, own = make_record(model="old-1", benchmark="arena"), batch.records[0]
    older = (*batch.records, dropped)
    with Store.open(home.database_url) as store:
        old = type(batch)(batch.report, batch.sources, batch.models, batch.benchmarks, older)
        store.add_edition(old, series=SERIES, imported_at=NOW, fingerprint="older")
        store.add(type(batch)(batch.report, records=(own,)), imported_at=NOW)
    said: list[str] = []
    with open_workspace(home, now=NOW, busy=said.append) as workspace:
        shipped = {record.id for record in load_corpus().records}
        assert set(workspace.store.history(as_of=LATE).records["id"]) == shipped | {own.id}
        assert workspace.store.edition(SERIES) == corpus_fingerprint()
    with open_workspace(home, now=NOW, busy=said.append):
        assert len(said) == 1


@pytest.mark.parametrize(("told", "on"), [("", True), ("on", True), ("off", False), (" No ", False)])
def test_settled_forecasts_recalibrate_unless_somebody_says_no(tmp_path, store, told, on) -> None:
    environment = {"SCORECAST_HOME": str(tmp_path), "SCORECAST_RECALIBRATION": told}
    settings = Settings.from_environment(environment)
    workspace = Workspace(settings, store, "1", busy=pytest.fail)
    assert isinstance(workspace.pipeline("climatology").recalibrate, FromLedger) is on
    assert workspace.pipeline("climatology", recalibrates=False).recalibrate is as_stated
