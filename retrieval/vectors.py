"""Vectors: kept in Chroma under the hash of the text that they stand for, embedded in a folder or on a server.

Chroma gets vectors, hashes, and what kind of thing each is of: no texts, no scores. It is asked for vectors by hash,
so that what a history does not show cannot come back. Nearest neighbours are then found exactly, among a few
thousand vectors, in less time than an approximate search with conditions takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import numpy as np

from records.errors import ScorecastError, StoreError, UsageError
from retrieval.documents import Document
from retrieval.embedding import Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

BATCH = 500
"""Vectors written or read at once."""

FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class VectorStore:
    """The vectors of one store in one embedding; opened when first used.

    Attributes:
        where: the folder or the address, as errors tell it.
        collection: name of the Chroma collection.
        remedy: what to do when it fails.
        connect: opens Chroma.
    """

    where: str
    collection: str
    remedy: str
    connect: Callable[[], ClientAPI]

    def fetch(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors that are there, by key."""
        found: dict[str, Vectors] = {}
        with self._told():
            for start in range(0, len(keys), BATCH):
                answer = self._chroma.get(ids=list(keys[start : start + BATCH]), include=["embeddings"])
                vectors = np.asarray(answer["embeddings"], dtype=np.float32)
                found.update(zip(answer["ids"], vectors, strict=True))
        return found

    def keys(self) -> set[str]:
        """Return the keys of all vectors."""
        with self._told():
            return set(self._chroma.get(include=[])["ids"])

    def count(self) -> int:
        """Return the number of vectors."""
        with self._told():
            return self._chroma.count()

    def add(self, documents: Sequence[Document], vectors: Vectors) -> None:
        """Write one batch, whole or not at all; writing it again changes nothing."""
        kinds: list[Mapping[str, str]] = [{"kind": document.kind.value} for document in documents]
        with self._told():
            self._chroma.upsert(ids=[d.key for d in documents], embeddings=vectors, metadatas=list(kinds))

    def drop(self, keys: Sequence[str]) -> None:
        """Delete some vectors."""
        with self._told():
            for start in range(0, len(keys), BATCH):
                self._chroma.delete(ids=list(keys[start : start + BATCH]))

    @property
    def fingerprint(self) -> str:
        """What the index was built from; empty when it was never finished."""
        with self._told():
            # Asked for anew: what a collection was opened with does not change when another program refreshes it.
            there = self._client.get_or_create_collection(self.collection, embedding_function=None)
            return str((there.metadata or {}).get(FINGERPRINT, ""))

    def finish(self, fingerprint: str) -> None:
        """Note what the index was built from."""
        with self._told():
            self._chroma.modify(metadata={FINGERPRINT: fingerprint})

    def close(self) -> None:
        """Close what was opened; a later use opens it again."""
        self.__dict__.pop("_chroma", None)
        client = self.__dict__.pop("_client", None)
        if client is None:
            return
        sessions = [*_sessions(client), *_sessions(getattr(client, "_admin_client", None))]
        client.close()
        for session in sessions:
            session.close()

    @cached_property
    def _client(self) -> ClientAPI:
        return self.connect()

    @cached_property
    def _chroma(self) -> Collection:
        return self._client.get_or_create_collection(self.collection, embedding_function=None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn Chroma's errors into ours."""
        try:
            yield
        except ScorecastError:
            raise
        except BaseException as error:  # a damaged folder makes Chroma panic, which is no Exception
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise StoreError(f"The index at {self.where} failed: {first[:300]}. {self.remedy}") from error


class _Session(Protocol):
    def close(self) -> None: ...


def _sessions(client: object) -> list[_Session]:
    """The connections of a client of a server, which it leaves open when it is closed (Chroma 1.x)."""
    session: _Session | None = getattr(getattr(client, "_server", None), "_session", None)
    return [session] if session is not None else []


def embedded(folder: Path, *, collection: str) -> VectorStore:
    """Return the vectors in a folder, which is made when first used."""

    def connect() -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))

    remedy = "It is made anew from the store: delete the folder and try again."
    return VectorStore(str(folder), collection, remedy, connect)


def server(url: str, *, collection: str) -> VectorStore:
    """Return the vectors on a Chroma server at ``http(s)://HOST[:PORT]``.

    Raises:
        UsageError: the address has not this form.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise UsageError(f"{url!r} is no address of a Chroma server; expected http://HOST:PORT.")
    secure = parts.scheme == "https"
    host, port = parts.hostname, parts.port or (443 if secure else 8000)

    def connect() -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        return chromadb.HttpClient(host=host, port=port, ssl=secure, settings=Settings(anonymized_telemetry=False))

    remedy = "See that the server runs and that the address is right."
    return VectorStore(f"{parts.scheme}://{host}:{port}", collection, remedy, connect)


class _Unkept(VectorStore):
    """Keeps no vectors: whoever wants one makes it anew."""

    def fetch(self, keys: Sequence[str]) -> dict[str, Vectors]:  # noqa: ARG002 - as its base has it
        """Return nothing."""
        return {}


def unkept() -> VectorStore:
    """Return a place that has no vectors, for a process that searches for a while and leaves nothing behind."""

    def connect() -> ClientAPI:
        raise StoreError("No vectors are kept in this process.")

    return _Unkept("this process", "none", "", connect)
