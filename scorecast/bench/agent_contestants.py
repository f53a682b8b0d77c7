"""Agents under test: made anew in whichever process asks, and answered from the cache of replies where one can be.

Four by name: the agent as it is used, and alone, when it neither hears of the statistics nor is pooled with them; each
by name and blind. Lessons from earlier conversations are left out, so that the order of runs changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import agent
from agent.effort import Think
from agent.errors import NotConfigured
from prompts import prompts
from records.errors import UsageError
from records.history import History
from records.search import SearchIndex
from records.stages import FittedPredictor, Predictor, State
from records.store import Store
from scorecast.agents.home import AgentHome, AgentOptions, LazyIndex
from scorecast.settings import Settings
from scorecast.workspace import forecaster

if TYPE_CHECKING:
    from agent.predictor import FittedAgent
    from retrieval.index import Index

AGENTS: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {
        "agent": (False, False),
        "agent-blind": (True, False),
        "agent-alone": (False, True),
        "agent-alone-blind": (True, True),
    }
)
"""Agents by the name that a user types: whether blind, whether without the statistics."""

BATCH = 16
"""Questions that are asked, and saved, at once."""


@dataclass(frozen=True)
class Agents:
    """Makes agents for a backtest.

    Attributes:
        settings: say where store and index are.
        home: says how to reach the language model.
        think: the dial.
        usd: the most that one question may cost.
    """

    settings: Settings
    home: AgentHome
    think: Think = Think.MEDIUM
    usd: float | None = None

    @classmethod
    def of(cls, settings: Settings, *, think: str, usd: float | None) -> Agents:
        """Read from the environment how to reach a language model."""
        return cls(settings, AgentHome.of(settings), Think(think), usd)

    def knows(self, name: str) -> bool:
        """Whether an agent is called so."""
        return name in AGENTS

    def contestant(self, name: str, version: str, batch: int | None) -> AgentUnderTest:
        """Make one of ``AGENTS``.

        Args:
            name: which.
            version: of the statistics.
            batch: questions asked at once; None for the usual number.

        Raises:
            UsageError: no language model is configured.
        """
        if isinstance(self.home.access, NotConfigured):
            raise UsageError(f"{name}: {self.home.access}")
        blind, alone = AGENTS[name]
        options = AgentOptions(think=self.think, blind=blind, alone=alone, usd=self.usd)
        made = f"{self.home.llm} {self.home.access.base_url} {options} {self.home.cutoff} {self.home.record_digest()}"
        digest = hashlib.sha256(f"{made} {_code_digest()}".encode()).hexdigest()[:12]
        return AgentUnderTest(name, f"{version}+{digest}", self.settings, self.home, options, batch or BATCH)


@dataclass(frozen=True)
class AgentUnderTest:
    """An agent; an ``eval.contestants.Contestant`` that may travel to another process."""

    name: str
    version: str
    settings: Settings
    home: AgentHome
    options: AgentOptions
    batch: int | None = BATCH

    def fit(self, history: History, *, fold: str) -> FittedAgent:  # noqa: ARG002 - the same in every fold
        """Fit the statistics, and make ready to ask the language model.

        Raises:
            NotEnoughRecords: the history holds nothing that the statistics could learn from.
        """
        made = self.home.agent(
            self.options,
            statistics=Shared(),
            index=_index(self.settings),
            name=self.name,
            remembers=False,
        )
        return made.fit(history)


@dataclass(frozen=True)
class Shared:
    """The default statistics, fitted once for all agents that are judged on a history; a ``Predictor``."""

    name: str = "pool"

    def fit(self, history: History) -> FittedPredictor:
        """Return the fit of this history.

        Raises:
            NotEnoughRecords: the history holds nothing to learn from.
        """
        return _fitted(history)

    def restore(self, history: History, state: State) -> FittedPredictor:
        """Return what ``fit`` on the same history returned, from its state."""
        return _statistics().restore(history, state)


@lru_cache(maxsize=1)
def _fitted(history: History) -> FittedPredictor:
    """The last fit; histories are told apart by identity, and a fold hands out one to all."""
    return _statistics().fit(history)


def _statistics() -> Predictor:
    return forecaster("pool")


@lru_cache(maxsize=1)
def _index(settings: Settings) -> SearchIndex:
    return LazyIndex(lambda: _opened(settings))


def _opened(settings: Settings) -> Index:
    from scorecast.indexing import open_index

    with Store.open(settings.database_url) as store:
        return open_index(settings, store)


def _code_digest() -> str:
    """Hash of the agent's code and prompts: an edited agent is judged anew."""
    digest = hashlib.sha256(" ".join(f"{one.name} {one.label}" for one in prompts()).encode())
    folder = Path(agent.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
