"""Unknown names: words of a message that look like a name, where nothing known is called so."""

from __future__ import annotations

import re

from scorecast.chat.understanding.intent import Unclear, What
from scorecast.chat.understanding.lexicon import BEFORE_BENCHMARK, BEFORE_EITHER, BEFORE_MODEL, ORDINARY
from scorecast.chat.understanding.spotting import SIGNS, Names

SHORT = 3
"""Words of a message that may be a name and nothing else."""

LONGEST_NAME = 8
"""Words of a name that nobody knows."""

_PART = re.compile(rf"[{SIGNS}]|[^\s?!,;{SIGNS}]+|[?!,;]")
_TRIMMED = "'\"`.:()*_\u2019\u201c\u201d"


def unknown_name(rest: str, text: str, names: Names, *, loose: bool = False) -> Unclear | None:
    """Return the first run of words that looks like a name.

    Args:
        rest: skeleton of the message, with everything that was read blanked out.
        text: the message.
        names: those that are known, of which the nearest are offered.
        loose: whether any strange words will do, wherever they stand: for a message that lacks a name.
    """
    parts = [(m.start(), m.end(), m[0].strip(_TRIMMED)) for m in _PART.finditer(rest)]
    place = 0
    while place < len(parts):
        last = place
        while last < len(parts) and _strange(parts[last][2]):
            last += 1
        words = [part[2] for part in parts[place:last]]
        before = parts[place - 1][2].lower() if place else ""
        joined = before in BEFORE_EITHER and any(part[2] in SIGNS for part in parts if part[2])
        if words and _is_name(words, before, alone=loose or joined or len(parts) <= SHORT):
            start, end = parts[place][0], parts[min(last, place + LONGEST_NAME) - 1][1]
            name = text[start:end].strip(_TRIMMED)
            what = _expected(before)
            return Unclear(what, name, start, end, names.near(what, name))
        place = max(last, place + 1)
    return None


def _strange(word: str) -> bool:
    return bool(word) and word.lower() not in ORDINARY and word not in SIGNS and any(c.isalnum() for c in word)


def _is_name(words: list[str], before: str, *, alone: bool) -> bool:
    """Whether strange words are meant as a name: by their look, or by where they stand."""
    if all(word.replace(".", "").replace(",", "").isdigit() for word in words):
        return False
    looks = any(any(c.isdigit() for c in word) or any(c.isupper() for c in word[1:]) for word in words)
    looks = looks or bool(before and any(word[:1].isupper() for word in words))
    return looks or alone or before in BEFORE_BENCHMARK | BEFORE_MODEL | {"compare", "evaluate"}


def _expected(before: str) -> What:
    if before in BEFORE_BENCHMARK:
        return What.BENCHMARK
    if before in BEFORE_MODEL and before not in {"about", "of", "is"}:
        return What.MODEL
    return What.EITHER
