"""Replies kept on disk by the content of their requests, so that a rerun costs nothing.

One SQLite file. An entry holds the reply as JSON and its digest; one that does not match its digest is dropped and
asked anew. A file that is damaged is set aside and begun anew. When the replies grow past the limit, those that were
not used for the longest time go first.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from agent.access.completion import Body
from agent.access.writing import Writer, canonical
from records.errors import StoreError

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
  key TEXT PRIMARY KEY, reply TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON replies (used);
"""
TRANSPORT = frozenset({"stream", "stream_options"})
"""Fields of a request that cannot change what the model says."""
EVICT_TO = 0.9
"""When full, the cache is emptied to this share of its limit, so that not every write evicts."""
BUSY_SECONDS = 0.2
"""How long another program may hold the file before a call goes on without the cache."""


def key_of(body: Body, *, base_url: str, draw: int, writer: Writer | None = None) -> str:
    """Return the key of a request: a digest of the address, the request and the number of the draw; no secret."""
    asked = {name: value for name, value in body.items() if name not in TRANSPORT}
    return _digest(f"[{canonical(base_url)},{draw},{(writer or Writer()).canonical(asked)}]")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class ReplyCache:
    """Replies by key; safe to share among threads and processes."""

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        self._path, self._limit = path, limit_bytes
        self._lock = threading.Lock()
        self._room = 0
        """Bytes that may be added before the whole is measured again, which reads the whole file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._open()

    def get(self, key: str) -> JsonValue:
        """Return the reply of this key, or None."""
        return self._guarded(lambda: self._get(key), otherwise=None)

    def put(self, key: str, reply: JsonValue) -> bool:
        """Keep a reply; False where another program holds the file."""
        return self._guarded(lambda: self._put(key, json.dumps(reply, ensure_ascii=False)), otherwise=False)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _get(self, key: str) -> JsonValue:
        row = self._connection.execute("SELECT reply, digest FROM replies WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        if not isinstance(row[0], str) or _digest(row[0]) != row[1]:
            self._connection.execute("DELETE FROM replies WHERE key = ?", (key,))
            return None
        self._connection.execute("UPDATE replies SET used = (SELECT max(used) FROM replies) + 1 WHERE key = ?", (key,))
        reply: JsonValue = json.loads(row[0])
        return reply

    def _put(self, key: str, reply: str) -> bool:
        size = len(reply.encode())
        if size > self._limit:
            return True
        self._connection.execute(
            "INSERT OR REPLACE INTO replies SELECT ?, ?, ?, ?, coalesce(max(used), 0) + 1 FROM replies",
            (key, reply, _digest(reply), size),
        )
        self._room -= size
        if self._room < 0:
            self._make_room()
        return True

    def _make_room(self) -> None:
        if self._limit < (total := self._total()):
            keep = (
                "SELECT key FROM (SELECT key, sum(size) OVER (ORDER BY used DESC) AS newest FROM replies) "
                "WHERE newest <= ?"
            )
            self._connection.execute(f"DELETE FROM replies WHERE key NOT IN ({keep})", (int(self._limit * EVICT_TO),))  # noqa: S608
            total = self._total()
        self._room = self._limit - total

    def _total(self) -> int:
        (total,) = self._connection.execute("SELECT coalesce(sum(size), 0) FROM replies").fetchone()
        return int(total)

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.OperationalError as error:  # busy, or no right to write: no reason to set the file aside
            raise StoreError(
                f"The cache of replies {self._path} cannot be opened ({error}). Close other programs that use it, or "
                "name another folder in SCORECAST_HOME."
            ) from None
        except sqlite3.DatabaseError:
            self._set_aside()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(SCHEMA)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        with suppress(OSError):
            self._path.chmod(0o600)
        return connection

    def _set_aside(self) -> None:
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.replace(self._path.with_name(self._path.name + ".damaged"))

    def _guarded(self, work: Callable[[], T], *, otherwise: T) -> T:
        """Do some work; a busy file means no cache this time, and a damaged one is begun anew."""
        with self._lock:
            try:
                return work()
            except sqlite3.OperationalError:
                return otherwise
            except sqlite3.DatabaseError:
                self._connection.close()
                self._set_aside()
                self._connection = self._connected()
                return otherwise
