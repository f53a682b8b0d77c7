"""A piece of a run: the answers to some questions of one fold, with what they were allowed to see.

On disk a piece is the SHA-256 of what follows, then a NumPy archive without objects: the quantiles, and the rest as
JSON. Loading runs no code, and a piece that is cut off, flipped or of another shape is no piece.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, ValidationError

from eval.memory import Memory
from records.base import Value
from records.errors import DataError
from records.history import History
from records.metric import Floats

_DIGEST = hashlib.sha256().digest_size


class Seen(Value):
    """What the barrier let a forecast see."""

    as_of: dt.date
    strict_dates: bool
    history: str
    """Fingerprint of the history."""
    records: int
    """Number of visible records."""
    record_ids: str
    """Hash of the ids of the visible records, 20 hexadecimal digits."""
    refused: dict[str, int] = Field(default_factory=dict)
    """Number of records withheld, by reason."""

    @classmethod
    def of(cls, history: History) -> Self:
        """Note what a history shows."""
        return cls(
            as_of=history.as_of,
            strict_dates=history.strict_dates,
            history=history.fingerprint,
            records=len(history),
            record_ids=hashlib.sha256(" ".join(sorted(history.records["id"])).encode()).hexdigest()[:20],
            refused=dict(history.refused),
        )


class FittedOn(Value):
    """The history that a forecaster says it was fitted on."""

    history: str
    as_of: dt.date

    @classmethod
    def of(cls, answering: object) -> Self | None:
        """Ask what answers; None where it keeps no history."""
        history = getattr(answering, "history", None)
        return cls(history=history.fingerprint, as_of=history.as_of) if isinstance(history, History) else None


class Note(Value):
    """What is kept of one answer beside its quantiles; ``level`` and ``shown`` as in ``eval.judged.COLUMNS``."""

    question: str
    level: str
    shown: int
    status: Literal["answered", "abstained", "failed"]
    reason: str = ""
    cited: tuple[str, ...] = ()
    """Ids of the records that the answer gives as evidence."""
    histories: tuple[str, ...] = ()
    """Fingerprints of the histories that the answer says it was made from."""
    repairs: tuple[str, ...] = ()
    memory: Memory = Memory()


class _Told(Value):
    seen: Seen
    fitted_on: FittedOn | None
    notes: tuple[Note, ...]
    fit_seconds: float
    forecast_seconds: float


@dataclass(frozen=True, eq=False)
class Piece:
    """The answers of one forecaster to some questions of one fold.

    Attributes:
        seen: what the answers were allowed to see.
        fitted_on: what the forecaster says it was fitted on, where it says so.
        notes: one a question.
        quantiles: shape ``(n, 99)``, NaN where nothing is stated.
        fit_seconds: spent on the fit; 0 where an earlier piece of the fold tells it.
        forecast_seconds: spent on answering.
    """

    seen: Seen
    fitted_on: FittedOn | None
    notes: Sequence[Note]
    quantiles: Floats
    fit_seconds: float
    forecast_seconds: float

    def to_bytes(self) -> bytes:
        """Return the piece as it is saved."""
        told = _Told(
            seen=self.seen,
            fitted_on=self.fitted_on,
            notes=tuple(self.notes),
            fit_seconds=self.fit_seconds,
            forecast_seconds=self.forecast_seconds,
        )
        buffer = io.BytesIO()
        text = np.frombuffer(told.model_dump_json().encode(), dtype=np.uint8)
        np.savez(buffer, allow_pickle=False, quantiles=self.quantiles, told=text)
        body = buffer.getvalue()
        return hashlib.sha256(body).digest() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a saved piece.

        Raises:
            DataError: it is not what was saved.
        """
        body = data[_DIGEST:]
        if hashlib.sha256(body).digest() != data[:_DIGEST]:
            raise DataError("a piece of a run is damaged")
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as stored:
                quantiles, told = stored["quantiles"], _Told.model_validate_json(stored["told"].tobytes())
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, ValidationError) as error:
            raise DataError("a piece of a run is of another kind than this program writes") from error
        if quantiles.shape != (len(told.notes), 99):
            raise DataError(f"a piece of {len(told.notes)} answers has quantiles of shape {quantiles.shape}")
        return cls(told.seen, told.fitted_on, told.notes, quantiles, told.fit_seconds, told.forecast_seconds)
