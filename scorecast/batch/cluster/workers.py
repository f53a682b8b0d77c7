"""The workers of a cluster, as plain classes: what Ray makes actors of. They know no store, no key and no budget."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import NamedTuple

from agent.predictor import FittedAgent
from agent.remembered import Remembered
from predictors.parallel import one_core
from records.errors import ScorecastError
from records.forecast import Answer
from records.question import Question
from scorecast.batch.cluster.relay import CONVERSATION, Failed, Relay, Reply, Wanted
from scorecast.batch.cluster.shipping import Shipped
from scorecast.code_version import code_version

KEPT: ContextVar[list[Remembered]] = ContextVar("kept")


class Deliberated(NamedTuple):
    """An answer of the agent, and what is to be kept of it."""

    answer: Answer
    conversations: Remembered | None


def keep(conversations: Remembered) -> None:
    """Hand conversations on with the answer that they belong to."""
    KEPT.get().append(conversations)


class StatisticsWorker:
    """Answers chunks of questions by statistics."""

    def __init__(self) -> None:
        self._ground: Shipped | None = None

    def stand_on(self, ground: Shipped) -> str:
        """Take what the next questions share; returns the version of the code that works here."""
        self._ground = ground
        return code_version()

    def answer(self, questions: Sequence[Question]) -> list[Answer] | Failed:
        """Answer some questions, with evidence."""
        ground = _stood_on(self._ground)
        try:
            with one_core():
                answers = ground.fitted.forecast(questions)
        except ScorecastError as error:
            return Failed.of(error)
        return [ground.citing.cited(answer, ground.history) for answer in answers]


class AgentWorker:
    """Holds the agent's conversations, many at a time on one event loop."""

    def __init__(self) -> None:
        self._ground: Shipped | None = None
        self._relay: Relay | None = None

    async def stand_on(self, ground: Shipped) -> str:
        """Take what the next questions share; returns the version of the code that works here."""
        if self._relay is None and ground.terms is not None:
            self._relay = Relay(ground.terms)
        self._ground = ground
        return code_version()

    async def answer(self, number: int, question: Question, told: Answer) -> Deliberated:
        """Answer one question, with evidence.

        Args:
            number: tells its calls from those of other questions.
            question: to be answered.
            told: what the statistics say.
        """
        ground, kept = _stood_on(self._ground), list[Remembered]()
        CONVERSATION.set(number)
        KEPT.set(kept)
        fitted = ground.fitted
        if not isinstance(fitted, FittedAgent):
            raise TypeError(f"expected the agent; found {fitted.name}")
        answer = await fitted.answer(question, told, self._line)
        return Deliberated(ground.citing.cited(answer, ground.history), kept[0] if kept else None)

    async def wanted(self) -> list[Wanted]:
        """Wait for calls that are to be made."""
        return await self._line.wanted()

    async def give(self, call: int, reply: Reply | Failed) -> None:
        """Take what came of a call."""
        self._line.give(call, reply)

    @property
    def _line(self) -> Relay:
        if self._relay is None:
            raise LookupError("this worker was given no language model")
        return self._relay


def _stood_on(ground: Shipped | None) -> Shipped:
    if ground is None:
        raise LookupError("this worker was given no history")
    return ground
