"""Siblings: what the workers of one service share, in a folder that lives as long as the service.

Everything is kept so that the sudden end of a worker, even in the middle of a change, holds up nobody: locks are those
of the operating system, which opens them when their holder dies, and files are replaced whole.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from records.errors import ScorecastError
from scorecast.service.rate import Left, taken

SLOTS = 4096
"""Keys whose requests are counted; a service has a handful."""

_SLOT = struct.Struct("<8sdd")


class Turn:
    """A lock between processes; free again when its holder ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        with self._path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class SharedRates:
    """What is left for each key, counted once for all workers; as ``rate.Rates`` otherwise."""

    def __init__(self, folder: Path) -> None:
        path = folder / "rates"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, SLOTS * _SLOT.size)
        self._slots = mmap.mmap(self._file, SLOTS * _SLOT.size)

    def wait(self, key: str, *, per_minute: int, moment: float) -> float:
        """Take one request from a key's bucket.

        Args:
            key: whose; a live key of the store, so that nobody can make this grow.
            per_minute: requests that it may make in a minute.
            moment: of the machine's clock that never goes back, in seconds; the same for all processes.

        Returns:
            0, or the whole seconds after which a request will be let through.
        """
        name = key.encode()[:8].ljust(8, b"\0")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            place, earlier = self._find(name)
            left, seconds = taken(earlier, per_minute=per_minute, moment=moment)
            _SLOT.pack_into(self._slots, place, name, *left)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return seconds

    def _find(self, name: bytes) -> tuple[int, Left | None]:
        first = zlib.crc32(name) % SLOTS
        for step in range(SLOTS):
            place = (first + step) % SLOTS * _SLOT.size
            found, left, last = _SLOT.unpack_from(self._slots, place)
            if found == name:
                return place, Left(left, last)
            if not any(found):
                return place, None
        raise ScorecastError(f"More than {SLOTS:,} keys ask this service: revoke those that nobody needs.")


def tell(folder: Path, counts: object) -> None:
    """Leave this worker's counts for its siblings; the file outlives the worker, since counts never fall."""
    path = folder / f"counts-{os.getpid()}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(counts), encoding="utf-8")
    fresh.replace(path)


def told(folder: Path) -> list[tuple[bool, dict[str, Any]]]:
    """Return what the other workers left, and for each whether it is still alive."""
    own = f"counts-{os.getpid()}.json"
    paths = [path for path in sorted(folder.glob("counts-*.json")) if path.name != own]
    return [(_alive(int(path.stem[7:])), json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
