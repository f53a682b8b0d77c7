"""Fits for many at once: each history is read and fitted once.

``Histories`` keeps the last few histories as they are, so that equal requests share one object. ``Shared`` keeps
the fit of each of them.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from records.exclusion import NOTHING, Exclusion
from records.history import History
from records.stages import FittedPredictor, HistorySource, Predictor, State

if TYPE_CHECKING:
    from records.store import Store

KEPT = 6
"""Histories, with their fits, that are kept in memory; each takes tens of megabytes."""

T = TypeVar("T")

Waiting = Callable[[], AbstractContextManager[None]]
"""Waits for one's turn among the processes of a service, and has it."""


class FitNeeded(Exception):  # noqa: N818 - no error: the sign that an answer takes longer
    """A history has no fit in memory. Two that need the same history are equal."""

    def __init__(self, as_of: dt.date, exclude: Exclusion, *, strict_dates: bool) -> None:
        super().__init__(as_of, exclude, strict_dates)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FitNeeded) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)

    def history(self, source: HistorySource) -> History:
        """Return the history that is to be fitted."""
        as_of, exclude, strict_dates = self.args
        return source.history(as_of=as_of, exclude=exclude, strict_dates=strict_dates)


class Recent(Generic[T]):
    """The last few things that were asked for, by key. Safe to use from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under a key, and keep it longer."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, thing: T) -> T:
        """Keep a thing unless one is there already; returns the one that is kept."""
        with self._lock:
            kept = self._kept.setdefault(key, thing)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept


@dataclass(frozen=True)
class Histories:
    """Histories of a store, each made once; a ``records.stages.HistorySource``.

    The key holds everything that decides what a history shows, the state of the store included: none can cross an
    as-of date, an exclusion or an import.
    """

    store: Store
    recent: Recent[History] = field(default_factory=Recent)
    patient: bool = True

    def ready(self) -> Histories:
        """Return the same histories for who has no time: it refuses to make one."""
        return replace(self, patient=False)

    def history(self, *, as_of: dt.date, exclude: Exclusion = NOTHING, strict_dates: bool = False) -> History:
        """Return what a forecast of that date may know.

        Raises:
            StoreError: the store cannot be read.
            FitNeeded: it would have to be made, and there is no time for that.
        """
        key = (self.store.revision(), as_of, exclude, strict_dates)
        found = self.recent.get(key)
        if found is None and not self.patient:
            raise FitNeeded(as_of, exclude, strict_dates=strict_dates)
        if found is None:
            made = self.store.history(as_of=as_of, exclude=exclude, strict_dates=strict_dates)
            found = self.recent.put(key, made)
        return found


class Shared:
    """A predictor whose fits are shared by all threads."""

    def __init__(
        self, predictor: Predictor, *, fitted: Callable[[], None] = lambda: None, turn: Waiting = nullcontext
    ) -> None:
        self._predictor, self._told, self._turn = predictor, fitted, turn
        self._recent: Recent[tuple[History, FittedPredictor]] = Recent()
        self._fitting = threading.Lock()

    def ready(self) -> Ready:
        """Return the same predictor for who has no time: it refuses to fit."""
        return Ready(self)

    @property
    def name(self) -> str:
        """What a user types."""
        return self._predictor.name

    def fit(self, history: History) -> FittedPredictor:
        """Return the fit of a history, made by whoever asks first while the others wait.

        Raises:
            NotEnoughRecords: the history holds nothing that the predictor could learn from.
        """
        with self._fitting:
            found = self.at_hand(history)
            if found is None:
                with self._turn():  # what another process fits meanwhile is read from disk afterwards
                    found = self._predictor.fit(history)
                self._recent.put(id(history), (history, found))
                self._told()
        return found

    def at_hand(self, history: History) -> FittedPredictor | None:
        """Return the fit of a history where it is in memory."""
        # Kept beside its fit, a history lives as long as this: its id is given to no other.
        found = self._recent.get(id(history))
        return None if found is None else found[1]

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        return self._predictor.restore(history, state)


@dataclass(frozen=True)
class Ready:
    """A predictor that answers from memory or not at all."""

    shared: Shared

    @property
    def name(self) -> str:
        """What a user types."""
        return self.shared.name

    def fit(self, history: History) -> FittedPredictor:
        """Return the fit of a history.

        Raises:
            FitNeeded: it is not in memory.
        """
        found = self.shared.at_hand(history)
        if found is None:
            raise FitNeeded(history.as_of, history.exclude, strict_dates=history.strict_dates)
        return found

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        return self.shared.restore(history, state)
