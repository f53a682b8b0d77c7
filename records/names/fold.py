"""Folding: the spelling of a name with everything that carries no meaning taken away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

REMEMBERED = 16_384
"""Names whose folding is kept: a catalogue is folded several times over."""

_SEPARATORS = re.compile(r"[\s_\-/.,:()\[\]{}'\"|]+")


@lru_cache(maxsize=REMEMBERED)
def fold(name: str) -> str:
    """Return the name in lower case, separators as single blanks, Unicode compatibility forms unified.

    ``GPT-5 (high)`` and ``gpt_5-high`` fold alike; ``+`` and ``@`` are kept: ``HumanEval+`` is not ``HumanEval``.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _SEPARATORS.sub(" ", plain).strip()
