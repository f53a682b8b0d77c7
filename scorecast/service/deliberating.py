"""Deliberating: orders that the language model looks into as well, in threads of their own.

They take minutes where statistics take milliseconds, so they never stand in the way of those: the statistics are
fitted as for everybody, and the same round forecasts and enters, with the agent in place of the statistics alone.
A client that leaves closes its endpoint: what is under way with the language model is given up, nothing is entered.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from scorecast.pipeline import Reply
from scorecast.service.asked import Asked
from scorecast.service.orders import Order, Told, Write
from scorecast.service.refusal import left
from scorecast.service.rounds import Round

if TYPE_CHECKING:
    from agent.access.endpoint import Endpoint
    from agent.remembered import Remembered
    from scorecast.service.desk import Desk


class Leaving:
    """Whether the client of one request has left, and what is to be given up then. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock, self._gone = threading.Lock(), False
        self._giving_up: list[Callable[[], None]] = []
        self._told: list[Remembered] = []

    def leave(self) -> None:
        """Give up what is under way; a second time does nothing."""
        with self._lock:
            self._gone, giving_up, self._giving_up = True, self._giving_up, []
        for give_up in giving_up:
            give_up()

    def check(self) -> None:
        """Make sure that somebody still waits.

        Raises:
            Refusal: nobody does.
        """
        if self._gone:
            raise left()

    def writing(self, write: Write) -> Write:
        """Lay an answer out with what the language model said; nothing is entered for a client that has left."""

        def heard(replies: Sequence[Reply]) -> str:
            self.check()
            return write(self._heard(replies))

        return heard

    def hear(self, remembered: Remembered) -> None:
        """Hear what the language model said."""
        self._told.append(remembered)

    def _heard(self, replies: Sequence[Reply]) -> list[Reply]:
        """Put what the language model said of each question onto its reply."""
        said = {one.question.id: one.opinions for one in self._told}
        return [replace(reply, opinions=said.get(reply.question.id, ())) for reply in replies]

    @contextmanager
    def endpoint(self, opened: Callable[[], Endpoint]) -> Iterator[Endpoint]:
        """Open an endpoint that is closed when the client leaves."""
        self.check()
        with opened() as endpoint:
            with self._lock:
                self._giving_up.append(endpoint.close)
            try:
                yield endpoint
            finally:
                with self._lock:
                    if endpoint.close in self._giving_up:
                        self._giving_up.remove(endpoint.close)


class Deliberating:
    """Answers orders with the language model beside the statistics."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def answer(
        self, asked: Sequence[Asked], write: Write, *, user: str, owner: str, seconds: float, leaving: Leaving
    ) -> Told:
        """Answer questions, all of them or none; who stops waiting gives up what is under way.

        Args:
            asked: the questions.
            write: lays the answer out; what the language model said is on the replies.
            user: under whose name the forecasts are entered.
            owner: whose key it was.
            seconds: after which no further question is begun, since nobody waits any more.
            leaving: is told when the client has left.

        Raises:
            Refusal: too many wait already, the client left, or there was no time.
            ScorecastError: a question that makes no sense, or a store that failed; nothing was entered.
        """
        last = time.monotonic() + seconds
        order = Order(asked, leaving.writing(write), user=user, owner=owner, once=None, last=last)
        try:
            return await self._desk.crew.deliberating.run(self._answer, order, leaving)
        except asyncio.CancelledError:
            # Nobody waits any more. Closing a connection takes a moment: not in the event loop.
            asyncio.get_running_loop().run_in_executor(None, leaving.leave)
            raise

    def _answer(self, order: Order, leaving: Leaving) -> Told:
        from scorecast.agents.home import AgentHome, AgentOptions, open_endpoint

        desk, home = self._desk, AgentHome.of(self._desk.workspace.settings)
        statistics = desk.patient.predictor
        agent = home.agent(AgentOptions(), statistics=statistics, index=desk.index, heard=leaving.hear)
        agent = replace(agent, endpoint=partial(leaving.endpoint, partial(open_endpoint, home.access)))
        pipeline = replace(desk.patient, predictor=agent)
        [outcome] = Round(pipeline, desk.store.ledger, desk.catalogue(), desk.clock(), [order]).answered()
        if isinstance(outcome, Exception):
            raise outcome
        desk.metrics.forecast(issued=len(outcome.entered), abstained=len(order.asked) - len(outcome.entered))
        return outcome
