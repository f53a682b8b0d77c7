"""Near: what the nearest records are looked up from, once for each history and then for all questions to it.

In: a history. Out: its headline records by benchmark and by model, and arrays that hold one figure a model. A
question then costs no pass over the table: what has been read or compared once is kept beside the history.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from records.history import COLUMNS, NUMBERS, History, to_record
from records.metric import Floats
from records.model import Model
from records.question import Question
from records.record import Record
from retrieval.standing import benchmarks_like, models_like, own_records, standing_of

YEAR = 365.25

UNKNOWN = 0.3
"""Resemblance in a property that is told of one model only."""


class Row(NamedTuple):
    """A record where only its place matters: its id, and the other name of its cell."""

    id: str
    other: str


class Near:
    """What is near in one history; made by ``near``, and safe to use from several threads."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._names = list(history.models)
        self._place = {name: place for place, name in enumerate(self._names)}
        self._read: dict[str, Record] = {}
        self._benchmarks_like: dict[str, Mapping[str, float]] = {}
        self._models_like: dict[str, Floats] = {}
        self._alike: dict[tuple[object, ...], Floats] = {}

    @cached_property
    def by_benchmark(self) -> Mapping[str, Sequence[Row]]:
        """Headline records of each benchmark with their models, the newest first."""
        return _grouped(self._history, "benchmark", "model")

    @cached_property
    def by_model(self) -> Mapping[str, Sequence[Row]]:
        """Headline records of each model with their benchmarks, the newest first."""
        return _grouped(self._history, "model", "benchmark")

    def places(self, rows: Sequence[Row]) -> np.ndarray:
        """Return where the models of some rows stand in the arrays of this history; all must be visible models."""
        return np.array([self._place[row.other] for row in rows], dtype=int)

    def records(self, ids: Iterable[str]) -> dict[str, Record]:
        """Return visible records by id; what is not visible is left out."""
        wanted = list(ids)
        unread = [key for key in wanted if key not in self._read]
        for key in unread:
            if (place := self._rows.get(key)) is not None:
                self._read[key] = to_record({name: column[place] for name, column in self._columns.items()})
        return {key: self._read[key] for key in wanted if key in self._read}

    def benchmarks_like(self, benchmark: str) -> Mapping[str, float]:
        """Return how much each benchmark moves with one, as ``standing.benchmarks_like`` tells."""
        found = self._benchmarks_like.get(benchmark)
        if found is None:
            found = self._benchmarks_like[benchmark] = benchmarks_like(self._history, benchmark)
        return found

    def models_like(self, question: Question) -> Floats:
        """Return how much each model scores like the one that is asked for; NaN where too little is shared."""
        model = question.model.id
        if question.known or model not in self._place:
            return self._compared(question)
        found = self._models_like.get(model)
        if found is None:
            found = self._models_like[model] = self._compared(question)
        return found

    def alike(self, model: Model) -> Floats:
        """Return how much each model resembles one by what is known before any score, shape ``(models,)``.

        The mean of release date, size and reasoning, as far as they are told of the one that is asked for; 1 is
        alike. Who hides a release date or a size counts as little alike in it.
        """
        told = (model.released, model.params_b, model.reasoning)
        if told not in self._alike:  # plans ask about one model many times
            self._alike[told] = self._resembling(model)
        return self._alike[told]

    def _resembling(self, model: Model) -> Floats:
        released, size, reasoning = self._facts
        day = np.nan if model.released is None else model.released.toordinal()
        years = np.abs(released - day) / YEAR
        total = np.where(np.isnan(years), UNKNOWN, np.exp(-years))
        count = np.ones(len(total))
        if model.params_b:
            ratio = np.abs(np.log(np.divide(model.params_b, size)))
            total = total + np.where(np.isnan(size), UNKNOWN, np.exp(-ratio))
            count = count + 1.0
        if model.reasoning is not None:
            known = ~np.isnan(reasoning)
            total = np.where(known, total + np.where(reasoning == model.reasoning, 1.0, 0.3), total)
            count = count + known
        return np.asarray(total / count)

    @cached_property
    def _facts(self) -> tuple[Floats, Floats, Floats]:
        """Day of release, billions of parameters, and reasoning of each model; NaN where it is not known."""
        models = self._history.models.values()
        return (
            np.array([_day(model.released) for model in models], dtype=float),
            np.array([model.params_b or np.nan for model in models], dtype=float),
            np.array([np.nan if model.reasoning is None else model.reasoning for model in models], dtype=float),
        )

    @cached_property
    def _columns(self) -> Mapping[Hashable, Any]:
        """The columns of the history's table: taking single values from them is cheaper than taking rows."""
        frame = self._history.records
        plain = {name: frame[name].tolist() for name in NUMBERS}
        return {name: plain.get(name, frame[name].array) for name in COLUMNS}

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {str(key): place for place, key in enumerate(self._history.records["id"].tolist())}

    def _compared(self, question: Question) -> Floats:
        standing = standing_of(self._history, question.model.id, question.known)
        likeness = models_like(self._history, standing, question.model.id)
        return np.array([likeness.get(name, np.nan) for name in self._names], dtype=float)


@lru_cache(maxsize=4)
def near(history: History) -> Near:
    """Return what is near in a history; kept for the next question, since a history never changes."""
    return Near(history)


def _grouped(history: History, by: str, other: str) -> Mapping[str, Sequence[Row]]:
    frame = own_records(history)
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for name, key, beside in zip(frame[by].tolist(), frame["id"].tolist(), frame[other].tolist(), strict=True):
        groups[name].append(Row(key, beside))
    return groups


def _day(released: dt.date | None) -> float:
    return np.nan if released is None else float(released.toordinal())
