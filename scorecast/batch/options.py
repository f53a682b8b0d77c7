"""How a job is to be worked on; kept with it as JSON, so that whoever resumes it works on in the same way."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from agent.access.spending import Limits
from agent.effort import Think
from records.base import Value
from records.errors import DataError
from records.job import Job
from scorecast.agents.home import AgentOptions


class LeftOver(StrEnum):
    """What becomes of an item that the agent could not be asked about, or not any more."""

    STATISTICS = "statistics"
    """The statistical forecast stands in for it, flagged."""
    NOT_DONE = "not-done"
    """It is reported as not done."""


class BatchOptions(Value):
    """How a job is to be worked on.

    Attributes:
        forecaster: name of the statistical forecaster.
        agent: whether a language model looks into every item.
        llm: name of that language model; a job is not finished by another one.
        think: how hard it thinks.
        blind: whether names and tell-tale numbers are masked.
        provider_batch: whether its calls go into batches of the provider: hours for minutes, and half the price.
        withhold: forecast as if none of the plan's scores had been reported.
        strict_dates: trust only reported dates and snapshots.
        without_sources: ids of sources from which nothing is known.
        left_over: what becomes of items that the agent could not be asked about.
        max_usd: the most that the whole job may cost, in US dollars.
        max_tokens: the most tokens that the whole job may take.
        max_minutes: the longest that one run of it may take.
        output: file to write; empty for none.
        html: summary page to write; empty for none.
        served: whether a service works on it, and goes on after a restart.
    """

    forecaster: str = "pool"
    agent: bool = False
    llm: str = ""
    think: Think = Think.MEDIUM
    blind: bool = False
    provider_batch: bool = False
    withhold: bool = False
    strict_dates: bool = False
    without_sources: tuple[str, ...] = ()
    left_over: LeftOver = LeftOver.STATISTICS
    max_usd: float | None = Field(default=None, gt=0.0)
    max_tokens: int | None = Field(default=None, gt=0)
    max_minutes: float | None = Field(default=None, gt=0.0)
    output: str = ""
    html: str = ""
    served: bool = False

    @model_validator(mode="after")
    def _money_is_the_agents(self) -> Self:
        if not self.agent and (self.max_usd is not None or self.max_tokens is not None):
            raise ValueError("limits on money and tokens need the agent: nothing else costs any")
        if self.provider_batch and not self.agent:
            raise ValueError("only the agent's calls can go into batches of the provider: add --agent")
        return self

    @classmethod
    def of(cls, job: Job) -> Self:
        """Read the options of a job.

        Raises:
            DataError: they were kept by a program that is too different.
        """
        try:
            return cls.model_validate_json(job.options)
        except ValidationError as error:
            raise DataError(f"The options of job {job.id} cannot be read by this version: begin it anew.") from error

    def digest(self, plan: str) -> str:
        """Return the hash by which a job of this plan is found again; limits and files may change."""
        free = {"left_over", "max_usd", "max_tokens", "max_minutes", "output", "html", "served"}
        if not self.provider_batch:  # as before there was a choice
            free.add("provider_batch")
        told = json.dumps([plan, self.model_dump(mode="json", exclude=free)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def limits(self) -> Limits:
        """The same as the limits of a budget, without what was spent earlier."""
        seconds = None if self.max_minutes is None else 60.0 * self.max_minutes
        return Limits(usd=self.max_usd, tokens=self.max_tokens, seconds=seconds)

    @property
    def agent_options(self) -> AgentOptions | None:
        """How the agent is to work; None where none is asked."""
        return AgentOptions(think=self.think, blind=self.blind) if self.agent else None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to write."""
        return tuple(Path(name) for name in (self.output, self.html) if name)
