"""Fits for many at once: each history is read and fitted once, and forecasts that meet are made together.

``Histories`` keeps the last few histories as they are, so that equal requests share one object. ``Shared`` keeps
the fit of each of them. ``Gathered`` collects the questions that arrive while a forecast is made, and asks them all
at once: predictors are vectorised, and 20 questions take little longer than one.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from records.exclusion import NOTHING, Exclusion
from records.forecast import Answer
from records.history import History
from records.question import Question
from records.stages import FittedPredictor, Predictor, State
from records.store import Store

KEPT = 6
"""Histories, with their fits, that are kept in memory; each takes tens of megabytes."""

T = TypeVar("T")


class FitNeeded(Exception):  # noqa: N818 - no error: the sign that an answer takes longer
    """The history has no fit in memory."""


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

    def history(self, *, as_of: dt.date, exclude: Exclusion = NOTHING, strict_dates: bool = False) -> History:
        """Return what a forecast of that date may know.

        Raises:
            StoreError: the store cannot be read.
        """
        key = (self.store.revision(), as_of, exclude, strict_dates)
        found = self.recent.get(key)
        if found is None:
            made = self.store.history(as_of=as_of, exclude=exclude, strict_dates=strict_dates)
            found = self.recent.put(key, made)
        return found


class Gathered:
    """A fit that answers questions of many threads together; a ``records.stages.FittedPredictor``."""

    def __init__(self, fitted: FittedPredictor) -> None:
        self._fitted = fitted
        self._lock, self._one_at_a_time = threading.Lock(), threading.Lock()
        self._waiting: list[_Asked] = []

    @property
    def name(self) -> str:
        """What a user types."""
        return self._fitted.name

    @property
    def history(self) -> History:
        """The history it was fitted on."""
        return self._fitted.history

    def state(self) -> State:
        """Return what the fit learned."""
        return self._fitted.state()

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Forecast all questions, with those that other threads ask meanwhile.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
        """
        asked = _Asked(questions)
        with self._lock:
            self._waiting.append(asked)
        with self._one_at_a_time:
            if not asked.done:
                with self._lock:
                    together, self._waiting = self._waiting, []
                self._answer(together)
        return asked.result()

    def _answer(self, together: Sequence[_Asked]) -> None:
        try:
            answers = self._fitted.forecast([question for asked in together for question in asked.questions])
        except Exception as error:  # noqa: BLE001 - each asker gets its own error
            if len(together) == 1:
                together[0].settle([], error)
                return
            for asked in together:  # one bad question must not spoil the others
                self._answer([asked])
            return
        for asked in together:
            asked.settle(answers[: len(asked.questions)], None)
            answers = answers[len(asked.questions) :]


class _Asked:
    """Questions of one thread, and what came of them."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions, self.done = questions, False
        self._answers: list[Answer] = []
        self._error: Exception | None = None

    def settle(self, answers: list[Answer], error: Exception | None) -> None:
        self._answers, self._error, self.done = answers, error, True

    def result(self) -> list[Answer]:
        if self._error is not None:
            raise self._error
        return self._answers


class Shared:
    """A predictor whose fits are shared by all threads."""

    def __init__(self, predictor: Predictor, *, fitted: Callable[[], None] = lambda: None) -> None:
        self._predictor, self._told = predictor, fitted
        self._recent: Recent[tuple[History, Gathered]] = Recent()
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
                found = Gathered(self._predictor.fit(history))
                self._recent.put(id(history), (history, found))
                self._told()
        return found

    def at_hand(self, history: History) -> Gathered | None:
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
            raise FitNeeded
        return found

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        return self.shared.restore(history, state)
