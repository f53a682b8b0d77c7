"""The desk: answers questions for many clients at once, and enters every forecast in the ledger before it is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import NamedTuple

from predictors.registry import DEFAULT
from records.access_key import AccessKey
from records.exclusion import Exclusion
from records.forecast import Forecast
from records.ledger import Issued
from records.names.catalogue import Catalogue
from records.question import Question
from records.receipt import Receipt
from records.stages import FittedPredictor
from scorecast.fits import Fits
from scorecast.http.asked import Asked
from scorecast.http.crew import Crew
from scorecast.http.fitting import FitNeeded, Histories, Recent, Shared
from scorecast.http.metrics import Metrics
from scorecast.http.problems import Problem
from scorecast.keys import find_key
from scorecast.pipeline import Pipeline, Reply
from scorecast.reply_json import Json, as_json
from scorecast.workspace import Workspace, forecaster

Clock = Callable[[], dt.datetime]
Write = Callable[[Sequence[Reply]], str]
"""From replies, each forecast with its entry in the ledger, to the body of an answer."""


class Told(NamedTuple):
    """An answer, and the ids of the forecasts that were entered for it; none when it was given before."""

    body: str
    entered: tuple[str, ...]


class Once(NamedTuple):
    """A request that its client may send again.

    Attributes:
        key: that the client chose.
        digest: SHA-256 of what is asked.
    """

    key: str
    digest: str

    @classmethod
    def of(cls, key: str, asked: str) -> Once:
        """Know a request by its key and content."""
        return cls(key, hashlib.sha256(asked.encode()).hexdigest())


class Desk:
    """Forecasts from one workspace for many threads."""

    def __init__(self, workspace: Workspace, *, clock: Clock, metrics: Metrics) -> None:
        self.workspace, self.store, self.clock, self.metrics = workspace, workspace.store, clock, metrics
        self.crew = Crew()
        self.histories = Histories(self.store)
        fits = workspace.fits()
        shared = Shared(fits.of(forecaster(DEFAULT)), fitted=partial(self._fitted, fits))
        self._patient = replace(workspace.pipeline(), source=self.histories, predictor=shared)
        self._quick = replace(self._patient, predictor=shared.ready())
        self._catalogues: Recent[Catalogue] = Recent(most=2)
        self._entering = threading.Lock()
        self.ready = False

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
        await self.crew.fitting.run(self._prepare)
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
            Problem: the idempotency key was used for another request; too much is asked at once.
            ScorecastError: a question that makes no sense, or a store that failed; nothing was entered.
        """
        last = time.monotonic() + seconds
        work = partial(self._answer, asked, write, user=user, owner=owner, once=once, last=last)
        try:
            return await self.crew.forecasting.run(work, self._quick)
        except FitNeeded:
            return await self.crew.fitting.run(work, self._patient)

    def close(self) -> None:
        """Finish what has begun."""
        self.crew.close()

    def _prepare(self) -> None:
        history = self.histories.history(as_of=self.today(), exclude=Exclusion())
        fitted: FittedPredictor = self._patient.predictor.fit(history)
        del fitted

    def _fitted(self, fits: Fits) -> None:
        fits.loaded.clear()  # the shared fits are kept by history, a bounded number of them
        self.metrics.fitted()

    def _answer(
        self,
        asked: Sequence[Asked],
        write: Write,
        pipeline: Pipeline,
        *,
        user: str,
        owner: str,
        once: Once | None,
        last: float,
    ) -> Told:
        earlier = self.store.ledger.receipt(owner, once.key) if once else None
        if earlier is not None and once is not None:
            return _again(earlier, once)
        catalogue = self.catalogue()
        questions = [one.question(catalogue, today=self.today()) for one in asked]
        replies = [self._reply(pipeline, *pair, last=last) for pair in zip(asked, questions, strict=True)]
        return self._enter(replies, write, user=user, owner=owner, once=once)

    def _reply(self, pipeline: Pipeline, asked: Asked, question: Question, *, last: float) -> Reply:
        if time.monotonic() > last:
            raise Problem(504, "time-limit", "There was no time to answer all questions; ask fewer at once.")
        return pipeline.forecast(
            question, strict_dates=asked.strict_dates, without_sources=frozenset(asked.without_sources)
        )

    def _enter(self, replies: Sequence[Reply], write: Write, *, user: str, owner: str, once: Once | None) -> Told:
        """Enter the forecasts in the ledger; only then there is an answer."""
        now = self.clock()
        told = [_with_entry(reply, now=now, user=user) for reply in replies]
        issued = [reply.issued for reply in told if reply.issued is not None]
        body = write(told)
        # Writers wait for each other in the database, but with pauses: here they queue.
        with self._entering:
            if once is None:
                self.store.ledger.issue([entry.forecast for entry in issued], issued_at=now, user=user)
            else:
                receipt = Receipt(owner=owner, key=once.key, digest=once.digest, answer=body, made_at=now)
                kept = self.store.ledger.issue_once(issued, receipt)
                if kept is not receipt:
                    return _again(kept, once)
        self.metrics.forecast(issued=len(issued), abstained=len(replies) - len(issued))
        return Told(body, tuple(entry.id for entry in issued))


def _again(receipt: Receipt, once: Once) -> Told:
    if receipt.digest != once.digest:
        detail = "This Idempotency-Key was used for another request; choose a new one for each."
        raise Problem(409, "idempotency-key-reused", detail)
    return Told(receipt.answer, ())


def _with_entry(reply: Reply, *, now: dt.datetime, user: str) -> Reply:
    """Return a reply with what is about to be entered; an abstention as it is."""
    if not isinstance(reply.answer, Forecast):
        return reply
    return replace(reply, issued=Issued.of(reply.answer, issued_at=now, user=user))


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
