"""The stages of a forecast as protocols, so that no stage needs to import another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from records.evidence import Evidence
from records.forecast import Answer
from records.history import Exclusion, History
from records.metric import Floats
from records.question import Question

State = Mapping[str, Floats]
"""What a fit learned, as named arrays: plain numbers that can be cached on disk without running code."""


class HistorySource(Protocol):
    """Where histories come from: the store, and nothing else."""

    def history(self, *, as_of: dt.date, exclude: Exclusion = ..., strict_dates: bool = False) -> History:
        """Return what a forecast of that date may know."""
        ...


class FittedPredictor(Protocol):
    """A predictor that has learned from one history; frozen."""

    @property
    def name(self) -> str:
        """What a user types."""
        ...

    @property
    def history(self) -> History:
        """The history it was fitted on."""
        ...

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Forecast all questions, in order; those it cannot answer get an ``Abstention`` with the reason.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
        """
        ...

    def state(self) -> State:
        """Return what the fit learned, enough for ``Predictor.restore`` on the same history."""
        ...


@runtime_checkable
class Predictor(Protocol):
    """Learns from history and forecasts without a language model."""

    @property
    def name(self) -> str:
        """What a user types."""
        ...

    def fit(self, history: History) -> FittedPredictor:
        """Learn from a history and return a new, frozen thing.

        Raises:
            NotEnoughRecords: the history holds nothing that this predictor could learn from.
        """
        ...

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        ...


@runtime_checkable
class Refitting(Predictor, Protocol):
    """A predictor that need not learn everything anew when some records join those that it has learned from."""

    def taken_over(self, state: State) -> State:
        """Return what ``refit`` takes over of the state of an earlier fit, which is all that it needs of it."""
        ...

    def refit(self, history: History, state: State) -> FittedPredictor:
        """Return a fit that takes over from an earlier one what a handful of records does not change.

        Args:
            history: that of the earlier fit with some records more.
            state: of the earlier fit, or what ``taken_over`` returns of it.

        Raises:
            NotEnoughRecords: the history holds nothing that this predictor could learn from.
        """
        ...


class Retriever(Protocol):
    """Finds evidence for a question, on the question's history only."""

    def evidence(self, question: Question, history: History, *, limit: int) -> tuple[Evidence, ...]:
        """Return at most ``limit`` pieces of evidence, the most relevant first."""
        ...


class Forecaster(Protocol):
    """Anything that answers questions with forecasts: a fitted predictor, the agent, a pool."""

    @property
    def name(self) -> str:
        """What a user types."""
        ...

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer all questions, in order."""
        ...


class FittedCalibrator(Protocol):
    """A recalibration learned from past forecasts and their outcomes; frozen."""

    def calibrate(self, quantiles: Floats, groups: Sequence[str]) -> Floats:
        """Recalibrate working-scale quantiles of shape ``(n, 99)``, each forecast in its group."""
        ...

    def state(self) -> State:
        """Return what was learned, enough for ``Calibrator.restore``."""
        ...


class Calibrator(Protocol):
    """Learns how far stated and observed frequencies are apart."""

    def fit(self, quantiles: Floats, outcomes: Floats, groups: Sequence[str]) -> FittedCalibrator:
        """Learn from working-scale quantiles ``(n, 99)``, outcomes ``(n,)`` and the group of each forecast."""
        ...

    def restore(self, state: State) -> FittedCalibrator:
        """Return what ``fit`` returned, from its state."""
        ...
