"""Pseudonyms: each name of a vocabulary gets a code of its kind, drawn by seed, and each record an opaque id.

The codes depend on the seed, on the names, and on nothing else: no score, no date, no order of release shows in them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, islice
from random import Random

from agent.blinding.kinds import Kind, Named
from agent.blinding.reading import letters

RECORD = "R"
"""What the opaque ids of records begin with."""


@dataclass(frozen=True, eq=False)
class Pseudonyms:
    """Both directions.

    Attributes:
        of_thing: ``Model M17`` of each thing.
        behind: the thing of each code in lower case, ``m17``.
        written: finds pseudonyms of ours in a text, in the form in which they are written.
    """

    of_thing: Mapping[Named, str]
    behind: Mapping[str, Named]
    written: re.Pattern[str]

    @classmethod
    def draw(cls, things: Iterable[Named], *, taken: Mapping[str, Named], seed: str) -> Pseudonyms:
        """Give each thing a code, passing over codes that are names themselves, such as ``K2``.

        Args:
            things: what needs a pseudonym.
            taken: names, by their letters.
            seed: the same seed gives the same codes.
        """
        of_thing: dict[Named, str] = {}
        behind: dict[str, Named] = {}
        every = list(things)
        for kind in Kind:
            own = [thing for thing in every if thing.kind is kind]
            for code, thing in zip(_codes(kind, len(own), taken), shuffled(own, seed=seed), strict=True):
                of_thing[thing] = f"{kind.value} {code}"
                behind[code.casefold()] = thing
        kinds = "|".join(f"{kind.value} {kind.letter}" for kind in Kind)
        return cls(of_thing, behind, re.compile(rf"\b(?:{kinds})\d+\b"))


def shuffled(things: Iterable[Named], *, seed: str) -> list[Named]:
    """Return the things in an order that only the seed decides."""
    return sorted(things, key=lambda thing: (_digest(seed, thing.id), thing.id))


def opaque(ids: Iterable[str], *, seed: str) -> dict[str, str]:
    """Return an opaque id for each id of a record: R1, R2 and so on in an order that only the seed decides."""
    order = sorted(ids)
    Random(seed).shuffle(order)  # noqa: S311 - hides an order, guards nothing
    return {one: f"{RECORD}{number}" for number, one in enumerate(order, start=1)}


def _codes(kind: Kind, number: int, taken: Mapping[str, Named]) -> list[str]:
    """Codes of a kind that read like no name, neither alone nor behind the word for their kind."""
    every = (f"{kind.letter}{index}" for index in count(1))
    free = (code for code in every if not {letters(code), letters(f"{kind.value} {code}")} & taken.keys())
    return list(islice(free, number))


def _digest(seed: str, text: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{text}".encode(), digest_size=8).digest()
