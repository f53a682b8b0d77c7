"""What the agent needs on the workers of a cluster, beside what statistics need.

No secret travels: the process that sends out the work asks the language model (``scorecast.batch.cluster.relay``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from agent.access.budget import Budget
from agent.errors import NotConfigured
from agent.predictor import Agent, ChatModels, FittedAgent
from agent.remembered import Remembered
from records.history import History
from records.search import Search
from retrieval.embedding import embedding
from retrieval.index import Index
from retrieval.vectors import server, unkept
from scorecast.batch.cluster.relay import RelayTerms
from scorecast.batch.crew import Ground
from scorecast.batch.sent.statistics import shipped
from scorecast.batch.sent.worker import Shipped
from scorecast.fits import Kept
from scorecast.indexing import collection_of
from scorecast.settings import Settings


@dataclass(frozen=True)
class ShippedAgent(Shipped):
    """What the agent's items of one as-of date share, as it travels.

    Attributes:
        terms: how the agent asks.
    """

    terms: RelayTerms


class FarAgent(Agent):
    """An agent on a worker; its limits are held where its calls are paid."""

    def allowance(self) -> Budget:
        """Return a budget that counts and allows everything."""
        return Budget(name="question")


@dataclass(frozen=True)
class FarIndex:
    """Opens searches on a worker; a ``records.search.SearchIndex``.

    Attributes:
        embedding: its name.
        chroma_url: address of a Chroma server that has the vectors; empty where they are made on the worker.
        collection: their name there.
    """

    embedding: str
    chroma_url: str
    collection: str

    def on(self, history: History) -> Search:
        """Return a search that sees this history and nothing else."""
        return self._index.on(history)

    @cached_property
    def _index(self) -> Index:
        vectors = server(self.chroma_url, collection=self.collection) if self.chroma_url else unkept()
        return Index(embedding(self.embedding), vectors, lock=Path())


def _asked_elsewhere() -> AbstractContextManager[ChatModels]:
    raise NotConfigured("On a cluster, calls go to the process that sent out the work.")


def shipped_agent(
    ground: Ground, fitted: FittedAgent, settings: Settings, terms: RelayTerms, keep: Callable[[Remembered], object]
) -> ShippedAgent:
    """Return what the agent needs elsewhere; the statistics are asked here."""
    near = fitted.agent
    far = FarAgent(**{one.name: getattr(near, one.name) for one in fields(near)})
    statistics = near.statistics.predictor if isinstance(near.statistics, Kept) else near.statistics
    index = FarIndex(settings.embeddings, settings.chroma_url, collection_of(settings))
    far = replace(far, statistics=statistics, index=index, endpoint=_asked_elsewhere, budget=None, keep=keep)
    told = shipped(replace(ground, fitted=replace(fitted, agent=far)))
    return ShippedAgent(told.history, told.fitted, told.citing, told.stating, terms)
