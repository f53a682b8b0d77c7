"""Redaction: sentences that quote a withheld score are taken out of texts that a forecast may read.

A text is held against the withheld scores of what it belongs to and of every model and benchmark that it names.
Better one sentence too few than a score: nothing is lost but prose.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from records.benchmark import Benchmark
from records.kinship import Kinship

REDACTED = "[sentence withheld]"

_SENTENCE = re.compile(r"((?<=[.!?;])\s+|\n+)")
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d++(?:[.,]\d++)*+|\.\d++)(?P<thousands>\s?(?:k|thousand)\b)?"
    r"(?:\s*(?P<unit>%|per ?cent\b|points?\b|pp\b|pts?\b)|(?!\w))",
    re.IGNORECASE,
)
_SCORE_WORDS = re.compile(
    r"scor|accura|reach|achiev|obtain|result|pass(?:es|ed)|solv|resolv|rat(?:e|ing)|elo", re.IGNORECASE
)
_ERROR_WORDS = re.compile(r"\berr|fail|wrong|incorrect|miss", re.IGNORECASE)
_CHANCE_WORDS = re.compile(r"chance|random|guess", re.IGNORECASE)


class _Told(NamedTuple):
    """A number as a text writes it: it stands for anything within half a unit of its last digit."""

    value: float
    slack: float


def redact(text: str, *secrets: Sequence[float], chance: float | None = None) -> str:
    """Replace every sentence that quotes one of the withheld scores; any other text comes back as it was.

    A number quotes a score when it equals it at the precision in which it is written: as such, as percent or as a
    fraction, with a decimal comma or thousands, and, in a sentence about errors, as what is missing to 100. A whole
    number counts only beside a unit or a word such as *scores*, so that "448 questions" survives.

    Args:
        text: what may quote a score.
        secrets: withheld scores, each sequence in rising order.
        chance: the chance level, which a sentence about guessing may tell.
    """
    if not any(secrets) or not any(c.isdigit() for c in text):
        return text
    parts = _SENTENCE.split(text)  # sentences at even places, the blanks between them at odd ones
    return "".join(
        REDACTED if place % 2 == 0 and _quotes(part, secrets, chance) else part for place, part in enumerate(parts)
    )


def _quotes(sentence: str, secrets: Sequence[Sequence[float]], chance: float | None) -> bool:
    plain = unicodedata.normalize("NFKC", sentence)
    about_scores = bool(_SCORE_WORDS.search(plain))
    about_errors = bool(_ERROR_WORDS.search(plain))
    about_chance = bool(_CHANCE_WORDS.search(plain))
    for match in _NUMBER.finditer(plain):
        for told in _readings(match, scores_only=not (about_scores or about_errors)):
            if about_chance and told.value == chance:
                continue
            if any(_near(variant, secrets) for variant in _variants(told, about_errors=about_errors)):
                return True
    return False


def _readings(match: re.Match[str], *, scores_only: bool) -> list[_Told]:
    """The values that a written number may mean: a comma marks thousands before three digits, else maybe decimals."""
    digits, times = match["digits"], 1000.0 if match["thousands"] else 1.0
    spellings = {digits.replace(",", "")}
    if digits.count(",") == 1 and "." not in digits and len(digits.partition(",")[2]) != 3:
        spellings.add(digits.replace(",", "."))
    found = []
    for spelling in sorted(spellings):
        if spelling.count(".") > 1:
            continue  # a version or a date
        decimals = len(spelling.partition(".")[2])
        if decimals or match["unit"] or not scores_only:
            found.append(_Told(times * float(spelling), times * 0.5 * 10.0**-decimals))
    return found


def _variants(told: _Told, *, about_errors: bool) -> Iterable[_Told]:
    yield told
    yield _Told(-told.value, told.slack)
    if told.value <= 1.0 and told.slack < 0.05:
        yield _Told(100.0 * told.value, 100.0 * told.slack)
    if told.value <= 100.0:
        yield _Told(told.value / 100.0, told.slack / 100.0)
        if about_errors:
            yield _Told(100.0 - told.value, told.slack)


def _near(told: _Told, secrets: Sequence[Sequence[float]]) -> bool:
    low, high = told.value - told.slack - 1e-9, told.value + told.slack + 1e-9
    return any(bisect_left(values, low) < bisect_right(values, high) for values in secrets)


Scores = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Secrets:
    """Withheld scores, in rising order: numbers that no visible text may quote.

    Attributes:
        by_benchmark: of each benchmark and its relatives.
        by_group: of each kin group of models.
        kinship: tells what a text names.
    """

    by_benchmark: Scores
    by_group: Scores
    kinship: Kinship = field(repr=False)

    @classmethod
    def of(cls, refused: pd.DataFrame, kinship: Kinship) -> Secrets:
        """Collect the values of refused records."""
        own = {str(key): set(values) for key, values in refused.groupby("benchmark")["value"]}
        related = {b: kinship.related.get(b, frozenset({b})) for b in {*kinship.related, *own}}
        by_benchmark = {b: set[float]().union(*(own.get(r, ()) for r in near)) for b, near in related.items()}
        groups = refused["model"].map(lambda model: kinship.groups.get(model, model))
        by_group = {str(key): set(values) for key, values in refused["value"].groupby(groups)}
        return cls(_rising(by_benchmark), _rising(by_group), kinship)

    def out_of_description(self, benchmark: Benchmark) -> str:
        """Redact the description of a benchmark."""
        if not self.by_benchmark:  # nothing is withheld
            return benchmark.description
        secrets = [self.by_benchmark.get(benchmark.id, ()), *self._named(benchmark.description)]
        return redact(benchmark.description, *secrets, chance=benchmark.metric.chance)

    def out_of_notes(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Redact the notes of records."""
        telling = frame["note"].str.contains(r"\d", regex=True)
        if not self.by_benchmark or not telling.any():
            return frame
        columns = (frame.loc[telling, name].tolist() for name in ("note", "benchmark", "model"))
        rows = list(zip(*columns, strict=True))
        clean = {row: self._out_of_note(*row) for row in set(rows)}
        notes = frame["note"].copy()
        notes[telling] = [clean[row] for row in rows]
        return frame.assign(note=notes)

    def _out_of_note(self, note: str, benchmark: str, model: str) -> str:
        group = self.kinship.groups.get(model, model)
        own = (self.by_benchmark.get(benchmark, ()), self.by_group.get(group, ()))
        return redact(note, *own, *self._named(note))

    def _named(self, text: str) -> list[tuple[float, ...]]:
        named = self.kinship.mentions(text)
        return [
            *(self.by_group.get(group, ()) for group in named.groups),
            *(self.by_benchmark.get(benchmark, ()) for benchmark in named.benchmarks),
        ]


def _rising(values: Mapping[str, set[float]]) -> Scores:
    return {key: tuple(sorted(found)) for key, found in values.items() if found}
