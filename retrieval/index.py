"""The index: opens searches on histories, and keeps the vectors of what the store knows.

It is derived state and never in the way: a vector that it does not hold is embedded when it is needed. ``refresh``
fills it, in batches, and goes on where it was killed, since what is there already is known by its hash. It needs no
copy of the barrier: a history asks for the vectors of its own texts, and has no other texts.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from records.errors import StoreError
from records.history import History
from retrieval.documents import EDITION
from retrieval.embedding import Embedding, Vectors
from retrieval.ranking import Likeness, Meaning, Words
from retrieval.search import HistorySearch
from retrieval.shelves import Shelf, Shelves
from retrieval.vectors import BATCH, VectorStore
from retrieval.visible import Visible

HISTORIES = 4
"""Histories whose searches are kept at hand, each with its word statistics and vectors."""

PATIENCE = 60.0
"""Seconds after which somebody who waits for another's refresh is told so."""

Progress = Callable[[int, int], None]
"""Called with the number of documents embedded and the number to embed."""


class Refreshed(NamedTuple):
    """What a refresh did, in documents."""

    added: int
    dropped: int
    kept: int


class Index:
    """Implements ``records.search.SearchIndex``. Safe to use from several threads."""

    def __init__(
        self,
        embedding: Embedding,
        vectors: VectorStore,
        *,
        lock: Path,
        patience: float = PATIENCE,
        batch: int = BATCH,
    ) -> None:
        """Open nothing yet.

        Args:
            embedding: turns texts into vectors.
            vectors: where they are kept.
            lock: file that the one writer holds.
            patience: seconds to wait for another program that refreshes the same index.
            batch: documents embedded and written at once.
        """
        self._embedding, self._vectors, self._lock = embedding, vectors, lock
        self._patience, self._batch = patience, batch
        self._known: dict[str, Vectors] = {}
        self._searches = lru_cache(maxsize=HISTORIES)(self._open)
        self._queries = lru_cache(maxsize=256)(self._embed_query)
        self._shelves = Shelves()
        self._matrices = lru_cache(maxsize=3 * HISTORIES)(self._matrix)
        self._likenesses = lru_cache(maxsize=HISTORIES)(self._likeness)

    def on(self, history: History) -> HistorySearch:
        """Return a search that sees this history and nothing else."""
        return self._searches(history)

    def refresh(self, history: History, *, progress: Progress = lambda _done, _all: None) -> Refreshed:
        """Bring the index in line with a store, of which ``history`` shows all there is.

        Nothing is embedded that is there already; what the store no longer says is dropped.

        Raises:
            StoreError: it cannot be written, or another program has been writing it for long.
            UsageError: the embedding lacks a package or a key.
            DataError: the provider of the embedding failed.
        """
        on = self._shelves.of(Visible(history))
        documents = {d.key: d for shelf in (on.models, on.benchmarks, on.settings) for d in shelf.documents}
        fingerprint = self._fingerprint(documents)
        with _one_writer(self._lock, patience=self._patience):
            if self._vectors.fingerprint == fingerprint and self._vectors.count() == len(documents):
                return Refreshed(0, 0, len(documents))
            there = self._vectors.keys()
            missing = [document for key, document in documents.items() if key not in there]
            for start in range(0, len(missing), self._batch):
                progress(start, len(missing))
                batch = missing[start : start + self._batch]
                self._vectors.add(batch, self._embedding.embed([document.text for document in batch]))
            progress(len(missing), len(missing))
            stale = sorted(there - documents.keys())
            self._vectors.drop(stale)
            self._vectors.finish(fingerprint)
        return Refreshed(len(missing), len(stale), len(documents) - len(missing))

    def close(self) -> None:
        """Close the connection to the vectors; what is in memory stays, and a later use connects again."""
        self._vectors.close()

    def words(self, visible: Visible) -> Words:
        """Return the words of everything visible; statistics are of these texts alone."""
        return Words(visible, self._shelves.of(visible))

    def meaning(self, visible: Visible) -> Meaning:
        """Return the vectors of everything visible."""
        on = self._shelves.of(visible)
        models, benchmarks, settings = (self._matrices(shelf) for shelf in (on.models, on.benchmarks, on.settings))
        likeness = self._likenesses(on.models, on.benchmarks, on.settings)
        return Meaning(visible, models, benchmarks, settings, likeness)

    def query(self, text: str) -> Vectors:
        """Return the vector of a query."""
        return self._queries(text)

    def _open(self, history: History) -> HistorySearch:
        return HistorySearch(history, self, Visible(history))

    def _embed_query(self, text: str) -> Vectors:
        query: Vectors = self._embedding.embed([text])[0]
        return query

    def _matrix(self, shelf: Shelf) -> Vectors:
        """Return the vectors of a shelf: from memory, else from the index, else embedded now."""
        if not shelf.documents:
            return np.zeros((0, len(self.query("nothing"))), dtype=np.float32)
        if missing := [key for key in shelf.keys if key not in self._known]:
            self._known.update(self._vectors.fetch(missing))
        unknown = {d.key: d.text for d in shelf.documents if d.key not in self._known}
        if unknown:
            vectors: Iterable[Vectors] = iter(self._embedding.embed(list(unknown.values())))
            self._known.update(zip(unknown, vectors, strict=True))
        return np.stack([self._known[key] for key in shelf.keys])

    def _likeness(self, models: Shelf, benchmarks: Shelf, settings: Shelf) -> Likeness:
        return Likeness.of(*map(self._matrices, (models, benchmarks, settings)))

    def _fingerprint(self, keys: Iterable[str]) -> str:
        told = f"{EDITION} {self._embedding.name} {sorted(keys)}"
        return hashlib.sha256(told.encode()).hexdigest()[:20]


@contextmanager
def _one_writer(lock: Path, *, patience: float) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends: SQLite's, on every system."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(lock, timeout=patience, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"The lock of the index, {lock}, cannot be held: {error}. If another program is building the index, "
            "wait until it is done; else see that the file may be written."
        ) from error
