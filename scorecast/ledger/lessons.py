"""Lessons: what the marks that a history lets through teach about one forecast, each worked out once.

Marks of the asked cell and of its siblings are left out: what that cell has shown is in the history, and must not be
told twice; what somebody only told of it must not be told at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from calibration.settled import SettledForecasts, Taught
from records.history import History
from records.kinship import Kinship
from records.question import Question
from scorecast.ledger.marks import Mark, unhidden
from scorecast.shared_fits import Recent

HISTORIES, LEARNED = 8, 24
"""How many of each are kept in memory; with ten thousand marks each takes megabytes."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The marks that forecasts on one history may learn from, the asked cell's aside."""

    marks: tuple[Mark, ...]
    kinship: Kinship

    def beside(self, own: frozenset[str], forecaster: str) -> tuple[Mark, ...]:
        """Return the marks of a forecaster but those of these entries."""
        return tuple(one for one in self.marks if one.forecaster == forecaster and one.entry not in own)

    def of_cell(self, question: Question) -> frozenset[str]:
        """Return the entries of the asked cell and of its siblings."""
        near = self.kinship.relatives(question.benchmark) & self._by_benchmark.keys()
        if not near:
            return frozenset()
        kin, sibling = self.kinship.kin(question.model), self.kinship.withheld({question.cell})
        return frozenset(
            one.entry
            for benchmark in near
            for one in self._by_benchmark[benchmark]
            if one.model in kin or one.root == question.model.root or sibling(one.model, one.benchmark)
        )

    @cached_property
    def _by_benchmark(self) -> Mapping[str, Sequence[Mark]]:
        found: defaultdict[str, list[Mark]] = defaultdict(list)
        for one in self.marks:
            found[one.benchmark].append(one)
        return found


@dataclass(frozen=True, eq=False)
class Lessons:
    """What marks teach; safe to use from several threads."""

    _histories: Recent[Seen] = field(default_factory=lambda: Recent(HISTORIES))
    _asked: Recent[SettledForecasts] = field(default_factory=lambda: Recent(LEARNED))
    _learned: Recent[SettledForecasts] = field(default_factory=lambda: Recent(LEARNED))

    def taught(
        self, marks: tuple[Mark, ...], question: Question, history: History, *, forecaster: str, group: str
    ) -> Taught | None:
        """Return what marks teach about one forecast; None where none of them can.

        Args:
            marks: that count as of the day of the history; always the same ones for one day.
            question: of the forecast.
            history: what it was made from.
            forecaster: who made it, as marks name it.
            group: of the forecast, as marks name it.
        """
        if not marks:
            return None
        seen = self._histories.get(history.fingerprint)
        if seen is None:
            seen = self._histories.put(history.fingerprint, Seen(unhidden(marks, history), history.kinship))
        own = seen.of_cell(question)
        key = history.fingerprint, forecaster, own
        found = self._asked.get(key) or self._asked.put(key, self._from(seen.beside(own, forecaster)))
        return found.taught(group) if found.groups else None

    def _from(self, marks: tuple[Mark, ...]) -> SettledForecasts:
        """Learn from marks; histories that let the same ones through share what is learned."""
        key = tuple(one.entry for one in marks), tuple(one.between for one in marks)
        return self._learned.get(key) or self._learned.put(key, settled_forecasts(marks))


def settled_forecasts(marks: Sequence[Mark]) -> SettledForecasts:
    """Lay marks out as arrays to learn from."""
    return SettledForecasts(
        between=np.array([one.between for one in marks], dtype=float).reshape(len(marks), 2),
        groups=tuple(one.group for one in marks),
        models=np.array([one.root for one in marks], dtype=str),
        benchmarks=np.array([one.benchmark for one in marks], dtype=str),
        seasons=np.array([f"{one.as_of.year} {(one.as_of.month - 1) // 3}" for one in marks], dtype=str),
    )
