"""Keyword search over a list of texts: BM25 (Robertson and Zaragoza 2009), by the library ``bm25s``.

Word statistics come from the texts that it is given, which are those that a history shows: how rare a word is tells
nothing of what is hidden.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from records.metric import Floats
from records.names.fold import fold

if TYPE_CHECKING:
    from bm25s import BM25  # type: ignore[import-untyped]

_WORD = re.compile(r"[^\W_]+\+*")

STOP_WORDS = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is", "it", "its", "of", "on",
        "or", "that", "the", "their", "this", "to", "was", "what", "which", "will", "with",
    }
)  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of a text, folded; ``GPT-4o (high)`` gives ``gpt 4o high``."""
    return [word for word in _WORD.findall(fold(text)) if word not in STOP_WORDS]


class Keywords:
    """An index of words over some texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [words(text) for text in texts]

    def scores(self, query: Sequence[str]) -> Floats:
        """Return how well each text matches the words of a query, 0 for not at all."""
        known = [word for word in query if self._index is not None and word in self._index.vocab_dict]
        if self._index is None or not known:
            return np.zeros(len(self._words))
        return np.asarray(self._index.get_scores(known), dtype=float)

    @cached_property
    def _index(self) -> BM25 | None:
        if not any(self._words):
            return None
        from bm25s import BM25

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs each step, at the level of debugging
        index = BM25()
        index.index(self._words, show_progress=False)
        return index
