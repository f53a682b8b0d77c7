"""Deliberating: orders that the language model looks into as well, in threads of their own.

They take minutes where statistics take milliseconds, so they never stand in the way of those: the statistics are
fitted as for everybody, and the same round forecasts and enters, with the agent in place of the statistics alone.
A client that leaves closes its endpoint: what is under way with the language model is given up, nothing is entered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from scorecast.pipeline import Reply
from scorecast.service.orders import Order, Told
from scorecast.service.refusal import left
from scorecast.service.rounds import Round

if TYPE_CHECKING:
    from agent.access.endpoint import Endpoint
    from agent.remembered import Remembered
    from scorecast.agents.home import LazyIndex
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

    def hear(self, remembered: Remembered) -> None:
        """Hear what the language model said."""
        self._told.append(remembered)

    def heard(self, replies: Sequence[Reply]) -> list[Reply]:
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

    async def answer(self, order: Order, leaving: Leaving) -> Told:
        """Answer an order, all of it or none.

        Raises:
            Refusal: too many wait already, the client left, or there was no time.
            ScorecastError: a question that makes no sense, or a store that failed; nothing was entered.
        """
        return await self._desk.crew.deliberating.run(self._answer, order, leaving)

    def _answer(self, order: Order, leaving: Leaving) -> Told:
        from scorecast.agents.home import AgentHome, AgentOptions, open_endpoint

        desk, home = self._desk, AgentHome.of(self._desk.workspace.settings)
        statistics = desk.patient.predictor
        agent = home.agent(AgentOptions(), statistics=statistics, index=self._index, heard=leaving.hear)
        agent = replace(agent, endpoint=partial(leaving.endpoint, partial(open_endpoint, home.access)))
        pipeline = replace(desk.patient, predictor=agent)
        [outcome] = Round(pipeline, desk.store.ledger, desk.catalogue(), desk.clock(), [order]).answered()
        if isinstance(outcome, Exception):
            raise outcome
        desk.metrics.forecast(issued=len(outcome.entered), abstained=len(order.asked) - len(outcome.entered))
        return outcome

    @cached_property
    def _index(self) -> LazyIndex:
        from scorecast.agents.home import LazyIndex
        from scorecast.indexing import open_index

        workspace = self._desk.workspace
        return LazyIndex(lambda: open_index(workspace.settings, workspace.store, busy=workspace.busy))
