"""The workers that hold the agent's conversations, as a plain class: what Ray makes actors of. They know no key."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from agent.predictor import FittedAgent
from agent.remembered import Remembered
from records.forecast import Answer
from records.question import Question
from scorecast.batch.cluster.relay import CONVERSATION, Relay, Reply, Wanted
from scorecast.batch.cluster.shipping import ShippedAgent
from scorecast.batch.sent.failed import Failed
from scorecast.batch.sent.worker import stood_on
from scorecast.code_version import code_version

KEPT: ContextVar[list[Remembered]] = ContextVar("kept")


class Deliberated(NamedTuple):
    """An answer of the agent, and what is to be kept of it."""

    answer: Answer
    conversations: Remembered | None


def keep(conversations: Remembered) -> None:
    """Hand conversations on with the answer that they belong to."""
    KEPT.get().append(conversations)


class AgentWorker:
    """Holds the agent's conversations, many at a time on one event loop."""

    def __init__(self) -> None:
        self._ground: ShippedAgent | None = None
        self._relay: Relay | None = None

    async def stand_on(self, ground: ShippedAgent) -> str:
        """Take what the next questions share; returns the version of the code that works here."""
        if self._relay is None:
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
        ground, kept = stood_on(self._ground), list[Remembered]()
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
