"""The way out: a text without names, ids, links and tell-tale numbers.

Masking changes what a text names, never what it says: it does not read, so that a hostile text stays data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from agent.blinding.kinds import Kind
from agent.blinding.numbers import coarse
from agent.blinding.pseudonyms import Pseudonyms
from agent.blinding.reading import plain
from agent.blinding.vocabulary import Vocabulary

PASSES = 5
"""Times that a text is looked through again at most: a rounded number may leave what reads like a name."""

HIDDEN = "[id]"
"""Stands for an id that is none of a visible record."""

COVER = "\0"
"""A character that is part of no name."""

_RECORD_ID = re.compile(r"\b[0-9a-f]{20}\b")
_VERSION = re.compile(r"[-_.@]?(?:v(?=\d)|\d)[\w.]*(?:-\d[\w.]*)*(?<!\.)", re.IGNORECASE)
_EDITION = re.compile(r"[-_.@]?(?:v\d[\w.]*|20\d\d(?:-\d\d)*)(?<!\.)\b", re.IGNORECASE)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))


@dataclass(frozen=True, eq=False)
class Mask:
    """Masks texts.

    Attributes:
        vocabulary: every name that is masked.
        pseudonyms: what stands for each.
        opaque: the opaque id of each visible record.
        surely: letters of names that are names even where they read as plain English.
    """

    vocabulary: Vocabulary = field(repr=False)
    pseudonyms: Pseudonyms = field(repr=False)
    opaque: Mapping[str, str] = field(repr=False)
    surely: frozenset[str] = frozenset()

    def __call__(self, text: str) -> str:
        """Mask a text; masking twice changes nothing."""
        masked = coarse(self._without_names(self._without_ids(plain(text))))
        for _ in range(PASSES):
            again = self._without_names(plain(masked))
            if again == masked:
                break
            masked = coarse(again)
        return masked

    @cached_property
    def transparent(self) -> Mapping[str, str]:
        """The id of each record by its opaque id."""
        return {shown: record for record, shown in self.opaque.items()}

    def names_in(self, text: str) -> list[str]:
        """List the names that a text holds, as it writes them; plain English and pseudonyms are none."""
        ready = plain(text)
        return [ready[span.start : span.end] for span in self.vocabulary.find(self._covered(ready))]

    def _without_ids(self, text: str) -> str:
        return _RECORD_ID.sub(lambda found: self.opaque.get(found[0], HIDDEN), text)

    def _covered(self, text: str) -> str:
        """The text with our own pseudonyms covered, so that no name is found in them or across them."""
        return self.pseudonyms.written.sub(lambda found: COVER * len(found[0]), text)

    def _without_names(self, text: str) -> str:
        parts: list[str] = []
        behind = 0
        for start, end, thing, _ in self.vocabulary.find(self._covered(text), surely=self.surely):
            if start < behind:
                continue  # part of the version of the name before
            parts += [text[behind:start], _gap(text, start), self.pseudonyms.of_thing[thing]]
            behind = _end(text, start, end, thing.kind)
            parts.append(_gap(text, behind))
        return "".join([*parts, text[behind:]])


def _gap(text: str, border: int) -> str:
    """A blank where a name is glued to what is beside it."""
    return " " if text[max(border - 1, 0) : border + 1].isalnum() and 0 < border < len(text) else ""


def _end(text: str, start: int, end: int, kind: Kind) -> int:
    """Where a name ends with the version that hangs on it, and with the bracket that was opened in it."""
    version = _EDITION if kind is Kind.BENCHMARK else _VERSION
    if kind in {Kind.MODEL, Kind.FAMILY, Kind.BENCHMARK} and (found := version.match(text, end)):
        end = found.end()
    for opening, closing in _BRACKETS:
        if text.count(opening, start, end) > text.count(closing, start, end) and text.startswith(closing, end):
            end += 1
    return end
