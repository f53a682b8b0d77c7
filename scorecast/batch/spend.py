"""What a job has spent, on disk before each call is sent: a killed run cannot make its next one spend too much.

One small file a job. Two slots are written in turn, each with a number and a digest, so that one of them is whole
whatever happens. What was held for calls when the run ended counts as spent: the provider may charge for it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from agent.access.spending import Amount, Spent
from records.base import Value
from records.errors import StoreError

SLOT = 1024
"""Bytes of a slot."""


class _Kept(Value):
    """What a slot says."""

    number: int
    spent: Spent
    held_tokens: int
    held_usd: float
    held_calls: int


class SpendJournal:
    """The file of one job; use it in a ``with`` block. Called under the lock of the budget that it watches."""

    def __init__(self, path: Path, *, known: Spent | None = None) -> None:
        """Open a journal; makes it if there is none.

        Args:
            path: of its file.
            known: what the store says was spent; it is behind this journal unless other machines worked on the job.

        Raises:
            StoreError: the file cannot be written.
        """
        self._path, self._known = path, known or Spent()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._file).st_size < 2 * SLOT:  # a disk that is full is met here, before any call
                os.pwrite(self._file, b" " * (2 * SLOT), 0)
        except OSError as error:
            raise StoreError(f"{path}: what a job spends cannot be kept ({error.strerror}).") from error
        kept = [found for slot in (0, 1) if (found := self._read(slot)) is not None]
        self._last = max(kept, key=lambda one: one.number, default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    @property
    def spent(self) -> Spent:
        """What earlier runs spent, what was held when they ended included."""
        last = self._last
        if last is None:
            return self._known
        lost = Spent(lost=last.held_calls, lost_tokens=last.held_tokens, lost_usd=last.held_usd)
        mine, theirs = dict(last.spent.plus(lost)), dict(self._known)
        return Spent.model_validate({name: max(mine[name], theirs[name]) for name in mine})

    def watch(self, spent: Spent, held: Amount) -> None:
        """Write down what is spent and held.

        Raises:
            StoreError: it cannot be written: no call may be sent.
        """
        number = 1 + (self._last.number if self._last else 0)
        self._last = _Kept(
            number=number, spent=spent, held_tokens=held.tokens, held_usd=max(0.0, held.usd), held_calls=held.calls
        )
        told = self._last.model_dump_json().encode()
        line = hashlib.sha256(told).hexdigest().encode() + b" " + told
        try:
            os.pwrite(self._file, line.ljust(SLOT), SLOT * (number % 2))
        except OSError as error:
            raise StoreError(f"{self._path}: what a job spends cannot be kept ({error.strerror}).") from error

    def _read(self, slot: int) -> _Kept | None:
        digest, _, told = os.pread(self._file, SLOT, SLOT * slot).rstrip().partition(b" ")
        if hashlib.sha256(told).hexdigest().encode() != digest:
            return None
        try:
            return _Kept.model_validate_json(told)
        except ValidationError:
            return None
