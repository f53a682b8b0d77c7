"""Lessons: how earlier forecasts on the same benchmark erred, as dated memory under the barrier.

A lesson is shown only where the history of the present question shows the outcome itself, and where the earlier
forecast was made without seeing any cell that is withheld now: its numbers could carry that score. Lessons are figures;
words of earlier conversations are never passed on, since they may quote anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from agent.remembered import Conversations, Remembered
from agent.resolving import outcome
from records.base import Value
from records.history import History
from records.question import Question

MOST = 6


class Lesson(Value):
    """What was forecast once, and what came out.

    Attributes:
        model: id of the model that was asked about.
        as_of: date of the forecast.
        median, low, high: what was stated, ``low`` to ``high`` being its central 80 %.
        outcome: what came out.
        published: when that became public.
    """

    model: str
    as_of: dt.date
    median: float
    low: float
    high: float
    outcome: float
    published: dt.date

    def __str__(self) -> str:
        """Tell the lesson on one line."""
        return (
            f"- as of {self.as_of}, {self.model}: median {self.median:.4g}, 80 % between {self.low:.4g} and "
            f"{self.high:.4g}; on {self.published} it came out at {self.outcome:.4g}"
        )


class Memory(Protocol):
    """Remembers what earlier forecasts came to."""

    def lessons(self, question: Question, history: History) -> tuple[Lesson, ...]:
        """Return lessons that the question may know, the latest outcome first."""
        ...


class NoMemory:
    """Remembers nothing."""

    def lessons(self, question: Question, history: History) -> tuple[Lesson, ...]:  # noqa: ARG002
        """Return no lesson."""
        return ()


@dataclass(frozen=True)
class PastForecasts:
    """Earlier forecasts of the agent, read when they are needed; a ``Memory``."""

    conversations: Conversations

    def lessons(self, question: Question, history: History) -> tuple[Lesson, ...]:
        """Return lessons that the question may know, the latest outcome first."""
        hidden = history.kinship.withheld(history.exclude.cells | {question.cell})
        found: dict[str, Lesson] = {}
        for one in self.conversations.all(benchmark=question.benchmark.id):
            if self._may_be_told(one, question) and not any(hidden(m, question.benchmark.id) for m in one.seen):
                lesson = _lesson(one, history)
                if lesson is not None:
                    found[one.question.id] = lesson
        latest = sorted(found.values(), key=lambda lesson: (lesson.published, lesson.model), reverse=True)
        return tuple(latest[:MOST])

    def _may_be_told(self, one: Remembered, question: Question) -> bool:
        return (
            one.question.benchmark.id == question.benchmark.id
            and one.question.as_of <= question.as_of
            and one.question.model.id != question.model.id
        )


def _lesson(one: Remembered, history: History) -> Lesson | None:
    came = outcome(one.question, history)
    if came is None or one.stated is None or came.published > history.as_of:
        return None
    low, high = one.stated.interval(80)
    return Lesson(
        model=one.question.model.id,
        as_of=one.question.as_of,
        median=one.stated.median,
        low=low,
        high=high,
        outcome=came.value,
        published=came.published,
    )
