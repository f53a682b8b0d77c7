"""Ranking: how near everything visible is to a query, in meaning and in words, and both together.

A record is its model, its benchmark and its setting taken together: its vector is the weighted sum of theirs at length
1, its words are theirs and those of its origin. The scores of these few parts are worked out, then handed on to every
record, in a fraction of what a vector and a word list for each record would take; and they are exact. Places in all
arrays: rows first, then models, benchmarks and settings.

The two rankings are put together by reciprocal rank fusion (Cormack, Clarke and Buettcher 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from records.metric import Floats
from retrieval.conditions import Mask
from retrieval.embedding import Vectors
from retrieval.keywords import words
from retrieval.shelves import Shelved
from retrieval.visible import Numbers, Visible

SETTING_WEIGHT = 0.3
"""What a setting counts in the meaning of a record, beside its model and its benchmark."""

CANDIDATES = 200
"""Best places of each ranking that are put together."""

FUSION = 60.0
"""The constant of reciprocal rank fusion; 60 is the value of its authors."""


@dataclass(frozen=True)
class Words:
    """The words of everything visible."""

    visible: Visible
    shelves: Shelved

    def scores(self, query: str) -> Floats:
        """Return the BM25 score of every place; a record's is the sum of its parts', scaled as its meaning is."""
        asked, seen, on = words(query), self.visible, self.shelves
        shelves = (on.models, on.benchmarks, on.settings, on.origins)
        models, benchmarks, settings, origins = (shelf.keywords.scores(asked) for shelf in shelves)
        rows = models[seen.model_of] + benchmarks[seen.benchmark_of]
        rows += settings[seen.setting_of] + origins[seen.origin_of]
        return np.concatenate([rows / np.sqrt(2.0), models, benchmarks, settings])


@dataclass(frozen=True)
class Likeness:
    """How near the meanings of parts are to each other, which decides how long their sums are."""

    models_benchmarks: Vectors
    models_settings: Vectors
    benchmarks_settings: Vectors

    @classmethod
    def of(cls, models: Vectors, benchmarks: Vectors, settings: Vectors) -> Likeness:
        """Work out all products of two parts."""
        return cls(models @ benchmarks.T, models @ settings.T, benchmarks @ settings.T)


@dataclass(frozen=True)
class Meaning:
    """The vectors of everything visible, each part in the order of ``Visible``."""

    visible: Visible
    models: Vectors
    benchmarks: Vectors
    settings: Vectors
    likeness: Likeness

    def scores(self, query: Vectors) -> Floats:
        """Return the cosine of every place with a query of shape ``(dimensions,)``."""
        models, benchmarks, settings = self.models @ query, self.benchmarks @ query, self.settings @ query
        seen = self.visible
        rows = models[seen.model_of] + benchmarks[seen.benchmark_of] + SETTING_WEIGHT * settings[seen.setting_of]
        return np.concatenate([rows / self._lengths, models, benchmarks, settings]).astype(float)

    @cached_property
    def _lengths(self) -> Vectors:
        """Length of the sum of the parts of each row."""
        m, b, s = self.visible.model_of, self.visible.benchmark_of, self.visible.setting_of
        own = [np.einsum("ij,ij->i", part, part) for part in (self.models, self.benchmarks, self.settings)]
        square = own[0][m] + own[1][b] + SETTING_WEIGHT**2 * own[2][s]
        square += 2.0 * _picked(self.likeness.models_benchmarks, m, b)
        square += 2.0 * SETTING_WEIGHT * _picked(self.likeness.models_settings, m, s)
        square += 2.0 * SETTING_WEIGHT * _picked(self.likeness.benchmarks_settings, b, s)
        lengths: Vectors = np.sqrt(np.maximum(square, 1e-6))
        return lengths


def _picked(table: Vectors, down: Numbers, across: Numbers) -> Vectors:
    """Pick one value a row from a table; in one dimension, which takes a third of the time."""
    picked: Vectors = table.ravel().take(down * table.shape[1] + across)
    return picked


def best(scores: Floats, mask: Mask, *, count: int = CANDIDATES) -> Numbers:
    """Return the places of the highest positive scores under a mask, the best first; equal ones as they come."""
    open_to: Numbers = np.flatnonzero(mask & (scores > 0.0))
    if len(open_to) > count:
        found = scores[open_to]
        least = np.partition(found, -count)[-count]
        above = open_to[found > least]
        open_to = np.sort(np.concatenate([above, open_to[found == least][: count - len(above)]]))
    order: Numbers = open_to[np.argsort(-scores[open_to], kind="stable")]
    return order


def fused(scores: Sequence[Floats], mask: Mask) -> tuple[Numbers, Floats]:
    """Put rankings together: places, the best first, and what each gained as a share of the most possible.

    Places with the same score share a rank, so that no order is made up among records that a query cannot tell apart.
    """
    gained: dict[int, float] = {}
    for one in scores:
        places = best(one, mask)
        for place, rank in zip(places.tolist(), _ranks(one[places]), strict=True):
            gained[place] = gained.get(place, 0.0) + (FUSION + 1.0) / (FUSION + rank) / len(scores)
    places = np.array(sorted(gained, key=lambda place: (-gained[place], place)), dtype=np.intp)
    return places, np.array([gained[place] for place in places.tolist()])


def _ranks(falling: Floats) -> NDArray[np.int64]:
    """Rank of each of some falling scores; equal scores share the best."""
    new = np.r_[True, np.abs(np.diff(falling)) > 1e-9] if len(falling) else np.zeros(0, dtype=bool)
    ranks: NDArray[np.int64] = np.maximum.accumulate(np.where(new, np.arange(1, len(falling) + 1), 0))
    return ranks
