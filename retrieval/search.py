"""Search on one history: by meaning and words, by words, by conditions; figures; descriptions.

Everything is looked up in ``Visible``, which holds the history and nothing else: there is no second list of what may
be shown, and nothing to filter afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from records.errors import UsageError
from records.history import History
from records.metric import Floats
from records.search import Aggregate, GroupBy, Passage, Where
from retrieval.aggregates import aggregates
from retrieval.conditions import NO_CONDITION, Allowed, allowed
from retrieval.documents import plain
from retrieval.embedding import Vectors
from retrieval.hits import describe_benchmark, describe_model, passages
from retrieval.ranking import Meaning, Words, best, fused
from retrieval.visible import Visible

MOST = 100
"""Hits of one search."""

KEPT = 128
"""Filters and aggregates of one history whose results are kept: a history never changes."""

QUERY = 1_000
"""Characters of a query that are read."""


class Parts(Protocol):
    """Works out, and keeps, what searches on many histories share."""

    def words(self, visible: Visible) -> Words:
        """Return the words of everything visible."""
        ...

    def meaning(self, visible: Visible) -> Meaning:
        """Return the vectors of everything visible."""
        ...

    def query(self, text: str) -> Vectors:
        """Return the vector of a query."""
        ...


@dataclass(frozen=True, eq=False)
class HistorySearch:
    """Looks things up on one history."""

    history: History
    parts: Parts = field(repr=False)
    visible: Visible = field(repr=False)

    def search(self, query: str, *, where: Where = NO_CONDITION, limit: int = 10) -> tuple[Passage, ...]:
        """Return the nearest in meaning and in words together, the most relevant first.

        Raises:
            UnknownName: a condition names a model or benchmark that the history does not know.
            UsageError: an empty query, a limit that is none, or a condition that nothing could meet.
        """
        text, let = _checked(query, limit), allowed(where, self.visible)
        scores = [self._by_words(text), self._by_meaning(text)]
        return passages(self.visible, *fused(scores, let.everything), limit=limit)

    def keyword(self, query: str, *, where: Where = NO_CONDITION, limit: int = 10) -> tuple[Passage, ...]:
        """Return the nearest by words alone; raises as ``search`` does."""
        text, let = _checked(query, limit), allowed(where, self.visible)
        return self._nearest(self._by_words(text), let, limit)

    def semantic(self, query: str, *, where: Where = NO_CONDITION, limit: int = 10) -> tuple[Passage, ...]:
        """Return the nearest by meaning alone; raises as ``search`` does."""
        text, let = _checked(query, limit), allowed(where, self.visible)
        return self._nearest(self._by_meaning(text), let, limit)

    def filter(self, where: Where, *, limit: int = 20) -> tuple[Passage, ...]:
        """Return the records under these conditions, the newest first; raises as ``search`` does."""
        _check(limit)
        return self._filtered(where.model_dump_json(), limit)

    def aggregate(self, where: Where, *, by: GroupBy = GroupBy.NOTHING, limit: int = 20) -> tuple[Aggregate, ...]:
        """Return figures of the records under these conditions, the largest groups first; copies are not counted.

        Raises:
            UnknownName: as for ``search``.
            UsageError: the records are on several scales that cannot be put together.
        """
        _check(limit)
        return self._aggregated(where.model_dump_json(), by, limit)

    def describe_model(self, name: str) -> Passage:
        """Return what is known of a model before any score.

        Raises:
            UnknownName: the history does not know it.
        """
        models = self.history.models
        return describe_model(self.visible, models.get(name) or self.visible.catalogue.model(name))

    def describe_benchmark(self, name: str) -> Passage:
        """Return what a benchmark asks and how it is scored; quotes no withheld score.

        Raises:
            UnknownName: the history does not know it.
        """
        known = self.history.benchmarks
        return describe_benchmark(self.visible, known.get(name) or self.visible.catalogue.benchmark(name))

    @cached_property
    def _filtered(self) -> Callable[[str, int], tuple[Passage, ...]]:
        """Filters by conditions as JSON; the last results are kept, since many questions are about one benchmark."""

        def found(told: str, limit: int) -> tuple[Passage, ...]:
            rows = np.flatnonzero(allowed(Where.model_validate_json(told), self.visible).rows)
            hits = passages(self.visible, rows, np.ones(len(rows)), limit=limit)
            # An original that stands for a newer copy may be older than what comes after it.
            return tuple(sorted(hits, key=lambda passage: passage.published or dt.date.min, reverse=True))

        return lru_cache(maxsize=KEPT)(found)

    @cached_property
    def _aggregated(self) -> Callable[[str, GroupBy, int], tuple[Aggregate, ...]]:
        """Aggregates under conditions as JSON; likewise."""

        def found(told: str, by: GroupBy, limit: int) -> tuple[Aggregate, ...]:
            rows = allowed(Where.model_validate_json(told), self.visible).rows
            return aggregates(self.visible, rows, by=by, limit=limit)

        return lru_cache(maxsize=KEPT)(found)

    def _by_words(self, text: str) -> Floats:
        return self._words.scores(text)

    def _by_meaning(self, text: str) -> Floats:
        return self._meaning.scores(self.parts.query(text))

    @cached_property
    def _words(self) -> Words:
        return self.parts.words(self.visible)

    @cached_property
    def _meaning(self) -> Meaning:
        return self.parts.meaning(self.visible)

    def _nearest(self, scores: Floats, let: Allowed, limit: int) -> tuple[Passage, ...]:
        """Return the best of one ranking; relevance is the share of the best score."""
        places = best(scores, let.everything)
        found = scores[places]
        return passages(self.visible, places, found / max(found.max(initial=0.0), 1e-9), limit=limit)


def _checked(query: str, limit: int) -> str:
    """Check what is asked for, and return the query as it is read.

    Raises:
        UsageError: nothing to look for, or a limit that is none.
    """
    _check(limit)
    text = plain(query, limit=QUERY)
    if not text:
        raise UsageError("The query is empty: say in a few words what to look for, or use conditions alone.")
    return text


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise UsageError(f"A limit is a whole number from 1 to {MOST}; found {limit}.")
