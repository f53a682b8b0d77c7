"""What is asked and answered about batch jobs: the layout for the OpenAPI document; a test holds answers to it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from agent.effort import Think
from records.base import Day, Identifier, Value
from scorecast.batch.options import LeftOver
from scorecast.service.replies import Cursor, Told

MOST_ROWS = 20_000
"""Items of one job over HTTP."""

Cell = str | float | bool | None


class JobAsked(Value):
    """A plan, as rows or as the text of a CSV file, and how to work on it."""

    name: str = Field(
        default="plan", min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="What lists of jobs call it."
    )
    rows: list[dict[str, Cell]] | None = Field(
        default=None,
        max_length=MOST_ROWS,
        description="One object an experiment: `model`, `benchmark`; `threshold`, `as_of`, `known`, settings, facts of "
        "your own models and benchmarks; all other members are carried along.",
    )
    csv: str | None = Field(default=None, description="The same as CSV, its columns named in the first line.")
    as_of: Day | None = Field(default=None, description="Of the rows that tell none; today if left out.")
    strict: bool = Field(default=False, description="Begin nothing while a row is bad.")
    withhold: bool = Field(default=False, description="Forecast as if none of the scores had been reported.")
    strict_dates: bool = Field(default=False, description="Trust only reported dates and those of snapshots.")
    without_sources: list[Identifier] = Field(default=[], max_length=100, description="Know nothing from these.")
    agent: bool = Field(
        default=False, description="Let the language model of the service look into every item; needs a limit."
    )
    think: Think = Field(default=Think.MEDIUM, description="How hard it thinks.")
    blind: bool = Field(default=False, description="Mask names and tell-tale numbers.")
    left_over: LeftOver = Field(default=LeftOver.STATISTICS, description="Items the agent could not be asked about.")
    max_usd: float | None = Field(default=None, gt=0, description="US dollars that the job may cost.")
    max_tokens: int | None = Field(default=None, gt=0, description="Tokens that the job may take.")
    max_minutes: float | None = Field(default=None, gt=0, description="Minutes that one run of it may take.")

    @model_validator(mode="after")
    def _one_plan_under_limits(self) -> Self:
        if (self.rows is None) == (self.csv is None):
            raise ValueError("send the plan as rows or as csv, one of the two")
        if self.agent and self.max_usd is None and self.max_tokens is None:
            raise ValueError("a job of the agent needs max_usd or max_tokens")
        if not self.agent and not (self.max_usd is None and self.max_tokens is None):
            raise ValueError("max_usd and max_tokens limit the agent: nothing else costs any")
        return self


class FaultTold(Told):
    """What is wrong with one cell of a plan."""

    where: str
    column: str
    value: str
    reason: str


class SpentTold(Told):
    """What a job has spent."""

    calls: int
    cached_calls: int
    tokens: int
    usd: float
    unpriced_calls: int
    lost_calls: int
    lost_usd: float


class JobTold(Told):
    """Where a job stands."""

    id: str
    name: str
    state: str = Field(description="`open`, `running`, `done` or `cancelled`.")
    made_at: dt.datetime
    changed_at: dt.datetime
    items: int
    left: int
    states: dict[str, int] = Field(description="Items by what has come of them.")
    spent: SpentTold
    reasons: dict[str, int] = Field(description="Why items have no forecast, or not the one asked for.")


class JobBegun(JobTold):
    """A job that was begun, and everything that is wrong with rows of its plan."""

    faults: list[FaultTold]
    remarks: list[str]


class JobList(Told):
    """Jobs, the newest first."""

    jobs: list[JobTold]
    next_cursor: Cursor


class Results(Told):
    """Items in the order of the plan: the members of its rows, and what has come of each."""

    results: list[dict[str, Any]]
    next_cursor: Cursor


JobLimit = Annotated[int, Field(ge=1)]
