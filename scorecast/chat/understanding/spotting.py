"""Spotting names: the longest spans of a message that the catalogue knows, and the words that look like names.

Each name that is found gives way to one sign of a private range in a *skeleton* of the message, which then reads
``what will M get on B?`` whatever the names are: phrases are matched on that, so no part of a name is taken for a
phrase. Nothing is guessed: a name with several meanings, or with none, is handed on as unclear with what is near.

The work is bounded by the words that are read and by the length of a name; what was spotted is kept for the messages
of a conversation, which come again with every turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import NamedTuple

from records.benchmark import Benchmark
from records.model import Model
from records.names.catalogue import AmbiguousName, Catalogue
from records.names.effort import LEVELS
from records.names.fold import fold
from scorecast.chat.understanding.intent import Unclear, What
from scorecast.chat.understanding.lexicon import ALSO_NAMES, BEFORE_BENCHMARK, BEFORE_EITHER, ORDINARY, words_of

MODEL, BENCHMARK, MUDDLE = "\ue000", "\ue001", "\ue002"
"""Signs that stand for a model, a benchmark and an ambiguous name in a skeleton; no message holds them."""

SIGNS = MODEL + BENCHMARK + MUDDLE

LONGEST_NAME = 10
"""Words in the longest name that is looked for."""

MOST_WORDS = 300
"""Words of a message that are looked at."""

OFFERED = 6
"""Near names on offer."""

ALIKE = 0.6
"""Likeness below which a name is not on offer."""

BESIDE_NAMES = words_of("thinking reasoning effort non no hf gguf")
"""Words that belong to the spelling of an effort or a format."""

KEPT = 512
"""Messages whose names are kept."""

_WORD = re.compile(r"[^\s?!,;]+")
_TRIMMED = "'\"`.:()*_\u2019\u201c\u201d"
_POSSESSIVE = re.compile(r"['\u2019]s$")

Thing = Model | Benchmark


class Word(NamedTuple):
    """A word with its place in the message."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Spotted:
    """The names of one message.

    Attributes:
        models: in the order in which they are named, each once.
        benchmarks: the same.
        muddles: names with several meanings.
        skeleton: the message with a sign in place of each name, as long as the message.
    """

    models: tuple[Model, ...]
    benchmarks: tuple[Benchmark, ...]
    muddles: tuple[Unclear, ...]
    skeleton: str


class Names:
    """The names of one catalogue, ready to be spotted. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.spot: Callable[[str], Spotted] = lru_cache(maxsize=KEPT)(self._spot)

    def near(self, what: What, name: str) -> tuple[str, ...]:
        """Return the ids that a name may mean: those that hold it as it stands, else those that are spelled alike."""
        things = [thing for search in self._searches(what) for thing in search(name, limit=OFFERED)]
        holding = [thing.id for thing in things if fold(name) in _spelled(thing)]
        if holding:
            return tuple(holding[:OFFERED])
        alike = {thing.id: _likeness(name, thing) for thing in things}
        ranked = sorted(alike, key=lambda key: -alike[key])
        return tuple(key for key in ranked if alike[key] >= ALIKE)[:OFFERED]

    def spelled(self, key: str) -> str:
        """Return all spellings of the model or benchmark with this id, folded."""
        thing = self.find(key)
        return _spelled(thing) if thing else ""

    def _searches(self, what: What) -> list[Callable[..., Sequence[Thing]]]:
        searches: dict[What, Callable[..., Sequence[Thing]]] = {
            What.MODEL: self.catalogue.search_models,
            What.BENCHMARK: self.catalogue.search_benchmarks,
        }
        return [searches[what]] if what in searches else list(searches.values())

    def find(self, key: str) -> Thing | None:
        """Return the model or benchmark with this id."""
        return self.catalogue.models.get(key) or self.catalogue.benchmarks.get(key)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """Every word of every spelling: a span with another plain word in it is no name."""
        things: list[Thing] = [*self.catalogue.models.values(), *self.catalogue.benchmarks.values()]
        words = {word for thing in things for word in _spelled(thing).split()}
        makers = {fold(model.organisation).partition(" ")[0] for model in self.catalogue.models.values()}
        return frozenset(words | makers | set(LEVELS) | BESIDE_NAMES)

    @cached_property
    def _heads(self) -> Mapping[str, int]:
        """Number of models whose id begins with a word."""
        counted: dict[str, int] = {}
        for key in self.catalogue.models:
            head = key.partition("-")[0]
            counted[head] = counted.get(head, 0) + 1
        return counted

    def _spot(self, text: str) -> Spotted:
        words = [Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)][:MOST_WORDS]
        spans: dict[int, tuple[int, Thing | Unclear]] = {}
        taken = [False] * len(words)
        # Benchmarks first: some carry the name of a model's maker, none is part of a model's name.
        for look_up, what in (
            (self.catalogue.find_benchmark, What.BENCHMARK),
            (self.catalogue.find_model, What.MODEL),
        ):
            for first, last in self._candidates(words):
                if any(taken[first:last]):
                    continue
                found = self._exactly(text, words, first, last, look_up, what)
                if found is not None:
                    spans[first] = (last, found)
                    taken[first:last] = [True] * (last - first)
        return _spotted(text, words, spans)

    def _candidates(self, words: list[Word]) -> Iterator[tuple[int, int]]:
        """Yield spans that may be names, the longest first."""
        possible = [self._may_be_part(word.text) for word in words]
        for length in range(min(LONGEST_NAME, len(words)), 0, -1):
            for first in range(len(words) - length + 1):
                if all(possible[first : first + length]):
                    yield first, first + length

    def _may_be_part(self, word: str) -> bool:
        plain = fold(_POSSESSIVE.sub("", word)).split()
        return all(not part.isalpha() or part in self._vocabulary for part in plain)

    def _exactly(
        self,
        text: str,
        words: list[Word],
        first: int,
        last: int,
        look_up: Callable[[str], Thing | None],
        what: What,
    ) -> Thing | Unclear | None:
        start, end = words[first].start, words[last - 1].end
        span = _POSSESSIVE.sub("", text[start:end])
        if last - first == 1 and not self._is_name(words, first):
            return None
        try:
            found = look_up(span.strip(_TRIMMED)) or look_up(span)
        except AmbiguousName as error:
            return Unclear(what, span, start, end, error.candidates[:OFFERED], ambiguous=True)
        if isinstance(found, Model) and self._is_family(span):
            return Unclear(what, span, start, end, self.near(What.MODEL, span), ambiguous=True)
        return found

    def _is_name(self, words: list[Word], place: int) -> bool:
        """Whether one word may be a name where it stands: an ordinary one is only where a name is expected."""
        word = words[place].text.strip(_TRIMMED)
        if word not in ORDINARY | ALSO_NAMES:
            return bool(word)
        before = words[place - 1].text.lower() if place else ""
        return word in ALSO_NAMES and before in BEFORE_BENCHMARK | BEFORE_EITHER | {"is"}

    def _is_family(self, span: str) -> bool:
        """Whether a word heads the names of many models, so that the one that has it alone is hardly meant."""
        word = span.strip(_TRIMMED).lower()
        return word.isalpha() and self._heads.get(word, 0) > 3


def _likeness(name: str, thing: Thing) -> float:
    """Return how alike a name and the nearest spelling of a thing are, 1 the most."""
    spellings = {fold(spelling) for spelling in (thing.id, thing.name, *thing.aliases)}
    return max(SequenceMatcher(None, fold(name), spelling).ratio() for spelling in spellings)


def _spelled(thing: Thing) -> str:
    return " ".join(fold(spelling) for spelling in (thing.id, thing.name, *thing.aliases))


def _spotted(text: str, words: list[Word], spans: Mapping[int, tuple[int, Thing | Unclear]]) -> Spotted:
    skeleton = text
    models: dict[str, Model] = {}
    benchmarks: dict[str, Benchmark] = {}
    muddles: list[Unclear] = []
    for first in sorted(spans):
        last, found = spans[first]
        match found:
            case Model():
                sign = MODEL
                models.setdefault(found.id, found)
            case Benchmark():
                sign = BENCHMARK
                benchmarks.setdefault(found.id, found)
            case Unclear():
                sign = MUDDLE
                muddles.append(found)
        start, end = words[first].start, words[last - 1].end
        skeleton = skeleton[:start] + sign.ljust(end - start) + skeleton[end:]
    return Spotted(tuple(models.values()), tuple(benchmarks.values()), tuple(muddles), skeleton)
