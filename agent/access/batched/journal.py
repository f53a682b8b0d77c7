"""The journal of a job's batches at the provider: one file, appended to and synced before and after every step.

A batch is ``gathered`` (its requests are named, nothing is sent), ``uploaded`` (its file has an id, and a batch may
have been made of it), ``made`` (it has an id of its own) and ``closed`` (its replies are in the cache, or there will be
none). Whoever opens the journal next knows from the last line of each what may be on its way. Requests are named by
the keys of the cache of replies and what they may cost; nothing that was asked, and no secret, is in it.

Each line is one JSON object: ``{"number": 1, "step": "made", "id": "batch_1"}``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from pydantic import Field, ValidationError

from agent.access.spending import Amount
from records.base import Value
from records.errors import StoreError


class Step(StrEnum):
    """How far a batch is, as far as this program knows."""

    GATHERED = "gathered"
    UPLOADED = "uploaded"
    MADE = "made"
    CLOSED = "closed"


class Named(NamedTuple):
    """A request: its key, the tokens and US dollars that it may take, its length in bytes."""

    key: str
    tokens: int
    usd: float
    size: int

    @property
    def worst(self) -> Amount:
        """What it may take."""
        return Amount(tokens=self.tokens, usd=self.usd)


class _Line(Value):
    """One step of one batch."""

    number: int = Field(ge=1)
    step: Step
    id: str = ""
    requests: tuple[Named, ...] = ()


class Kept(Value):
    """What the journal knows of a batch that is not closed.

    Attributes:
        number: counts the batches of a job, from 1.
        step: the last one.
        file_id, batch_id: the provider's; empty before it gave them.
        requests: what is in it.
    """

    number: int
    step: Step
    file_id: str = ""
    batch_id: str = ""
    requests: tuple[Named, ...] = ()


class BatchJournal:
    """The batches of one job; use it in a ``with`` block, or close it."""

    def __init__(self, path: Path) -> None:
        """Open a journal; makes it if there is none.

        Raises:
            StoreError: it cannot be written.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            lines, whole = _whole_lines(path)
            os.ftruncate(self._file, whole)  # half a line that a crash left behind
        except OSError as error:
            raise self._failed(error) from error
        self._kept, self._whole = _open_batches(lines), whole
        self._last = max((line.number for line in lines), default=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @property
    def open_batches(self) -> tuple[Kept, ...]:
        """What is not closed, the oldest first."""
        return tuple(self._kept.values())

    def gathered(self, requests: Sequence[Named]) -> int:
        """Begin a batch and return its number.

        Raises:
            StoreError: it cannot be written: nothing may be sent. As all others here.
        """
        self._last += 1
        self._write(_Line(number=self._last, step=Step.GATHERED, requests=tuple(requests)))
        return self._last

    def uploaded(self, number: int, file_id: str) -> None:
        """Keep the id of a file of requests, before a batch is made of it."""
        self._write(_Line(number=number, step=Step.UPLOADED, id=file_id))

    def made(self, number: int, batch_id: str) -> None:
        """Keep the id of a batch."""
        self._write(_Line(number=number, step=Step.MADE, id=batch_id))

    def closed(self, number: int) -> None:
        """Keep that nothing more will come of a batch."""
        self._write(_Line(number=number, step=Step.CLOSED))

    def _write(self, line: _Line) -> None:
        data = left = line.model_dump_json(exclude_defaults=True).encode() + b"\n"
        try:
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._whole)  # what is appended later must not follow half a line
            raise self._failed(error) from error
        self._whole += len(data)
        _take(self._kept, line)

    def _failed(self, error: OSError) -> StoreError:
        return StoreError(f"{self._path}: the batches of a job cannot be kept ({error.strerror}).")


def read_journal(path: Path) -> tuple[Kept, ...]:
    """Return the batches of a journal that are not closed, while another process may write it; none without a file."""
    if not path.is_file():
        return ()
    return tuple(_open_batches(_whole_lines(path)[0]).values())


def _whole_lines(path: Path) -> tuple[list[_Line], int]:
    """Read the lines up to the first that is not whole, and tell where that is."""
    lines, whole = [], 0
    for row in path.read_bytes().splitlines(keepends=True):
        try:
            lines.append(_Line.model_validate_json(row if row.endswith(b"\n") else b""))
        except ValidationError:
            break
        whole += len(row)
    return lines, whole


def _open_batches(lines: Iterable[_Line]) -> dict[int, Kept]:
    kept: dict[int, Kept] = {}
    for line in lines:
        _take(kept, line)
    return kept


def _take(kept: dict[int, Kept], line: _Line) -> None:
    """Take one step of one batch."""
    if line.step is Step.GATHERED:
        kept[line.number] = Kept(number=line.number, step=line.step, requests=line.requests)
    elif line.step is Step.CLOSED:
        kept.pop(line.number, None)
    elif (before := kept.get(line.number)) is not None:
        name = "file_id" if line.step is Step.UPLOADED else "batch_id"
        kept[line.number] = before.model_copy(update={"step": line.step, name: line.id})
