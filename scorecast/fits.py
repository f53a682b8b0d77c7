"""The cache of fits: what a predictor learned from a history, as plain arrays.

The key holds the predictor, the version of this program and the fingerprint of all that the history shows, so a
fit can never be met by a question that may know less; a day on which nothing was published costs no new fit. Where a
handful of records joined those of a kept fit, all of which the history shows too, a predictor that can take over from
it does (seconds instead of half a minute), or else from the starter fit that came with the program, by the same rule.
Files are ``.npz`` without objects: loading runs no code. A file that cannot be read is fitted anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from records.history import History
from records.metric import Floats
from records.stages import FittedPredictor, Predictor, Refitting, State
from scorecast.starter_fit.shipped import StarterFit

KEPT = 12
"""Fits kept on disk; the least recently used go first."""

SEEN = "records of the history"
"""Entry of a kept fit: hashes of the ids of the records that it learned from; none where it took over from another."""

Busy = Callable[[str], None]
"""Called with a sentence before work that takes seconds."""

Shipped = Callable[[str], StarterFit | None]
"""Gives the starter fit of a predictor by its name; None where there is none."""


@dataclass(frozen=True)
class Fits:
    """Fits of one version of the program, in memory and in a folder.

    Attributes:
        folder: where the files are; made when first needed.
        version: changes whenever a fit of the same records may turn out otherwise.
        busy: told before a fit that is not in the cache.
        handful: share of a history's records that may be new to a fit from which another takes over.
        shipped: gives the starter fits that came with the program.
    """

    folder: Path
    version: str
    busy: Busy = lambda _sentence: None
    handful: float = 0.01
    shipped: Shipped = lambda _name: None
    loaded: dict[str, FittedPredictor] = field(default_factory=dict)

    def fit(self, predictor: Predictor, history: History) -> FittedPredictor:
        """Return the predictor fitted on the history, from memory, from disk, or anew."""
        key = self._key(predictor, history)
        found = self.loaded.get(key)
        # The same records under another as-of date give the same fit, but each question brings its own barrier.
        if found is None or found.history.as_of != history.as_of or found.history.exclude != history.exclude:
            state = self._read(key)
            found = self._fit(predictor, history, key) if state is None else predictor.restore(history, state)
            self.loaded[key] = found
        return found

    def of(self, predictor: Predictor) -> Kept:
        """Return a predictor that is fitted through this cache."""
        return Kept(predictor, self)

    def _fit(self, predictor: Predictor, history: History, key: str) -> FittedPredictor:
        seen = _seen(history)
        earlier = self._earlier(predictor.name, seen) if isinstance(predictor, Refitting) else None
        if isinstance(predictor, Refitting) and earlier is not None:
            self.busy(f"Fitting {predictor.name} on {len(history):,} records, from a fit to nearly the same")
            fitted = predictor.refit(history, earlier)
            self._write(key, fitted.state())
            return fitted
        self.busy(f"Fitting {predictor.name} on {len(history):,} records (kept for next time)")
        fitted = predictor.fit(history)
        self._write(key, {**fitted.state(), SEEN: seen})
        return fitted

    def _earlier(self, name: str, seen: Floats) -> State | None:
        """Return the state of the fit to most records, all of which are seen now too, and nearly all that are."""
        best, most = None, (1.0 - self.handful) * len(seen)
        for path in sorted(self.folder.glob(f"{name}-{_short(self.version)}-*.npz")):
            state = _load(path)
            before = None if state is None else state.get(SEEN)
            if before is not None and len(before) >= most and np.isin(before, seen).all():
                best, most = state, len(before)
        return self._starter(name, seen) if best is None else best

    def _starter(self, name: str, seen: Floats) -> State | None:
        """Return the starter fit, where this very history shows all that it was learned from, and little more."""
        found = self.shipped(name)
        if found is None or found.version != self.version:
            return None
        if not (1.0 - self.handful) * len(seen) <= found.records <= len(seen):
            return None
        return found.state if np.isin(_hashed(found.ids()), seen).all() else None

    def _key(self, predictor: Predictor, history: History) -> str:
        told = f"{predictor.name} {self.version} {history.content_fingerprint}"
        return f"{predictor.name}-{_short(self.version)}-{_short(told)}"

    def _read(self, key: str) -> State | None:
        path = self.folder / f"{key}.npz"
        state = _load(path)
        if state is not None:
            path.touch()
        return state

    def _write(self, key: str, state: State) -> None:
        """Write whole or not at all; a disk that is full or read-only costs the next caller time, nothing else."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez_compressed(file, allow_pickle=False, **state)
                Path(temporary).replace(self.folder / f"{key}.npz")
            finally:
                Path(temporary).unlink(missing_ok=True)
            self._forget_oldest()
        except OSError:
            return

    def _forget_oldest(self) -> None:
        kept = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[KEPT:]:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Kept:
    """A predictor whose fits are kept; a ``records.stages.Predictor``."""

    predictor: Predictor
    fits: Fits

    @property
    def name(self) -> str:
        """What a user types."""
        return self.predictor.name

    def fit(self, history: History) -> FittedPredictor:
        """Return the fit from the cache, or anew.

        Raises:
            NotEnoughRecords: the history holds nothing that the predictor could learn from.
        """
        return self.fits.fit(self.predictor, history)

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        return self.predictor.restore(history, state)


def _seen(history: History) -> Floats:
    """Hashes of the ids of the records that a history shows."""
    return _hashed(history.records["id"].tolist())


def _hashed(ids: Sequence[str]) -> Floats:
    """Hashes of 53 bits each, which a float holds exactly."""
    return (pd.util.hash_array(np.array(ids, dtype=object)) >> np.uint64(11)).astype(np.float64)


def _short(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _load(path: Path) -> State | None:
    """Read a kept fit; None where there is none, or none that can be read."""
    try:
        # Opened here: NumPy leaves a file that it cannot read open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
