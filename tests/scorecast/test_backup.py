"""Back-ups: the state comes back as it was, from either database into either; a doubtful file changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import psycopg
import pytest

from records.access_key import Scope
from records.errors import DataError, UsageError
from records.store import Store
from scorecast.backup import MANIFEST, back_up, bring_back
from scorecast.keys import create_key, find_key
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


def quiet(_table: str, _rows: int) -> None:
    """Progress that nobody looks at."""


def save(settings: Settings, path: Path, *, overwrite: bool = False):
    return back_up(settings, path, now=NOW, program="1", overwrite=overwrite, progress=quiet)


def load(settings: Settings, path: Path, *, overwrite: bool = False):
    return bring_back(settings, path, overwrite=overwrite, progress=quiet)


@pytest.fixture
def here(tmp_path, batch) -> Settings:
    """A home with records, a key and a table of prices."""
    home = tmp_path / "here"
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'store.db'}")
    with Store.open(settings.database_url) as store:
        store.add(batch, imported_at=NOW)
    (home / "prices.csv").write_text("model,input,output\n")
    return settings


@pytest.fixture
def there(tmp_path) -> Settings:
    """A home in which nothing is yet."""
    return Settings(home=tmp_path / "there", database_url=f"sqlite:///{tmp_path / 'there' / 'store.db'}")


def histories(*homes: Settings) -> list[str]:
    def told(settings: Settings) -> str:
        with Store.open(settings.database_url) as store:
            return store.history(as_of=NOW.date()).fingerprint

    return [told(home) for home in homes]


def test_state_comes_back_elsewhere_with_keys_that_still_open(here, there, tmp_path) -> None:
    with Store.open(here.database_url) as store:
        made = create_key(store, "ada", scope=Scope.READ, now=NOW)
    manifest = save(here, tmp_path / "state.zip")
    assert manifest.tables["access_keys"].rows == 1
    load(there, tmp_path / "state.zip")
    assert len(set(histories(here, there))) == 1
    with Store.open(there.database_url) as store:
        assert find_key(store, made.secret) == made.key
    assert (there.home / "prices.csv").read_text() == "model,input,output\n"
    with zipfile.ZipFile(tmp_path / "state.zip") as archive:
        said = b"".join(archive.read(name) for name in archive.namelist())
    assert made.secret.encode() not in said
    assert made.secret[12:].encode() not in said
    assert str(here.home).encode() not in said


@pytest.mark.postgres
def test_state_goes_from_a_file_to_a_server_and_back(here, there, postgres, tmp_path) -> None:
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE brought_back")
    server = Settings(home=tmp_path / "server", database_url=f"{postgres}/brought_back")
    save(here, tmp_path / "first.zip")
    load(server, tmp_path / "first.zip")
    with Store.open(server.database_url) as store:
        create_key(store, "made there", scope=Scope.READ, now=NOW)
    save(server, tmp_path / "second.zip")
    load(there, tmp_path / "second.zip")
    assert len(set(histories(here, server, there))) == 1
    with Store.open(there.database_url) as store:
        assert [key.name for key in store.keys.all()] == ["made there"]


def test_nothing_is_written_over_unless_told(here, tmp_path) -> None:
    path = tmp_path / "state.zip"
    save(here, path)
    with pytest.raises(UsageError, match="--force"):
        save(here, path)
    with pytest.raises(UsageError, match="--force"):
        load(here, path)
    save(here, path, overwrite=True)
    load(here, path, overwrite=True)


def changed(path: Path, **files: bytes | None) -> Path:
    """Copy an archive with some files changed, added, or left out."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()} | files
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return other


def manifest_with(path: Path, *where: str, value: object) -> bytes:
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read(MANIFEST))
    place = told
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    return json.dumps(told).encode()


FAULTS = {
    "no archive": lambda path: path.write_bytes(b"PK\x03\x04 but no more") and path,
    "a table left out": lambda path: changed(path, **{"tables/receipts.jsonl": None}),
    "a file beside": lambda path: changed(path, **{"../../outside.txt": b"x"}),
    "an absolute path": lambda path: changed(path, **{"/etc/passwd": b"x"}),
    "no manifest": lambda path: changed(path, **{MANIFEST: None}),
    "a manifest that is a bomb": lambda path: changed(path, **{MANIFEST: b" " * (2 << 20)}),
    "a row changed": lambda path: changed(path, **{"tables/models.jsonl": b'["x","{}"]\n'}),
    "rows that never end": lambda path: changed(path, **{"tables/receipts.jsonl": b"[" * 5_000_000}),
    "nested beyond reason": lambda path: changed(path, **{"tables/models.jsonl": b"[" * 100_000 + b"\n"}),
    "a newer schema": lambda path: changed(path, **{MANIFEST: manifest_with(path, "version", value="9000")}),
    "another format": lambda path: changed(path, **{MANIFEST: manifest_with(path, "format", value="other/2")}),
    "too large": lambda path: changed(
        path, **{MANIFEST: manifest_with(path, "tables", "models", "bytes", value=1 << 40)}
    ),
    "rows that are missing": lambda path: changed(
        path, **{MANIFEST: manifest_with(path, "tables", "models", "rows", value=1)}
    ),
    "another table": lambda path: changed(
        path,
        **{
            MANIFEST: manifest_with(
                path, "tables", "x; DROP", value={"columns": ["a"], "rows": 0, "bytes": 0, "sha256": "0" * 64}
            ),
            "tables/x; DROP.jsonl": b"",
        },
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_doubtful_file_is_refused_in_a_sentence_and_changes_nothing(here, tmp_path, fault) -> None:
    path = tmp_path / "state.zip"
    save(here, path)
    before = histories(here)
    with pytest.raises(DataError) as refused:
        load(here, FAULTS[fault](path), overwrite=True)
    assert "Traceback" not in str(refused.value)
    assert histories(here) == before
    assert not (tmp_path.parent / "outside.txt").exists()


def test_the_commands_tell_what_they_did(run, here, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SCORECAST_HOME", str(here.home))
    monkeypatch.setenv("SCORECAST_DATABASE_URL", here.database_url)
    path = str(tmp_path / "state.zip")
    code, out, said = run("backup", path)
    assert (code, out) == (0, "")
    assert "rows written" in said
    assert run("restore", path)[0] == 2
    code, _, said = run("restore", path, "--force")
    assert code == 0
    assert "rows restored, as of" in said
