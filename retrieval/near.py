"""Near: what the nearest records are looked up from, once for each history and then for all questions to it.

In: a history. Out: its headline records by benchmark and by model, and arrays that hold one figure a model or a
benchmark. A question then costs no pass over the table: what has been read or compared once is kept beside the history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from records.history import History
from records.metric import Floats
from records.model import Model
from records.question import Question
from records.record import Record
from retrieval.standing import Ints, Mask, Standings, benchmarks_like, models_like, own_records, standing_of

YEAR = 365.25

UNKNOWN = 0.3
"""Resemblance in a property that is told of one model only."""

MOST = 2_000
"""Models, benchmarks, families or domains that are compared and remembered at a time; each takes up to 16 kB."""

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")

NOWHERE = -1
"""Place of a name that no record bears: the last one of every array below, which holds what is known of nobody."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Records that share a model or a benchmark, where only their places matter.

    Attributes:
        ids: of the records.
        others: place of the other name of each record's cell, among models or benchmarks.
    """

    ids: NDArray[np.object_]
    others: Ints

    def of(self, other: int) -> list[str]:
        """Return the ids of the records of one cell."""
        found: list[str] = self.ids[self.others == other].tolist()
        return found

    @cached_property
    def newest(self) -> Rows:
        """The first record of each other name, in the order of their ids."""
        _, first = np.unique(self.others, return_index=True)
        order = first[np.argsort(self.ids[first])]
        return Rows(self.ids[order], self.others[order])


NONE = Rows(np.array([], dtype=object), np.array([], dtype=int))


class Kept(Generic[Key, Thing]):
    """Things by key, each made once, up to ``MOST``: askers may make up as many keys as they like."""

    def __init__(self) -> None:
        self._things: dict[Key, Thing] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._things)

    def of(self, key: Key, make: Callable[[], Thing]) -> Thing:
        """Return the thing of a key, made where it is not kept."""
        found = self._things.get(key)
        if found is None:
            found = make()
            if len(self._things) >= MOST:
                self._things.clear()
            self._things[key] = found
        return found


class Near:
    """What is near in one history; made by ``near``, and safe to use from several threads."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._benchmarks_like: Kept[str, Floats] = Kept()
        self._models_like: Kept[str, Floats] = Kept()
        self._alike: Kept[tuple[object, ...], Floats] = Kept()
        self._families: Kept[str, Mask] = Kept()
        self._domains: Kept[str, Mask] = Kept()

    @cached_property
    def models(self) -> Mapping[str, int]:
        """Places of the models: those that the history shows, then those that only its records name."""
        return _places(self._history.models, own_records(self._history)["model"])

    @cached_property
    def benchmarks(self) -> Mapping[str, int]:
        """Places of the benchmarks, likewise."""
        return _places(self._history.benchmarks, own_records(self._history)["benchmark"])

    @cached_property
    def by_benchmark(self) -> Mapping[str, Rows]:
        """Headline records of each benchmark with their models, the newest first."""
        return self._grouped("benchmark", self.benchmarks, "model", self.models)

    @cached_property
    def by_model(self) -> Mapping[str, Rows]:
        """Headline records of each model with their benchmarks, the newest first."""
        return self._grouped("model", self.models, "benchmark", self.benchmarks)

    def records(self, ids: Iterable[str]) -> dict[str, Record]:
        """Return visible records by id; what is not visible is left out."""
        read = ((key, self._history.reader.find(key)) for key in ids)
        return {key: record for key, record in read if record is not None}

    def benchmarks_like(self, benchmark: str) -> Floats:
        """Return how much each benchmark moves with one, by place; 0 where nothing says that it does."""

        def compared() -> Floats:
            like = np.nan_to_num(benchmarks_like(self._standings, benchmark), nan=0.0)
            return _spread(like, self._measured_benchmarks, len(self.benchmarks), 0.0)

        return self._benchmarks_like.of(benchmark, compared)

    def models_like(self, question: Question) -> Floats:
        """Return how much each model scores like the one asked for, by place; NaN where too little is shared."""
        model = question.model.id
        if question.known or model not in self._history.models:
            return self._compared(question)
        return self._models_like.of(model, lambda: self._compared(question))

    def alike(self, model: Model) -> Floats:
        """Return how much each model that the history shows resembles one by what is known before any score, by place.

        The mean of release date, size and reasoning, as far as they are told of the one that is asked for; 1 is
        alike. Who hides a release date or a size counts as little alike in it.
        """
        told = (model.released, model.params_b, model.reasoning)
        return self._alike.of(told, lambda: self._resembling(model))  # plans ask about one model many times

    def of_family(self, family: str) -> Mask:
        """Return which of the models that the history shows are of a family, by place."""
        shown = self._history.models.values()
        return self._families.of(family, lambda: np.array([model.family == family for model in shown], dtype=bool))

    def of_domain(self, domain: str) -> Mask:
        """Return which benchmarks are known to be of a domain, by place."""

        def found() -> Mask:
            mask = np.zeros(len(self.benchmarks) + 1, dtype=bool)
            shown = self._history.benchmarks.values()
            mask[: len(shown)] = [benchmark.domain == domain for benchmark in shown]
            return mask

        return self._domains.of(domain, found)

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
    def _standings(self) -> Standings:
        return Standings.of(self._history)

    @cached_property
    def _measured_models(self) -> Ints:
        """Places of the models that have a standing."""
        return np.array([self.models[name] for name in self._standings.models], dtype=int)

    @cached_property
    def _measured_benchmarks(self) -> Ints:
        return np.array([self.benchmarks[name] for name in self._standings.benchmarks], dtype=int)

    def _compared(self, question: Question) -> Floats:
        standing = standing_of(self._history, self._standings, question.model.id, question.known)
        like = models_like(self._standings, standing, question.model.id)
        return _spread(like, self._measured_models, len(self.models), np.nan)

    def _grouped(self, by: str, names: Mapping[str, int], other: str, others: Mapping[str, int]) -> Mapping[str, Rows]:
        frame = own_records(self._history)
        ids, beside = frame["id"].to_numpy(dtype=object), _placed(frame[other], others)
        place = _placed(frame[by], names)
        order = np.argsort(place, kind="stable")
        starts = np.searchsorted(place[order], np.arange(len(names) + 1)).tolist()
        parts = {name: order[starts[p] : starts[p + 1]] for name, p in names.items() if starts[p] < starts[p + 1]}
        return {name: Rows(ids[part], beside[part]) for name, part in parts.items()}


@lru_cache(maxsize=4)
def near(history: History) -> Near:
    """Return what is near in a history; kept for the next question, since a history never changes."""
    return Near(history)


def _places(shown: Iterable[str], named: pd.Series) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys([*shown, *map(str, named.unique())]))}


def _placed(names: pd.Series, places: Mapping[str, int]) -> Ints:
    codes, distinct = pd.factorize(names)
    return np.array([places[str(name)] for name in distinct], dtype=int)[codes]


def _spread(values: Floats, places: Ints, size: int, usual: float) -> Floats:
    """Give values their places, and the usual value to all others and to ``NOWHERE``."""
    found = np.full(size + 1, usual)
    found[places] = values
    return found


def _day(released: dt.date | None) -> float:
    return np.nan if released is None else float(released.toordinal())
