"""The desk: answers questions for many clients at once, and enters every forecast in the ledger before it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING

from predictors.registry import DEFAULT
from records.access_key import AccessKey
from records.exclusion import NOTHING
from records.forecast import Forecast
from records.names.catalogue import Catalogue
from scorecast.fits import Fits
from scorecast.keys import find_key
from scorecast.pipeline import Pipeline, Reply
from scorecast.service.asked import Asked
from scorecast.service.crew import Crew
from scorecast.service.gathering import Gathering
from scorecast.service.metrics import Metrics
from scorecast.service.orders import Once, Order, Told, Write
from scorecast.service.rounds import Round
from scorecast.shared_fits import FitNeeded, Histories, Recent, Shared, Waiting
from scorecast.showing.reply_json import Json, as_json
from scorecast.workspace import Workspace, forecaster

if TYPE_CHECKING:
    from scorecast.agents.home import LazyIndex

__all__ = ["Clock", "Desk", "Once", "Told", "Write", "pairs_json", "told_json"]

Clock = Callable[[], dt.datetime]

MOST_TOGETHER = 64
"""Questions of one round: more make the first of them wait, and hardly any of them cheaper."""

MOST_WAITING = 1000
"""Orders that may wait for the next round."""


class Desk:
    """Forecasts from one workspace for many threads."""

    def __init__(self, workspace: Workspace, *, clock: Clock, metrics: Metrics, turn: Waiting = nullcontext) -> None:
        self.workspace, self.store, self.clock, self.metrics = workspace, workspace.store, clock, metrics
        self.crew = Crew()
        self.histories = Histories(self.store)
        fits = workspace.fits()
        shared = Shared(fits.of(forecaster(DEFAULT)), fitted=partial(self._fitted, fits), turn=turn)
        self._patient = replace(workspace.pipeline(), source=self.histories, predictor=shared)
        self._quick = replace(self._patient, source=self.histories.ready(), predictor=shared.ready())
        self._fitting: dict[FitNeeded, asyncio.Task[None]] = {}
        self._catalogues: Recent[Catalogue] = Recent(most=2)
        self._gathering = Gathering[Order, Told](
            self._quick_round, size=lambda order: len(order.asked), most=MOST_TOGETHER, room=MOST_WAITING
        )
        self.ready = False
        self.unfit = False

    @property
    def patient(self) -> Pipeline:
        """The pipeline that fits what has no fit in memory, shared by all threads."""
        return self._patient

    @cached_property
    def index(self) -> LazyIndex:
        """The search index of the store, opened by its first search."""
        from scorecast.agents.home import LazyIndex
        from scorecast.indexing import open_index

        workspace = self.workspace
        return LazyIndex(lambda: open_index(workspace.settings, workspace.store, busy=workspace.busy))

    def today(self) -> dt.date:
        """Return the day, in coordinated universal time."""
        return self.clock().date()

    def catalogue(self) -> Catalogue:
        """Return the names of everything the store knows, indexed once for all who ask."""
        revision = self.store.revision()
        found = self._catalogues.get(revision)
        return found or self._catalogues.put(revision, self.store.catalogue())

    async def find_key(self, secret: str) -> AccessKey | None:
        """Return the live key with this secret."""
        return await self.crew.looking.run(find_key, self.store, secret)

    async def prepare(self) -> None:
        """Fit what questions as of today need, so that the first of them need not wait."""
        await self._fit(FitNeeded(self.today(), NOTHING, strict_dates=False))
        self.ready = True

    async def answer(
        self, asked: Sequence[Asked], write: Write, *, user: str, owner: str, once: Once | None, seconds: float
    ) -> Told:
        """Answer questions, all of them or none.

        Args:
            asked: the questions.
            write: lays the answer out.
            user: under whose name the forecasts are entered.
            owner: whose idempotency keys count.
            once: how to know the request again.
            seconds: after which no further question is begun, since nobody waits any more.

        Raises:
            Refusal: the idempotency key was used for another request; too much is asked at once.
            ScorecastError: a question that makes no sense, or a store that failed; nothing was entered.
        """
        order = Order(asked, write, user=user, owner=owner, once=once, last=time.monotonic() + seconds)
        try:
            return await self._gathering.ask(order)
        except FitNeeded as needed:
            if len(asked) == 1:
                await self._fit(needed)
            else:
                return await self._answer_alone(order)
        try:
            return await self._gathering.ask(order)
        except FitNeeded:  # others pushed it out of memory meanwhile
            return await self._answer_alone(order)

    def close(self) -> None:
        """Let what has begun end, as far as that is soon."""
        self.crew.close()
        if "index" in self.__dict__:
            self.index.close()

    async def _fit(self, needed: FitNeeded) -> None:
        """Fit a history, once for all who need it; who is cancelled stops waiting."""
        fitting = self._fitting.get(needed)
        if fitting is None:
            work = self.crew.fitting.run(lambda: self._patient.predictor.fit(needed.history(self.histories)))
            fitting = self._fitting[needed] = asyncio.ensure_future(_done(work))
            fitting.add_done_callback(lambda done: (self._fitting.pop(needed), done.cancelled() or done.exception()))
        await asyncio.shield(fitting)

    async def _answer_alone(self, order: Order) -> Told:
        """Answer an order that needs fits of its own, behind others of its kind."""
        [outcome] = await self.crew.fitting.run(self._round, [order], self._patient)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _fitted(self, fits: Fits) -> None:
        fits.loaded.clear()  # the shared fits are kept by history, a bounded number of them
        self.metrics.fitted()

    async def _quick_round(self, orders: Sequence[Order]) -> list[Told | Exception]:
        return await self.crew.forecasting.run(self._round, orders, self._quick)

    def _round(self, orders: Sequence[Order], pipeline: Pipeline) -> list[Told | Exception]:
        outcomes = Round(pipeline, self.store.ledger, self.catalogue(), self.clock(), orders).answered()
        for order, told in zip(orders, outcomes, strict=True):
            if isinstance(told, Told) and told.new:
                self.metrics.forecast(issued=len(told.entered), abstained=len(order.asked) - len(told.entered))
        return outcomes


async def _done(work: Awaitable[object]) -> None:
    await work


def told_json(asked: Asked, reply: Reply) -> dict[str, Json]:
    """Return one reply with its place in the ledger; an abstention has none."""
    nowhere: dict[str, Json] = {"id": None, "issued_at": None}
    return nowhere | as_json(reply, threshold=asked.threshold)


def pairs_json(replies: Sequence[Reply]) -> list[Json]:
    """Return, for each two models, the probability that the first scores better, the two taken as independent."""
    stated = [(reply.question, reply.answer) for reply in replies]
    pairs: list[Json] = []
    for (first, one), (second, other) in combinations(stated, 2):
        if isinstance(one, Forecast) and isinstance(other, Forecast):
            above = one.distribution.probability_above(other.distribution)
            better = above if first.metric.higher_is_better else 1.0 - above
            told: dict[str, Json] = {"first": first.model.id, "second": second.model.id}
            pairs.append(told | {"probability_first_better": round(better, 4)})
    return pairs
