"""Quoting: text that strangers wrote, fenced off so that a language model can tell it from instructions.

Every tool result and every description in a prompt goes through ``quoted``. What stands between the marks cannot
close them, holds no control characters, and is bounded.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 8_000
"""Characters of one quoted block; about 2,000 tokens."""

_MARK = re.compile(r"<(?=\s*/?\s*data\b)", re.IGNORECASE)


def quoted(text: str, *, longest: int = LONGEST) -> str:
    """Fence a text between ``<data>`` and ``</data>``."""
    return f"<data>\n{disarmed(text, longest=longest)}\n</data>"


def disarmed(text: str, *, longest: int = LONGEST) -> str:
    """Return the text without control or invisible characters and without anything that looks like our marks."""
    return _cut(_MARK.sub("(", visible(unicodedata.normalize("NFKC", text))).strip(), longest)


def printable(text: str, *, longest: int = LONGEST) -> str:
    """Return the text as it may be printed in a terminal: marks stay, control and invisible characters go."""
    return _cut(visible(text), longest)


class _Seen(dict[int, str | None]):
    """What stands for each character, found out when it first comes up: itself, or nothing."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        gone = character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}
        self[code] = None if gone else character
        return self[code]


_SEEN = _Seen()


def visible(text: str) -> str:
    """Return the text without control, invisible and private characters; ends of lines stay."""
    return text.translate(_SEEN)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n[cut: {len(text) - longest} more]"


def one_line(text: str, *, longest: int = 300) -> str:
    """Return the text on one line, for notes and names inside a block."""
    return " ".join(disarmed(text, longest=longest).split())
