"""What travels to the workers of a cluster: the history and fit of a date, once, and what the agent needs there.

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
from records.stages import FittedPredictor
from retrieval.embedding import embedding
from retrieval.index import Index
from retrieval.vectors import server, unkept
from scorecast.batch.cluster.relay import RelayTerms
from scorecast.batch.crew import Ground
from scorecast.fits import Kept
from scorecast.indexing import collection_of
from scorecast.pipeline import Citing
from scorecast.settings import Settings


@dataclass(frozen=True)
class Shipped:
    """What the items of one as-of date share, as it travels.

    Attributes:
        history: what they may know.
        fitted: what was learned from it.
        citing: finds evidence.
        terms: how the agent asks; None where none is asked.
    """

    history: History
    fitted: FittedPredictor
    citing: Citing
    terms: RelayTerms | None = None


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


def shipped(ground: Ground) -> Shipped:
    """Return what statistics need elsewhere."""
    return Shipped(ground.history, ground.fitted, Citing(ground.pipeline.retriever))


def shipped_agent(
    ground: Ground, fitted: FittedAgent, settings: Settings, terms: RelayTerms, keep: Callable[[Remembered], object]
) -> Shipped:
    """Return what the agent needs elsewhere; the statistics are asked here."""
    near = fitted.agent
    far = FarAgent(**{one.name: getattr(near, one.name) for one in fields(near)})
    statistics = near.statistics.predictor if isinstance(near.statistics, Kept) else near.statistics
    index = FarIndex(settings.embeddings, settings.chroma_url, collection_of(settings))
    far = replace(far, statistics=statistics, index=index, endpoint=_asked_elsewhere, budget=None, keep=keep)
    return replace(shipped(ground), fitted=replace(fitted, agent=far), terms=terms)
