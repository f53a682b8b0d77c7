"""Texts as unit vectors without a trained model: words and character n-grams, weighed by rarity and hashed.

In: short texts (names of models, descriptions of benchmarks). Out: an array ``(n, WIDTH)`` of unit rows, whose inner
products are cosine similarities. Each term falls into one of ``WIDTH`` places with a sign, both from its hash
(Weinberger et al. 2009, "Feature hashing for large scale multitask learning"), and counts for log(1 + count) times
its inverse document frequency (Spärck Jones 1972), which is learned once so that texts seen later are comparable.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np

from predictors.models import Ints
from records.metric import Floats

WIDTH = 1024
"""Places of the hash: enough that two of the few hundred terms of a text seldom meet."""

SHORTEST, LONGEST = 3, 5
"""Lengths of the character n-grams, the marks of the word's ends included."""

REMEMBERED = 8_192
"""Texts, and words, whose terms are kept in memory: catalogues are embedded anew for every fit."""

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")


class Terms(NamedTuple):
    """The hashed terms of one text: place, and log(1 + count) with the sign, each of shape ``(t,)``."""

    place: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class Embedding:
    """A learned weighing of terms.

    Attributes:
        rarity: inverse document frequency of each place, shape ``(WIDTH,)``.
    """

    rarity: Floats

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Learn how rare each term is among these texts."""
        holding = np.zeros(WIDTH)
        for text in texts:
            holding[terms(text).place] += 1.0
        return cls(1.0 + np.log((1.0 + len(texts)) / (1.0 + holding)))

    def embed(self, texts: Sequence[str]) -> Floats:
        """Turn texts into unit rows, shape ``(n, WIDTH)``; a text without a word becomes zeros."""
        rows = np.zeros((len(texts), WIDTH))
        for row, text in zip(rows, texts, strict=True):
            place, weight = terms(text)
            row[place] = weight
        rows *= self.rarity
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(length > 0.0, length, 1.0))


@lru_cache(maxsize=REMEMBERED)
def terms(text: str) -> Terms:
    """Count the words and character n-grams of a text, hashed."""
    words = [_parts(word) for word in _WORD.findall(text.lower())]
    if not words:
        return Terms(np.empty(0, dtype=np.int64), np.empty(0))
    codes, first, count = np.unique(np.concatenate(words), return_index=True, return_counts=True)
    order = np.argsort(first)  # in the order of the text, so that sums do not depend on the hash
    place, sign = (codes[order] >> 1) % WIDTH, np.where(codes[order] & 1, 1.0, -1.0)
    total = np.bincount(place, sign * np.log1p(count[order]), minlength=WIDTH)
    places = np.unique(place)
    return Terms(places, np.asarray(total[places], dtype=float))


@lru_cache(maxsize=REMEMBERED)
def _parts(word: str) -> Ints:
    """Hashes of a word and of its n-grams."""
    marked = f"<{word}>"
    grams = (marked[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(len(marked) - n + 1))
    return np.array([zlib.crc32(term.encode()) for term in (f"={word}", *grams)], dtype=np.int64)
