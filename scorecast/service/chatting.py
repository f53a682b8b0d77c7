"""Chatting at the desk: a conversation in, Markdown and forecasts out, each in the ledger before it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.errors import UsageError
from records.history import History
from records.ledger import Issued
from records.question import Question
from scorecast.chat.answering import Wanted, answer, complain, issued_before
from scorecast.chat.understanding.conversation import Said
from scorecast.chat.understanding.spotting import Names
from scorecast.pipeline import Reply
from scorecast.service.asked import Asked
from scorecast.service.caller import Caller
from scorecast.service.deliberating import Deliberating, Leaving
from scorecast.service.desk import Desk, told_json
from scorecast.service.orders import Write
from scorecast.service.refusal import Refusal, Why
from scorecast.shared_fits import Recent
from scorecast.showing.reply_json import Json, written

if TYPE_CHECKING:
    from agent.meaning import Message, StatedQuestion
    from scorecast.agents.reading import ModelReader

READINGS = 512
"""Messages whose reading by the language model is remembered."""


class _HelpNeeded(Exception):  # noqa: N818 - no error: a message that another lane takes
    """A message that the language model has not read yet, as far as this process knows.

    Attributes:
        last: whether it is the one that waits for an answer, so that the model is asked.
    """

    def __init__(self, *, last: bool) -> None:
        super().__init__()
        self.last = last


@dataclass(frozen=True)
class _AtOnce:
    """What the language model has read before; for who has no time to ask it."""

    reader: ModelReader

    @property
    def name(self) -> str:
        return self.reader.name

    def read(self, message: Message, *, last: bool) -> StatedQuestion:
        known = self.reader.remembered(message)
        if known is None:
            raise _HelpNeeded(last=last)
        return known


@dataclass(frozen=True)
class Answered:
    """What a message is answered with.

    Attributes:
        text: Markdown.
        forecasts: as ``POST /v1/forecasts`` tells them.
        entered: ids of the forecasts that were entered in the ledger.
    """

    text: str
    forecasts: Sequence[Json] = ()
    entered: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Shelf:
    """What is at hand for one caller; a ``scorecast.chat.answering.Shelf``."""

    desk: Desk
    names: Names
    user: str

    @property
    def today(self) -> dt.date:
        return self.desk.today()

    def history(self, as_of: dt.date) -> History:
        return self.desk.histories.history(as_of=as_of)

    def issued(self, question: Question) -> Issued | None:
        return issued_before(self.desk.store, question, user=self.user)


class Chatting:
    """Answers conversations for many clients; keeps nothing of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._names: Recent[Names] = Recent(most=2)
        self._readings: Recent[StatedQuestion] = Recent(most=READINGS)
        self._deliberating = Deliberating(desk)

    async def answer(
        self,
        messages: Sequence[Said],
        *,
        caller: Caller,
        agent: bool,
        seconds: float,
        leaving: Leaving,
        status: Callable[[str], None] = lambda _sentence: None,
    ) -> Answered:
        """Answer the last message.

        Args:
            messages: the conversation.
            caller: under whose name forecasts are entered.
            agent: whether the language model looks into it as well.
            seconds: after which nobody waits any more.
            leaving: is told when the client has left.
            status: told what is being done.

        Raises:
            Refusal: too much is asked at once, or there was no time.
            ScorecastError: the store failed, or nothing can be forecast from it.
        """
        shelf = await self.desk.crew.looking.run(self._shelf, caller)
        wanted = await self._understood(messages, shelf, leaving, status)
        if isinstance(wanted, str):
            return Answered(wanted)
        status(wanted.busy)
        asked = [_asked(question, wanted.threshold) for question in wanted.questions]
        write = _writer(wanted, asked)
        try:
            if agent:
                told = await self._deliberating.answer(
                    asked, write, user=caller.name, owner=caller.id, seconds=seconds, leaving=leaving
                )
            else:
                told = await self.desk.answer(
                    asked, leaving.writing(write), user=caller.name, owner=caller.id, once=None, seconds=seconds
                )
        except UsageError as error:
            return Answered(complain(error))
        body = json.loads(told.body)
        return Answered(body["text"], body["forecasts"], told.entered)

    async def _understood(
        self, messages: Sequence[Said], shelf: _Shelf, leaving: Leaving, status: Callable[[str], None]
    ) -> str | Wanted:
        """Understand the last message: at once where names and memory do, else with the language model in its lane."""
        crew = self.desk.crew
        reader = await crew.looking.run(self._reader, leaving)
        if reader is None:
            return await crew.looking.run(answer, messages, shelf)
        try:
            return await crew.looking.run(answer, messages, shelf, _AtOnce(reader))
        except _HelpNeeded as needed:
            if needed.last:
                status(f"Asking {reader.name} what is meant")
        try:
            return await crew.deliberating.run(answer, messages, shelf, reader)
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, leaving.leave)
            raise
        except Refusal as refusal:
            if refusal.why is not Why.BUSY:
                raise
            return await crew.looking.run(answer, messages, shelf)

    def _reader(self, leaving: Leaving) -> ModelReader | None:
        from scorecast.agents.reading import model_reader

        return model_reader(self.desk.workspace.settings, memory=self._readings, opened=leaving.endpoint)

    def _shelf(self, caller: Caller) -> _Shelf:
        catalogue = self.desk.catalogue()
        # The names keep their catalogue, so that its id is given to no other while they are kept.
        names = self._names.get(id(catalogue)) or self._names.put(id(catalogue), Names(catalogue))
        return _Shelf(self.desk, names, caller.name)


def _asked(question: Question, threshold: float | None) -> Asked:
    """Return a question as ``POST /v1/forecasts`` takes it, so that both are answered alike."""
    return Asked(
        model=question.model.id,
        benchmark=question.benchmark.id,
        setting=question.setting,
        as_of=question.as_of,
        withhold=not question.cell_known,
        threshold=threshold,
    )


def _writer(wanted: Wanted, asked: Sequence[Asked]) -> Write:
    """Lay out words and forecasts together."""

    def write(replies: Sequence[Reply]) -> str:
        told: list[Json] = [told_json(*one) for one in zip(asked, replies, strict=True)]
        return written({"text": wanted.tell(replies), "forecasts": told})

    return write
