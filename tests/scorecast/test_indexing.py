"""The index of the user's store: where the settings say, opened only by what searches."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from records.errors import UsageError
from records.store import Store
from scorecast.indexing import open_index
from scorecast.settings import Settings


def test_the_settings_name_server_and_embedding(tmp_path: Path) -> None:
    told = {
        "SCORECAST_HOME": str(tmp_path),
        "SCORECAST_CHROMA_URL": " http://127.0.0.1:8000 ",
        "SCORECAST_EMBEDDINGS": "openai:text-embedding-3-small",
    }
    settings = Settings.from_environment(told)
    assert (settings.chroma_url, settings.embeddings) == ("http://127.0.0.1:8000", "openai:text-embedding-3-small")
    plain = Settings.from_environment({"SCORECAST_HOME": str(tmp_path)})
    assert (plain.chroma_url, plain.embeddings, plain.index) == ("", "wordllama", tmp_path / "index")


def test_an_index_is_built_once_in_the_home_and_told_of(tmp_path, make_model) -> None:
    from records.batch import Batch, ImportReport

    settings = Settings.from_environment({"SCORECAST_HOME": str(tmp_path)})
    batch = Batch(report=ImportReport(path="planted", format="table", taken=0), models=(make_model("oak"),))
    told: list[str] = []
    with Store.open(settings.database_url) as store:
        store.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        index = open_index(settings, store, busy=told.append)
        open_index(settings, store, busy=told.append)
        [hit] = index.on(store.history(as_of=dt.date(2025, 6, 1))).search("oak")
    assert told == ["Embedding 1 texts with wordllama"]
    assert settings.index.is_dir()
    assert hit.id == "model:oak"


def test_an_embedding_that_is_none_is_refused_before_anything_is_written(tmp_path) -> None:
    settings = Settings.from_environment({"SCORECAST_HOME": str(tmp_path), "SCORECAST_EMBEDDINGS": "magic"})
    with Store.open(settings.database_url) as store, pytest.raises(UsageError, match="'magic'"):
        open_index(settings, store)
    assert not settings.index.exists()
