"""What the priors of abilities and of curves are regressed on: features of models and of benchmarks, in blocks.

In: one side of a cell matrix. Out: a ``Design``, whose vocabulary (groups, months, embeddings) is learned once, and
which lays any models or benchmarks out on it. Effects of a block are drawn from a normal distribution of one variance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from scipy import linalg

from predictors.models import Ints
from records.metric import Floats

Members = TypeVar("Members")
"""The members of one side with all that is known of them."""

NEGLIGIBLE = 1e-9
"""Share of the variance of texts below which a direction is rounding."""


@dataclass(frozen=True)
class Block(Generic[Members]):
    """One block of features.

    Attributes:
        name: for the reader.
        lay_out: makes the features of n members, shape ``(n, p)``.
        variance: of its effects before any is seen.
        learned: whether the variance is learned; blocks of a few features are meant to be found, not shrunk.
        groups: whether a member without any of the features belongs to a group of its own, not to none.
    """

    name: str
    lay_out: Callable[[Members], Floats]
    variance: float
    learned: bool = True
    groups: bool = False


@dataclass(frozen=True, eq=False)
class Design(Generic[Members]):
    """Blocks of features with a fixed vocabulary."""

    blocks: tuple[Block[Members], ...]

    def lay_out(self, side: Members) -> Laid:
        """Lay out the features of one side."""
        parts = [block.lay_out(side) for block in self.blocks]
        stops = np.cumsum([part.shape[1] for part in parts]).tolist()
        places = [
            Place(slice(stop - part.shape[1], stop), block.variance, learned=block.learned, groups=block.groups)
            for stop, part, block in zip(stops, parts, self.blocks, strict=True)
        ]
        return Laid(np.concatenate(parts, axis=1), tuple(places))


class Place(NamedTuple):
    """Where the effects of a block are, and what its ``Block`` says of their variance."""

    effects: slice
    variance: float
    learned: bool
    groups: bool


class Laid(NamedTuple):
    """The features of n members, shape ``(n, p)``, and where the blocks are."""

    features: Floats
    places: tuple[Place, ...]

    def take(self, members: Ints) -> Laid:
        """Return some of the members."""
        return self._replace(features=self.features[members])

    def prior_variances(self, scale: Floats) -> Floats:
        """Variance of every effect on k coordinates before any is seen, shape ``(p, k)``; ``scale`` is ``(k,)``."""
        variance = np.empty((self.features.shape[1], len(scale)))
        for place in self.places:
            variance[place.effects] = place.variance * scale
        return variance

    def of_strangers(self, variance: Floats) -> Floats:
        """Variance that members of unseen groups have beyond their features', shape ``(n, k)``."""
        total = np.zeros((len(self.features), variance.shape[1]))
        for place in self.places:
            if place.groups and place.effects.stop > place.effects.start:
                total[~self.features[:, place.effects].any(axis=1)] += variance[place.effects.start]
        return total


def shared(groups: Ints) -> Ints:
    """Codes of the known groups that two or more members belong to: what one alone has is its own."""
    found, count = np.unique(groups[groups != 0], return_counts=True)
    return found[count > 1]


def indicators(groups: Ints, vocabulary: Ints) -> Floats:
    """Which group of the vocabulary each member belongs to, one column a group, shape ``(n, v)``."""
    return np.asarray(groups[:, None] == vocabulary[None, :], dtype=float)


def directions(texts: Floats, *, most: int) -> Floats:
    """The main directions in which embedded texts ``(n, w)`` differ, at most so many, shape ``(w, d)``."""
    if not len(texts):
        return np.zeros((texts.shape[1], 0))
    wanted = max(len(texts) - most, 0), len(texts) - 1
    values, vectors = linalg.eigh(texts @ texts.T, subset_by_index=wanted, check_finite=False)
    kept = np.flatnonzero(values > NEGLIGIBLE * max(float(values[-1]), 1.0))
    return np.asarray(texts.T @ (vectors[:, kept] / np.sqrt(values[kept])))
