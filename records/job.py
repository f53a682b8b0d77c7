"""Batch jobs: a plan of many questions, and what has come of each of them so far.

A job is frozen when it is made: its questions are kept whole, so that it can be resumed on another day and still asks
the same. An item counts as done once its state and its forecast are in the store, together.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from records.base import Text, Value
from records.question import Question

Typed = str | int | float | bool | None
"""One cell of a plan, as its user typed it."""


class JobState(StrEnum):
    """Where a job stands."""

    OPEN = "open"
    """Items are left: it is being worked on, or can be resumed."""
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """What has come of an item."""

    OPEN = "open"
    DONE = "done"
    """A forecast of the forecaster that was asked."""
    FELL_BACK = "fell-back"
    """A forecast of the statistics in place of the agent's; the reason says why."""
    ABSTAINED = "abstained"
    """The forecaster has nothing to say; the reason says why."""
    NOT_DONE = "not-done"
    """Left over: money, tokens or time were used up, or the agent could not be asked."""
    FAILED = "failed"
    """It cannot be forecast; the reason says why."""
    REFUSED = "refused"
    """The row of the plan asks nothing that makes sense; the reason says why."""


AGAIN = frozenset({ItemState.FELL_BACK, ItemState.NOT_DONE, ItemState.FAILED})
"""What a retry asks again."""

WITH_FORECAST = frozenset({ItemState.DONE, ItemState.FELL_BACK})
"""What has an entry in the ledger."""


class Cost(Value):
    """What a language model was asked.

    Attributes:
        calls: replies.
        tokens: read and written.
        usd: US dollars, as far as prices are known.
    """

    calls: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    usd: float = Field(default=0.0, ge=0.0)


class Item(Value):
    """One row of a plan.

    Attributes:
        number: its place in the plan, from 0.
        where: the row of the plan's file, such as ``row 17``.
        typed: its cells as typed, ids of the user's own included, by column.
        question: what it asks; None where it is refused.
        threshold: a score, in the benchmark's unit, whose exceedance is wanted.
        state: what has come of it.
        reason: why there is no forecast, or not the one asked for.
        forecast_id: of the entry in the ledger; empty where there is none.
        cost: of the replies that it rests on, those from the cache included.
    """

    number: int = Field(ge=0)
    where: str = ""
    typed: dict[str, Typed] = Field(default_factory=dict)
    question: Question | None = None
    threshold: float | None = None
    state: ItemState = ItemState.OPEN
    reason: Text = ""
    forecast_id: str = Field(default="", pattern=r"^([0-9a-f]{20})?$")
    cost: Cost = Cost()


class Settlement(Value):
    """What came of one item."""

    number: int = Field(ge=0)
    state: ItemState
    reason: Text = ""
    forecast_id: str = Field(default="", pattern=r"^([0-9a-f]{20})?$")
    cost: Cost = Cost()


class Job(Value):
    """A batch job.

    Attributes:
        id: 12 hexadecimal digits, drawn at random.
        owner: id of the access key that began it; empty on a user's own machine.
        user: under whose name its forecasts are entered in the ledger.
        name: such as the name of the plan's file.
        digest: SHA-256 of plan and options: the same plan asked for in the same way has the same.
        options: how it is to be worked on, as JSON; whoever works on it reads it.
        made_at: when it began.
        changed_at: when an item was last settled.
        state: where it stands.
        size: number of items, refused rows included.
        spent: what was spent so far, as JSON; whoever works on it reads it.
    """

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    owner: str = Field(default="", max_length=128)
    user: str = Field(default="", max_length=128)
    name: str = Field(max_length=200)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    options: str = "{}"
    made_at: AwareDatetime
    changed_at: AwareDatetime
    state: JobState = JobState.OPEN
    size: int = Field(ge=0)
    spent: str = "{}"
