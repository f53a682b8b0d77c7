"""Every name that a history knows, and where names stand in a text: the longest first, at the borders of words.

In: the catalogue of a history. Out: spans of a text with what they name. A trie over ``Reading.letters``; looking
through a text takes time in proportion to its length, whatever the number of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from agent.blinding.kinds import Kind, Named
from agent.blinding.ordinary import NUMBERS, ORDINARY
from agent.blinding.procedures import KINDS, named_in
from agent.blinding.reading import Reading, letters
from records.benchmark import Benchmark
from records.history import History
from records.model import Model
from records.names.fold import fold
from records.setting import Setting

SHORT = 3
"""Letters and digits up to which a name must be spelled as ``fold`` has it: ``o1`` is not ``O(1)``."""

_LINE = re.compile(r"([a-z]{3,})(?=-?[a-z]?\d)")
"""The word before the version of a family, such as ``gpt`` or ``qwen``: it tells the line of models."""

_BEFORE = re.compile(r"(?:^|[:=\[(;|,\n] ?|\bon )$")
_BEHIND = re.compile(r"\s*(?:[:;=\])|,\n]|$)")
"""What stands around a word that is told as a value, such as ``on math: 61`` or ``id: math;``."""


class Spelled(NamedTuple):
    """One spelling of a thing, as it is written."""

    named: Named
    text: str


class Span(NamedTuple):
    """Where a text names something."""

    start: int
    end: int
    named: Named
    letters: str


@dataclass(slots=True)
class _Node:
    """A place in the trie: what may follow, and what is named when a name ends here."""

    following: dict[str, _Node] = field(default_factory=dict)
    named: Named | None = None


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Names, and what they belong to.

    Attributes:
        things: everything that has a name, each once.
        meant: what each spelling means, by its letters.
        written: every spelling as catalogues write it.
    """

    things: frozenset[Named]
    meant: dict[str, Named] = field(repr=False)
    written: frozenset[str] = field(repr=False)
    _root: _Node = field(repr=False)

    @classmethod
    def of(cls, history: History) -> Vocabulary:
        """Collect every name of a history: of models, benchmarks, families, organisations, sources and in settings."""
        return cls(frozenset(), {}, frozenset(), _Node()).including(_of_history(history))

    def including(self, spellings: Iterable[Spelled]) -> Vocabulary:
        """Return this with further spellings; of two things with one spelling the first, by kind and then as told."""
        told = list(spellings)
        new = [one for one in sorted(told, key=_rank) if _tells(one.text)]
        meant = dict(self.meant)
        root = _Node(dict(self._root.following), self._root.named)
        copied = {id(root)}
        for one in new:
            spelled = letters(one.text)
            if spelled not in meant:
                meant[spelled] = one.named
                _insert(root, spelled, one.named, copied)
        things = self.things | {one.named for one in told}
        return replace(self, things=things, meant=meant, written=self.written | {o.text for o in new}, _root=root)

    def find(self, text: str, *, surely: frozenset[str] = frozenset()) -> Iterator[Span]:
        """Yield what a plain text names, from left to right; spans do not overlap.

        Args:
            text: as ``reading.plain`` returns it.
            surely: letters of names that are names even where they are written as plain English.
        """
        reading = Reading.of(text)
        behind = 0
        for place, start in reading.starts.items():
            if place < behind:
                continue
            for stop, named in self._ending(reading, place):
                end, spelled = reading.ends[stop], reading.letters[place:stop]
                if spelled in surely or self._is_name(text, start, end, spelled):
                    yield Span(start, end, named, spelled)
                    behind = stop
                    break

    def _ending(self, reading: Reading, place: int) -> list[tuple[int, Named]]:
        """Names that begin at a place, the longest first, each with the place behind it."""
        node, found = self._root, []
        for stop in range(place, len(reading.letters)):
            following = node.following.get(reading.letters[stop])
            if following is None:
                break
            node = following
            if node.named is not None and stop + 1 in reading.ends:
                found.append((stop + 1, node.named))
        return found[::-1]

    def _is_name(self, text: str, start: int, end: int, spelled: str) -> bool:
        written = text[start:end]
        if spelled in NUMBERS and written.islower():
            return False
        if spelled in ORDINARY:
            shouted = written.isupper() or (written in self.written and not written.islower())
            return shouted or bool(_BEFORE.search(text[max(start - 4, 0) : start]) and _BEHIND.match(text, end))
        return len(spelled) > SHORT or written.isalnum() or fold(written) in self._short

    @cached_property
    def _short(self) -> frozenset[str]:
        return frozenset(fold(text) for text in self.written if len(text) <= 2 * SHORT)


def _tells(name: str) -> bool:
    """Whether a spelling is more than a number or a single letter, which would turn up everywhere."""
    spelled = letters(name)
    return len(spelled) > 1 and not spelled.replace(".", "").isdigit()


def _rank(one: Spelled) -> tuple[int, bool]:
    """By kind; an id is never taken from its owner by another's alias."""
    return list(Kind).index(one.named.kind), one.text != one.named.id


def _insert(root: _Node, spelled: str, named: Named, copied: set[int]) -> None:
    """Add a spelling; nodes on the way that others may share are copied first."""
    node = root
    for letter in spelled:
        following = node.following.get(letter)
        if following is None or id(following) not in copied:
            following = _Node(dict(following.following), following.named) if following else _Node()
            copied.add(id(following))
            node.following[letter] = following
        node = following
    node.named = named


def of_model(model: Model) -> Iterator[Spelled]:
    """Every name that a model brings along: its own, its base model's, its family's and its maker's."""
    own = Named(Kind.MODEL, model.id)
    yield from (Spelled(own, text) for text in (model.id, model.name, *model.aliases))
    if model.base_model:
        yield Spelled(Named(Kind.MODEL, model.base_model), model.base_model)
    if model.organisation:
        yield Spelled(Named(Kind.MAKER, model.organisation), model.organisation)
    if model.family:
        yield Spelled(Named(Kind.FAMILY, model.family), model.family)
        if (found := _LINE.match(model.family)) and found[1] not in ORDINARY:
            yield Spelled(Named(Kind.FAMILY, found[1]), found[1])


def of_benchmark(benchmark: Benchmark) -> Iterator[Spelled]:
    """Every name that a benchmark brings along."""
    own = Named(Kind.BENCHMARK, benchmark.id)
    yield from (Spelled(own, text) for text in (benchmark.id, benchmark.name, *benchmark.aliases))
    yield from (Spelled(Named(Kind.BENCHMARK, whole), whole) for whole in benchmark.part_of)


def of_setting(setting: Setting) -> Iterator[Spelled]:
    """Every name in a setting."""
    for field_name, value in setting.told().items():
        yield from (Spelled(named, named.id) for named in named_in(field_name, str(value)))


def _of_history(history: History) -> Iterator[Spelled]:
    for key in sorted(history.models):
        yield from of_model(history.models[key])
    for key in sorted(history.benchmarks):
        yield from of_benchmark(history.benchmarks[key])
    for key in sorted(history.sources):
        source = Named(Kind.SOURCE, key)
        yield from (Spelled(source, text) for text in (key, history.sources[key].name))
    for column in KINDS:
        for value in sorted(set(history.records[column])):
            yield from (Spelled(named, named.id) for named in named_in(column, value))
