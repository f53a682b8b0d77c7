"""A conversation on the user's own store, as the terminal holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from records.errors import UsageError
from records.history import History
from records.ledger import Issued
from records.question import Question
from scorecast.chat.answering import answer, complain, issued_before
from scorecast.chat.understanding.conversation import REMEMBERED, Said
from scorecast.chat.understanding.helping import Reader
from scorecast.chat.understanding.spotting import Names
from scorecast.ledger.issuing import issued
from scorecast.pipeline import Pipeline, Reply
from scorecast.workspace import Workspace


class Conversation:
    """Remembers what the user said; a ``scorecast.chat.answering.Shelf``."""

    def __init__(
        self,
        workspace: Workspace,
        pipeline: Pipeline,
        *,
        clock: Callable[[], dt.datetime],
        tell: Callable[[str], None],
        onto: Callable[[Sequence[Reply]], Sequence[Reply]] = tuple,
        reader: Reader | None = None,
    ) -> None:
        """Begin a conversation.

        Args:
            workspace: the open store.
            pipeline: makes the forecasts.
            clock: tells the present moment.
            tell: told what goes beside the answer, such as a ledger that cannot be written.
            onto: puts what a language model said onto replies.
            reader: helps with messages that matching names cannot read.
        """
        self._workspace, self._pipeline, self._clock, self._tell, self._onto = workspace, pipeline, clock, tell, onto
        self._reader = reader
        self._said: list[Said] = []
        self.names = Names(workspace.store.catalogue())

    @property
    def today(self) -> dt.date:
        """The day, in coordinated universal time."""
        return self._clock().date()

    def history(self, as_of: dt.date) -> History:
        """Return what was public on a day."""
        return self._workspace.store.history(as_of=as_of)

    def issued(self, question: Question) -> Issued | None:
        """Return the newest entry that answers exactly this question."""
        return issued_before(self._workspace.store, question, user="")

    def say(self, text: str) -> str:
        """Answer a message in Markdown, in the light of those before.

        Raises:
            ScorecastError: the store failed, or nothing can be forecast from it.
        """
        self._said = [*self._said, Said("user", text)][-REMEMBERED:]
        wanted = answer(self._said, self, self._reader)
        if isinstance(wanted, str):
            return wanted
        try:
            made = [self._pipeline.forecast(question) for question in wanted.questions]
        except UsageError as error:
            return complain(error)
        return wanted.tell(issued(self._onto(made), self._workspace.store.ledger, now=self._clock(), tell=self._tell))
