"""Requests in a batch: who waits for each, what it holds of the budget, and how they are told in the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from pydantic import JsonValue

from agent.access.accounts import Reservation
from agent.access.batched.batching import Round
from agent.access.batched.journal import Kept, Named
from agent.access.setback import Kind, Setback


@dataclass(eq=False)
class Request:
    """One request.

    Attributes:
        named: as the journal has it.
        line: as the batch has it; empty for one that an earlier run sent.
        reservation: of whoever waits; None where nobody does, and its worst case counts as lost.
        reply: done when the reply is there, for whoever waits.
        known: done when the fate of the request is known, for whoever comes later; fails where it cannot be known now.
    """

    named: Named
    line: bytes = b""
    reservation: Reservation | None = None
    reply: asyncio.Future[JsonValue] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    known: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits for it."""
        return self.reservation is not None and not self.reply.done()

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows now what became of it."""
        return self.known.done() and self.known.exception() is not None

    def abandon(self) -> None:
        """Let whoever waits go."""
        self.reservation = None

    def give(self, reply: JsonValue) -> None:
        """Give the reply to whoever waits."""
        if self.waited_for:
            self.reply.set_result(reply)

    def fail(self, error: Exception, *, lost: bool) -> None:
        """Tell whoever waits that there is none; where it is lost, its worst case stays counted."""
        if self.waited_for and self.reservation is not None:
            if lost:
                self.reservation.lose()
            self.reply.set_exception(_own(error))

    def settle(self) -> None:
        """Let those go on who came later."""
        if not self.known.done():
            self.known.set_result(None)

    def doubt(self, error: Exception) -> None:
        """Tell those who come later that nobody knows what became of it, so that it must not be asked again now."""
        self.abandon()
        if not self.known.done():
            self.known.set_exception(error)
            self.known.exception()  # counts as seen, also where nobody comes


def _own(error: Exception) -> Exception:
    """Return a setback for one request alone: an exception that several raise would gather all their traces."""
    if not isinstance(error, Setback):
        return error
    return Setback(error.kind, error.reason, status=error.status, code=error.code, retry_after=error.retry_after)


def for_good(setback: Setback) -> Setback:
    """Return the same as a setback after which a request is not asked again by itself."""
    return Setback(Kind.REFUSED, setback.reason)


@dataclass(eq=False)
class Flight:
    """One batch on its way.

    Attributes:
        requests: by their keys.
        begun: by the clock of the event loop.
        number: in the journal; 0 before it is in there.
        file_id, batch_id: the provider's, as soon as they are known.
        status: how far it is.
        answered: how many of its requests are done.
        taken_up: whether an earlier run began it.
    """

    requests: dict[str, Request]
    begun: float
    number: int = 0
    file_id: str = ""
    batch_id: str = ""
    status: str = "uploading"
    answered: int = 0
    taken_up: bool = False

    @classmethod
    def of(cls, kept: Kept, *, begun: float) -> Flight:
        """Take up a batch of an earlier run, for whose replies nobody waits yet."""
        requests = {named.key: Request(named) for named in kept.requests}
        return cls(requests, begun, kept.number, kept.file_id, kept.batch_id, "taken up", taken_up=True)

    def told(self, now: float) -> Round:
        """How far it is."""
        seconds = round(now - self.begun, 1)
        return Round(self.number, self.batch_id, self.status, len(self.requests), self.answered, seconds)
