"""Refusals: what the service does not do although the request makes sense, and why."""

from __future__ import annotations

from enum import StrEnum

from records.errors import ScorecastError


class Why(StrEnum):
    """Why a request was refused."""

    BUSY = "busy"
    LEFT = "client-left"
    LATE = "time-limit"
    REUSED = "idempotency-key-reused"


class Refusal(ScorecastError):  # noqa: N818 - the sentence "raise Refusal" reads well without a suffix
    """A request that the service did not take on, or gave up.

    Attributes:
        why: for programs; the message is for people.
    """

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why = why


def busy() -> Refusal:
    """Say that too much is under way."""
    return Refusal(Why.BUSY, "Too many requests wait already; try again soon.")


def left() -> Refusal:
    """Say that the client has gone."""
    return Refusal(Why.LEFT, "Nobody waits for this answer any more.")
