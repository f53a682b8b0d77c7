"""A text as names are looked for in it: small letters, no separators, and the way back to where each stood.

Spellings that fold alike (``records.names.fold``) read alike here, and so do some that do not: ``Human Eval`` is
``HumanEval`` and ``Llama3`` is ``Llama 3``. Two numbers keep a dot between them: ``2-13b`` is not ``21-3b``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s\-/.,:()\[\]{}'\"|]")
"""A run of letters, a run of digits, or a sign that ``fold`` keeps."""


def plain(text: str) -> str:
    """Return the text in Unicode's compatibility form, without invisible format characters."""
    if text.isascii():
        return text
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFKC", visible)


@dataclass(frozen=True)
class Reading:
    """A plain text, read for names.

    Attributes:
        letters: what is compared.
        starts: places in ``letters`` where a name may begin, and where they are in the text.
        ends: places in ``letters`` behind which a name may end, and where that is in the text.
    """

    letters: str
    starts: dict[int, int]
    ends: dict[int, int]

    @classmethod
    def of(cls, text: str) -> Reading:
        """Read a text that is ``plain``."""
        folded, origin = _folded(text)
        letters: list[str] = []
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        length, after_digit = 0, False
        for found in _PIECE.finditer(folded):
            piece = found[0]
            digit = piece[0].isdigit()
            if digit and after_digit:
                letters.append(".")
                length += 1
            starts[length] = origin[found.start()] if origin else found.start()
            letters.append(piece)
            length += len(piece)
            ends[length] = origin[found.end()] if origin else found.end()
            after_digit = digit
        return cls("".join(letters), starts, ends)


def letters(name: str) -> str:
    """Return what of a name is compared."""
    return Reading.of(plain(name)).letters


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in folded case, and the place in the text of each of its characters; empty where they are the same."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded, []
    origin = [place for place, character in enumerate(text) for _ in character.casefold()]
    return folded, [*origin, len(text)]
