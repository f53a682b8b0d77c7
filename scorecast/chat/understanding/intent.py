"""Intents: what one message of a conversation asks for, and what later messages may leave unsaid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from records.benchmark import Benchmark
from records.model import Model
from records.setting import Setting

MOST_CONTENDERS = 10
"""Models that are compared at once."""

MOST_QUESTIONS = 12
"""Forecasts that one message may ask for."""


class Kind(StrEnum):
    """What is wanted."""

    FORECAST = "forecast"
    COMPARE = "compare"
    WHY = "why"
    """The components of the forecast that was asked for last."""
    EVIDENCE = "evidence"
    """The evidence of the forecast that was asked for last."""
    KNOWN = "known"
    """Reported scores of a model, on a benchmark, or of both together."""
    BEST = "best"
    """The best reported scores on a benchmark."""
    DESCRIBE = "describe"
    HELP = "help"
    COURTESY = "courtesy"
    RESET = "reset"
    UNCLEAR = "unclear"
    """A name that is unknown or could be several things: the nearest are on offer."""
    INCOMPLETE = "incomplete"
    """No model or no benchmark is named, and none was before."""
    IMPOSSIBLE = "impossible"
    """Understood, but it cannot be: a date to come, a threshold out of bounds, too many questions at once."""
    OTHER = "other"
    """Nothing that is understood."""


class What(StrEnum):
    """What a name should have named."""

    MODEL = "model"
    BENCHMARK = "benchmark"
    EITHER = "model or benchmark"


@dataclass(frozen=True)
class Unclear:
    """A name that names nothing, or several things.

    Attributes:
        what: should be named.
        name: as it stands in the message.
        start: where it begins in the message.
        end: where it ends.
        candidates: ids that it may mean, the nearest first.
        ambiguous: whether it is the exact spelling of each of them.
    """

    what: What
    name: str
    start: int
    end: int
    candidates: tuple[str, ...]
    ambiguous: bool = False


@dataclass(frozen=True)
class Topic:
    """What is talked about: the part of an intent that the next message may leave unsaid.

    Attributes:
        models: one, or several to compare, as they were named.
        benchmarks: as they were named.
        setting: what is told of the setting.
        threshold: a score to reach, in the unit of the metric.
        as_of: the as-of date; None for today.
        withhold: whether to forecast as if the score had not been reported.
    """

    models: tuple[Model, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    setting: Setting = field(default_factory=Setting)
    threshold: float | None = None
    as_of: dt.date | None = None
    withhold: bool = False

    @property
    def complete(self) -> bool:
        """Whether it makes a question."""
        return bool(self.models and self.benchmarks)

    @property
    def cells(self) -> list[tuple[Model, Benchmark]]:
        """Every model on every benchmark."""
        return [(model, benchmark) for benchmark in self.benchmarks for model in self.models]


@dataclass(frozen=True)
class Intent:
    """What one message asks for.

    Attributes:
        kind: what is wanted.
        topic: of what.
        unclear: the name that was not understood.
        complaint: why it cannot be answered as asked, a whole sentence; empty where it can.
        again: whether the message before asked for a forecast of the same cells.
        read_by: the language model that read the message; empty where matching names was enough.
    """

    kind: Kind
    topic: Topic = field(default_factory=Topic)
    unclear: Unclear | None = None
    complaint: str = ""
    again: bool = False
    read_by: str = ""
