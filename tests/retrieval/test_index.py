"""The index: derived from the store, added to and not rebuilt, safe against a kill, on a server too."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from records.errors import StoreError, UsageError
from records.search import PassageKind
from retrieval.documents import Document
from retrieval.index import Index
from retrieval.vectors import embedded, server

EVER = dt.date.max


def everything(store):
    """Show all that a store holds."""
    return store.history(as_of=EVER)


def test_a_second_refresh_embeds_nothing(planted, open_index, words_by_hand, tmp_path) -> None:
    first = open_index(words_by_hand, folder=tmp_path).refresh(everything(planted))
    asked = len(words_by_hand.asked)
    again = open_index(words_by_hand, folder=tmp_path).refresh(everything(planted))
    assert first.added == asked > 10
    assert again == (0, 0, first.added)
    assert len(words_by_hand.asked) == asked


def test_only_what_was_added_to_the_store_is_embedded(
    fill, open_index, words_by_hand, tmp_path, make_model, make_benchmark, make_record, make_source
) -> None:
    models = [make_model(f"fir-{i}") for i in range(3)]
    benchmarks, sources = [make_benchmark()], [make_source()]
    store = fill(models=models[:2], benchmarks=benchmarks, records=[make_record(model="fir-0")], sources=sources)
    index = open_index(words_by_hand, folder=tmp_path)
    index.refresh(everything(store))
    words_by_hand.asked.clear()
    fill(models=models, benchmarks=benchmarks, records=[make_record(model="fir-2")], sources=sources, store=store)
    assert index.refresh(everything(store)).added == 1
    assert words_by_hand.asked == ["fir-2, released 2025-01"]


def test_what_the_store_no_longer_says_is_dropped(planted, open_index, tmp_path) -> None:
    index = open_index(folder=tmp_path)
    all_there_is = index.refresh(everything(planted)).added
    less = index.refresh(planted.history(as_of=dt.date(2025, 6, 1)))
    assert less.dropped > 0
    assert less.kept + less.added + less.dropped >= all_there_is
    assert embedded(tmp_path / "index", collection="test-index").count() == less.kept + less.added


def test_another_embedding_or_edition_of_documents_is_another_fingerprint(
    planted, open_index, words_by_hand, tmp_path
) -> None:
    open_index(words_by_hand, folder=tmp_path).refresh(everything(planted))
    vectors = embedded(tmp_path / "index", collection="test-index")
    before = vectors.fingerprint
    words_by_hand.name = "other"
    open_index(words_by_hand, folder=tmp_path).refresh(everything(planted))
    assert len(before) == 20
    assert vectors.fingerprint != before


def test_progress_is_told_in_batches(planted, open_index, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    added = (
        open_index(folder=tmp_path, batch=7).refresh(everything(planted), progress=lambda *at: told.append(at)).added
    )
    assert told == [*((done, added) for done in range(0, added, 7)), (added, added)]


def test_a_search_needs_no_index_and_finds_the_same_with_it(planted, open_index, tmp_path) -> None:
    def found(index):
        return [(p.id, p.relevance) for p in index.on(history).search("Oak rhymes", limit=50)]

    history = planted.history(as_of=dt.date(2025, 6, 1))
    bare, full = open_index(folder=tmp_path / "bare"), open_index(folder=tmp_path / "full")
    full.refresh(everything(planted))
    assert found(bare) == found(full)


def test_vectors_of_the_index_are_not_embedded_again(planted, open_index, words_by_hand, tmp_path) -> None:
    open_index(folder=tmp_path).refresh(everything(planted))
    history = planted.history(as_of=EVER)
    open_index(words_by_hand, folder=tmp_path).on(history).search("Oak")
    assert words_by_hand.asked == ["Oak"]


def test_two_refreshes_at_once_are_refused_with_what_to_do(planted, open_index, tmp_path) -> None:
    with sqlite3.connect(tmp_path / "index.lock", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="wait until it is done"):
            open_index(folder=tmp_path, patience=0.05).refresh(everything(planted))
        other.execute("ROLLBACK")
    other.close()
    assert open_index(folder=tmp_path).refresh(everything(planted)).added


SLOW_REFRESH = """
import datetime as dt, sys, time
from pathlib import Path
from records.store import Store
from retrieval.index import Index
from retrieval.embedding import embedding
from retrieval.vectors import embedded

home = Path(sys.argv[2])

def progress(done, everything):
    print(done, flush=True)
    if done >= 8:
        time.sleep(600)  # until it is killed

with Store.open(sys.argv[1]) as store:
    vectors = embedded(home / "index", collection="test-index")
    index = Index(embedding(), vectors, lock=home / "index.lock", batch=4)
    index.refresh(store.history(as_of=dt.date.max), progress=progress)
"""


def test_a_refresh_that_was_killed_goes_on_where_it_stopped(start, planted, open_index, tmp_path) -> None:
    from retrieval.embedding import embedding

    url = f"sqlite:///{planted._where.removeprefix('sqlite:///')}"
    child = start(SLOW_REFRESH, url, str(tmp_path))
    child.wait_for("8\n")
    child.kill()
    assert child.wait() == -signal.SIGKILL
    vectors = embedded(tmp_path / "index", collection="test-index")
    assert vectors.fingerprint == ""
    there = vectors.count()
    index = open_index(embedding(), folder=tmp_path)
    done = index.refresh(everything(planted))
    assert there >= 8
    assert done.kept == there
    assert done.added == vectors.count() - there > 0


def test_a_damaged_index_says_what_to_do(planted, open_index, tmp_path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"no database" * 500)
    with pytest.raises(StoreError, match="delete the folder"):
        open_index(folder=tmp_path).refresh(everything(planted))


def test_what_chroma_gives_back_is_what_was_embedded(open_index, words_by_hand, tmp_path) -> None:
    texts = [f"text number {i}" for i in range(1201)]
    documents = [Document(PassageKind.MODEL, text) for text in texts]
    wanted = words_by_hand.embed(texts)
    vectors = embedded(tmp_path / "index", collection="exact")
    for start in range(0, len(documents), 500):
        vectors.add(documents[start : start + 500], wanted[start : start + 500])
    found = vectors.fetch([document.key for document in documents] + ["0" * 32])
    assert len(found) == len(documents)
    assert np.array_equal(np.stack([found[d.key] for d in documents]), wanted)


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory):
    """The address of a Chroma server on loopback that lives as long as these tests."""
    program = Path(sys.executable).with_name("chroma")
    if not program.exists() and not shutil.which("chroma"):
        pytest.skip("the chroma program is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma-server")
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | {"ANONYMIZED_TELEMETRY": "false"}, **quiet) as running:
        try:
            _wait_for(port, running)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if running.poll() is not None:
            break
        time.sleep(0.1)
    pytest.skip("the chroma program does not start here")


def test_a_server_serves_what_a_folder_serves(planted, open_index, words_by_hand, chroma_server, tmp_path) -> None:
    def found(index):
        return [(p.id, p.relevance) for p in index.on(history).search("Elm triangles", limit=50)]

    history = everything(planted)
    local = open_index(folder=tmp_path)
    remote = Index(words_by_hand, server(chroma_server, collection="served"), lock=tmp_path / "remote.lock")
    assert remote.refresh(everything(planted)) == local.refresh(everything(planted))
    assert found(remote) == found(local)
    other = Index(words_by_hand, server(chroma_server, collection="served"), lock=tmp_path / "remote.lock")
    words_by_hand.asked.clear()
    assert found(other) == found(local)
    assert words_by_hand.asked == ["Elm triangles"]
    for index in (remote, other):
        index.close()


def test_a_server_that_is_not_there_is_named(planted, words_by_hand, tmp_path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    index = Index(words_by_hand, server(f"http://127.0.0.1:{port}", collection="x"), lock=tmp_path / "lock")
    with pytest.raises(StoreError, match=f"127.0.0.1:{port} failed.*See that the server runs"):
        index.refresh(everything(planted))


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://", "http://host/path"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="http://HOST:PORT"):
        server(url, collection="x")
