"""Answering: from an intent to words, or to the questions whose forecasts are still to be made.

Nothing here forecasts. Who holds the pipeline makes the forecasts, enters them in the ledger, and hands them to
``Wanted.tell``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from records.errors import UsageError
from records.history import History
from records.ledger import Issued, Selection
from records.names.catalogue import Catalogue
from records.question import Question
from records.store import Store
from scorecast.chat.replies import asking_back, forecasts, grounds, looking_up
from scorecast.chat.replies.markdown import blocks, plain
from scorecast.chat.understanding.conversation import Said, understand
from scorecast.chat.understanding.helping import Reader
from scorecast.chat.understanding.intent import Intent, Kind, Topic
from scorecast.chat.understanding.reading import LONGEST
from scorecast.chat.understanding.spotting import Names
from scorecast.pipeline import Reply
from scorecast.questions.planned import at_effort

LOOKED_BACK = 20
"""Entries of the ledger in which an issued forecast is looked for."""


class Shelf(Protocol):
    """What is at hand while a message is read."""

    @property
    def names(self) -> Names:
        """All that are known."""
        ...

    @property
    def today(self) -> dt.date:
        """The day."""
        ...

    def history(self, as_of: dt.date) -> History:
        """Return what was public on a day."""
        ...

    def issued(self, question: Question) -> Issued | None:
        """Return the newest entry of the asker's that answers exactly this question."""
        ...


@dataclass(frozen=True)
class Wanted:
    """Forecasts that are to be made.

    Attributes:
        questions: in the order in which they are asked.
        threshold: a score to reach.
        busy: a sentence for who waits.
        tell: from the replies, each with its entry in the ledger, to words.
    """

    questions: tuple[Question, ...]
    threshold: float | None
    busy: str
    tell: Callable[[Sequence[Reply]], str]


def answer(messages: Sequence[Said], shelf: Shelf, reader: Reader | None = None) -> str | Wanted:
    """Answer the last message of a conversation in Markdown, or say which forecasts that takes.

    Args:
        messages: the conversation.
        shelf: what is at hand.
        reader: helps with messages that matching names cannot read.
    """
    last = next((one.content for one in reversed(messages) if one.role == "user"), "")
    if len(last) > LONGEST:
        return f"That is too long for a question: please ask in at most {LONGEST:,} characters."
    intent = understand(messages, shelf.names, today=shelf.today, reader=reader)
    try:
        return _with_reading(intent, _answer(intent, shelf))
    except UsageError as error:
        return complain(error)


def _with_reading(intent: Intent, answered: str | Wanted) -> str | Wanted:
    """Say how a language model read the message, before everything else."""
    if not intent.read_by:
        return answered
    note = asking_back.read_as(intent)
    if isinstance(answered, str):
        return blocks(note, answered)
    return replace(answered, tell=lambda replies: blocks(note, answered.tell(replies)))


def complain(error: UsageError) -> str:
    """Tell what is wrong with a question."""
    return plain(str(error), longest=600)


def issued_before(store: Store, question: Question, *, user: str) -> Issued | None:
    """Return the newest entry of a user's that answers exactly this question, among the last few of its cell."""
    wanted = Selection(model=question.model.id, benchmark=question.benchmark.id, user=user)
    entries = store.ledger.entries(wanted, limit=LOOKED_BACK)
    return next((one for one in entries if one.user == user and one.forecast.question == question), None)


def _answer(intent: Intent, shelf: Shelf) -> str | Wanted:
    spoken = {
        Kind.HELP: asking_back.HELP,
        Kind.COURTESY: asking_back.COURTESY,
        Kind.RESET: asking_back.RESET,
        Kind.OTHER: asking_back.OTHER,
    }
    looked_up = {Kind.KNOWN: looking_up.known, Kind.BEST: looking_up.best, Kind.DESCRIBE: looking_up.describe}
    topic = intent.topic
    if intent.kind in spoken:
        return spoken[intent.kind]
    if intent.kind in looked_up:
        return looked_up[intent.kind](topic, shelf.history(topic.as_of or shelf.today))
    if intent.unclear is not None:
        return asking_back.unclear(intent.unclear, shelf.names)
    if intent.kind is Kind.INCOMPLETE:
        return asking_back.incomplete(topic)
    return asking_back.complaint(intent) if intent.complaint else _forecasts(intent, shelf)


def _forecasts(intent: Intent, shelf: Shelf) -> str | Wanted:
    catalogue, topic = shelf.names.catalogue, intent.topic
    questions = tuple(_questions(topic, catalogue, shelf.today))
    tell = _teller(intent, catalogue)
    if intent.kind in {Kind.WHY, Kind.EVIDENCE}:
        entries = [shelf.issued(question) for question in questions]
        replies = [Reply(answer=one.forecast, issued=one) for one in entries if one is not None]
        if len(replies) == len(questions):
            return tell(replies)
    named = ", ".join(f"{one.model.name} on {one.benchmark.name}" for one in questions[:2])
    more = f" and {len(questions) - 2} more" if len(questions) > 2 else ""
    return Wanted(questions, topic.threshold, f"Forecasting {named}{more}", tell)


def _questions(topic: Topic, catalogue: Catalogue, today: dt.date) -> list[Question]:
    found = {}
    for model, benchmark in topic.cells:
        question = Question(
            model=at_effort(catalogue, model, topic.setting.effort),
            benchmark=benchmark,
            setting=topic.setting,
            as_of=topic.as_of or today,
            cell_known=not topic.withhold,
        )
        found[question.id] = question
    return list(found.values())


def _teller(intent: Intent, catalogue: Catalogue) -> Callable[[Sequence[Reply]], str]:
    def tell(replies: Sequence[Reply]) -> str:
        if intent.kind is Kind.WHY:
            return grounds.why(replies)
        if intent.kind is Kind.EVIDENCE:
            return grounds.evidence(replies, catalogue=catalogue)
        threshold = intent.topic.threshold
        return forecasts.forecasts(replies, threshold=threshold, catalogue=catalogue, again=intent.again)

    return tell
