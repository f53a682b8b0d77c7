"""Rounds: the orders of several clients answered in one go, each as if it had been alone.

Questions to one history are forecast by one call, and all entries go into the ledger in one transaction. What is
wrong with one order is told to its client only: where a call fails for several, each half is tried by itself. Who asks
the same under the same name in the same round is told the same entry.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from records.errors import ScorecastError
from records.forecast import Answer, Forecast
from records.history import History
from records.ledger import Issued
from records.names.catalogue import Catalogue
from records.question import Question
from records.receipt import Receipt
from records.reports import reports
from records.stages import FittedPredictor
from records.store.ledger import Ledger
from scorecast.pipeline import Pipeline, Reply
from scorecast.service.orders import Order, Told
from scorecast.service.refusal import Refusal, Why

Known = tuple[object, ...]
"""What decides which history a question may know."""


class _Place(NamedTuple):
    """A question's place in a round: of which order, and which of its questions."""

    order: int
    number: int


@dataclass
class Round:
    """One round, from questions to answers; used once.

    Attributes:
        pipeline: forecasts.
        ledger: takes the forecasts.
        catalogue: knows the names.
        moment: at which all forecasts of this round are issued.
        orders: what is wanted.
    """

    pipeline: Pipeline
    ledger: Ledger
    catalogue: Catalogue
    moment: dt.datetime
    orders: Sequence[Order]
    _outcomes: dict[int, Told | Exception] = field(default_factory=dict)
    _replies: dict[_Place, Reply] = field(default_factory=dict)

    def answered(self) -> list[Told | Exception]:
        """Return the outcome of each order; who is told an answer has its forecasts in the ledger."""
        questions = {place: question for i in range(len(self.orders)) for place, question in self._questions(i)}
        groups: defaultdict[Known, list[tuple[_Place, Question]]] = defaultdict(list)
        for place, question in questions.items():
            groups[self._known(place, question)].append((place, question))
        for group in groups.values():
            self._forecast(group)
        self._enter()
        return [self._outcomes[i] for i in range(len(self.orders))]

    def _questions(self, i: int) -> Iterator[tuple[_Place, Question]]:
        order = self.orders[i]
        try:
            earlier = self.ledger.receipt(order.owner, order.once.key) if order.once else None
            if earlier is not None and order.once is not None:
                self._outcomes[i] = order.once.again(earlier)
                return
            asked = [one.question(self.catalogue, today=self.moment.date()) for one in order.asked]
        except Exception as error:  # noqa: BLE001 - the client is told
            self._outcomes[i] = error
            return
        yield from ((_Place(i, number), question) for number, question in enumerate(asked))

    def _known(self, place: _Place, question: Question) -> Known:
        asked = self.orders[place.order].asked[place.number]
        cell = None if question.cell_known else question.cell
        return question.as_of, cell, asked.strict_dates, frozenset(asked.without_sources)

    def _forecast(self, group: Sequence[tuple[_Place, Question]]) -> None:
        """Forecast all questions of one history."""
        now = time.monotonic()
        for place, _ in group:
            if now > self.orders[place.order].last:
                self._fail(place, Refusal(Why.LATE, "There was no time to answer all; ask fewer at once."))
        waiting = [one for one in group if one[0].order not in self._outcomes]
        if not waiting:
            return
        try:
            self._answer(waiting)
        except Exception as error:  # noqa: BLE001 - one bad question must not spoil the others
            if len(waiting) == 1:
                self._fail(waiting[0][0], error)
                return
            half = len(waiting) // 2  # a single bad one is found in few calls, each of which costs as much as a round
            self._forecast(waiting[:half])
            self._forecast(waiting[half:])

    def _answer(self, group: Sequence[tuple[_Place, Question]]) -> None:
        started = time.perf_counter()
        history, fitted = self._fitted(*group[0])
        answers = fitted.forecast([question for _, question in group])
        seconds = (time.perf_counter() - started) / len(group)
        told = [self._reply(answer, history, seconds=seconds) for answer in answers]
        self._replies |= {place: reply for (place, _), reply in zip(group, told, strict=True)}

    def _fitted(self, place: _Place, question: Question) -> tuple[History, FittedPredictor]:
        asked = self.orders[place.order].asked[place.number]
        history = self.pipeline.history(
            question, strict_dates=asked.strict_dates, without_sources=frozenset(asked.without_sources)
        )
        return history, self.pipeline.predictor.fit(history)

    def _reply(self, answer: Answer, history: History, *, seconds: float) -> Reply:
        answer = self.pipeline.completed(answer, history, seconds=round(seconds, 4))
        return Reply(
            answer=answer,
            already_reported=reports(history, answer.question) if answer.question.cell_known else (),
            withheld=history.refused.get("withheld cell or sibling", 0),
        )

    def _fail(self, place: _Place, error: Exception) -> None:
        self._outcomes.setdefault(place.order, error)

    def _enter(self) -> None:
        """Enter the forecasts in the ledger; only then there are answers."""
        laid_out = {i: found for i in range(len(self.orders)) if (found := self._laid_out(i))}
        if not laid_out:
            return
        try:
            kept = self.ledger.issue_together([(found.entries, found.receipt) for found in laid_out.values()])
        except ScorecastError as error:
            self._enter_apart(laid_out, error)
            return
        for (i, found), receipt in zip(laid_out.items(), kept, strict=True):
            self._settle(i, found, receipt)

    def _enter_apart(self, laid_out: dict[int, _LaidOut], error: ScorecastError) -> None:
        """Enter order by order: perhaps only one of them cannot be entered."""
        for i, found in laid_out.items():
            try:
                if len(laid_out) == 1:
                    raise error
                [receipt] = self.ledger.issue_together([(found.entries, found.receipt)])
            except ScorecastError as own:
                self._outcomes[i] = own
            else:
                self._settle(i, found, receipt)

    def _laid_out(self, i: int) -> _LaidOut | None:
        """Lay one answer out; None where the order has its outcome already."""
        if i in self._outcomes:
            return None
        order = self.orders[i]
        try:
            replies = [self._issued(self._replies[_Place(i, number)], order) for number in range(len(order.asked))]
            body = order.write(replies)
        except Exception as error:  # noqa: BLE001 - the client is told
            self._outcomes[i] = error
            return None
        receipt = None
        if order.once is not None:
            receipt = Receipt(
                owner=order.owner, key=order.once.key, digest=order.once.digest, answer=body, made_at=self.moment
            )
        return _LaidOut(body, tuple(reply.issued for reply in replies if reply.issued), receipt)

    def _issued(self, reply: Reply, order: Order) -> Reply:
        """Return a reply with what is about to be entered; an abstention as it is."""
        if not isinstance(reply.answer, Forecast):
            return reply
        return replace(reply, issued=Issued.of(reply.answer, issued_at=self.moment, user=order.user))

    def _settle(self, i: int, found: _LaidOut, kept: Receipt | None) -> None:
        once = self.orders[i].once
        if kept is found.receipt or kept is None or once is None:
            self._outcomes[i] = Told(found.body, tuple(entry.id for entry in found.entries))
            return
        try:
            self._outcomes[i] = once.again(kept)
        except Refusal as refusal:
            self._outcomes[i] = refusal


class _LaidOut(NamedTuple):
    """An answer that waits for its entries to be made."""

    body: str
    entries: tuple[Issued, ...]
    receipt: Receipt | None
