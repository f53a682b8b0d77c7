"""Agents as a user asks for them: a language model, a search index, a memory and a track record from the user's home.

Nothing is opened before it is needed: without a language model the agent answers with the statistics and the reason.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.access.pausing import Tell, untold
from agent.access.settings import AccessSettings
from agent.effort import Think
from agent.errors import NotConfigured
from agent.lessons import Memory, NoMemory, PastForecasts
from agent.predictor import Agent
from agent.remembered import Conversations, Remembered
from agent.track_record import TrackRecord
from calibration.registry import calibrator
from records.errors import UsageError
from records.history import History
from records.search import Search, SearchIndex
from records.stages import Predictor
from retrieval.nearest import NearestRecords
from scorecast.settings import Settings, access_from_environment

if TYPE_CHECKING:
    from agent.access.batched.batching import Batching
    from agent.access.endpoint import Endpoint
    from retrieval.index import Index

CUTOFF = "SCORECAST_MODEL_CUTOFF"

Access = AccessSettings | NotConfigured
"""How to reach a language model, or why none can be reached."""


@dataclass(frozen=True)
class AgentOptions:
    """How the agent is to work.

    Attributes:
        think: the dial for draws, rounds and budget.
        blind: mask names and tell-tale numbers.
        alone: keep the statistics from the language model and out of the answer, for measurements.
        usd: the most that one question may cost, in US dollars.
    """

    think: Think = Think.MEDIUM
    blind: bool = False
    alone: bool = False
    usd: float | None = None


@dataclass(frozen=True)
class AgentHome:
    """What agents of one user share.

    Attributes:
        home: folder of conversations and track record.
        access: how to reach a language model.
        cutoff: until when that model knows the world, as far as the user says.
    """

    home: Path
    access: Access = field(repr=False)
    cutoff: dt.date | None = None

    @classmethod
    def of(cls, settings: Settings) -> AgentHome:
        """Read from the environment how to reach a language model, and ``SCORECAST_MODEL_CUTOFF``.

        Raises:
            UsageError: the cutoff is no date.
        """
        cutoff = cutoff_of(os.environ)
        try:
            return cls(settings.home, access_from_environment(settings.home), cutoff)
        except NotConfigured as reason:
            return cls(settings.home, reason, cutoff)

    @property
    def llm(self) -> str:
        """Name of the language model; empty without one."""
        return self.access.model if isinstance(self.access, AccessSettings) else ""

    @property
    def conversations(self) -> Conversations:
        """Forecasts with their conversations."""
        return Conversations(self.home / "conversations")

    @property
    def record_file(self) -> Path:
        """File of the track record."""
        return self.home / "track_record.json"

    def agent(
        self,
        options: AgentOptions,
        *,
        statistics: Predictor,
        index: SearchIndex,
        name: str = "agent",
        remembers: bool = True,
        heard: Callable[[Remembered], None] = lambda _remembered: None,
        tell: Tell = untold,
    ) -> Agent:
        """Make an agent.

        Args:
            options: how it works.
            statistics: what it is weighed against.
            index: opens its searches.
            name: what a user types.
            remembers: whether earlier forecasts are offered to it as lessons.
            heard: told of each forecast, beside the folder of conversations.
            tell: told of pauses that the language model makes.

        Raises:
            DataError: the track record is damaged.
        """
        memory: Memory = PastForecasts(self.conversations) if remembers else NoMemory()
        return Agent(
            statistics=statistics,
            index=index,
            retriever=NearestRecords(),
            endpoint=partial(open_endpoint, self.access, tell=tell),
            llm=self.llm,
            think=options.think,
            blind=options.blind,
            alone=options.alone,
            usd=options.usd,
            cutoff=self.cutoff,
            record=TrackRecord.read(self.record_file),
            memory=memory,
            calibrator=calibrator(),
            keep=partial(_keep, self.conversations, heard),
            name=name,
        )

    def record_digest(self) -> str:
        """Hash of the track record, 12 hexadecimal digits; another record may weigh the same forecasts otherwise."""
        content = self.record_file.read_bytes() if self.record_file.is_file() else b""
        return hashlib.sha256(content).hexdigest()[:12]


def cutoff_of(environment: Mapping[str, str]) -> dt.date | None:
    """Read until when the language model knows the world; None where nobody says.

    Raises:
        UsageError: it is no date.
    """
    told = environment.get(CUTOFF, "").strip()
    try:
        return dt.date.fromisoformat(told) if told else None
    except ValueError:
        raise UsageError(f"{CUTOFF} is {told!r}; expected a date such as 2025-06-30.") from None


def _keep(conversations: Conversations, heard: Callable[[Remembered], None], remembered: Remembered) -> None:
    heard(remembered)
    conversations.keep(remembered)


def open_endpoint(access: Access, *, batching: Batching | None = None, tell: Tell = untold) -> Endpoint:
    """Open the language model.

    Args:
        access: how to reach it.
        batching: how its calls go into batches of the provider, if they shall.
        tell: told of pauses.

    Raises:
        NotConfigured: there is none.
        DataError, StoreError: the table of prices or the cache of replies cannot be read.
    """
    if isinstance(access, NotConfigured):
        raise access
    from agent.access.endpoint import Endpoint

    return Endpoint(access, batching=batching, tell=tell)


@dataclass(frozen=True)
class LazyIndex:
    """An index that is opened by its first search; a ``records.search.SearchIndex``."""

    open: Callable[[], Index]

    def on(self, history: History) -> Search:
        """Return a search that sees this history and nothing else.

        Raises:
            ScorecastError: the index cannot be opened.
        """
        return self._opened.on(history)

    def close(self) -> None:
        """Close the index, where a search has opened it."""
        if (opened := self.__dict__.get("_opened")) is not None:
            opened.close()

    @cached_property
    def _opened(self) -> Index:
        return self.open()
