"""Indexing: the search index of the user's store, opened from the settings.

Only what searches opens it: a statistical forecast never waits for it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from records.stages import HistorySource
from retrieval.embedding import embedding
from retrieval.index import Index, Progress
from retrieval.vectors import embedded, server
from scorecast.settings import Settings

EVER = dt.date.max
"""The index covers all that the store holds; what a question may see of it is decided by its history."""


def open_index(
    settings: Settings,
    source: HistorySource,
    *,
    busy: Callable[[str], None] = lambda _sentence: None,
    progress: Progress = lambda _done, _all: None,
) -> Index:
    """Open the index of a store, brought up to date.

    Args:
        settings: say where the vectors are, and which embedding makes them.
        source: the store.
        busy: told before texts are embedded.
        progress: told after each batch of texts.

    Raises:
        UsageError: a setting that cannot be read, or a package or key that the embedding lacks.
        StoreError: the index cannot be written.
        DataError: the provider of the embedding failed.
    """

    def told(done: int, everything: int) -> None:
        if done == 0 and everything:
            busy(f"Embedding {everything:,} texts with {chosen.name}")
        progress(done, everything)

    chosen = embedding(settings.embeddings)
    collection = collection_of(settings)
    address = settings.chroma_url
    vectors = server(address, collection=collection) if address else embedded(settings.index, collection=collection)
    index = Index(chosen, vectors, lock=settings.home / "index.lock")
    index.refresh(source.history(as_of=EVER), progress=told)
    return index


def collection_of(settings: Settings) -> str:
    """Return the name under which the vectors of a store are kept."""
    return f"scorecast-{_short(settings.database_url)}-{_short(embedding(settings.embeddings).name)}"


def _short(name: str) -> str:
    """Tell stores and embeddings apart in the name of a collection, which may not hold every character."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
