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
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in plain if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})
    harmless = _MARK.sub("(", visible).strip()
    return harmless if len(harmless) <= longest else f"{harmless[:longest]}\n[cut: {len(harmless) - longest} more]"


def one_line(text: str, *, longest: int = 300) -> str:
    """Return the text on one line, for notes and names inside a block."""
    return " ".join(disarmed(text, longest=longest).split())
