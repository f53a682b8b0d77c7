"""Recall of retrieval: do the records that help most come up among the first that are found?

For questions drawn from the store, each withheld with its siblings, three things help: the same model on the
benchmarks that move with the target, the nearest relatives of the model on the target, and the models that score most
alike on it. Which those are is taken from all that the store holds, withheld cells included, so that no way of
searching knows it. Cells are counted, not records: several reports of one cell are one help.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import pandas as pd

from records.errors import NotEnoughRecords
from records.history import Exclusion, History
from records.question import Question
from records.record import Record
from records.search import Passage, Where
from records.stages import HistorySource
from retrieval.index import Index
from retrieval.nearest import NearestRecords
from retrieval.search import HistorySearch
from retrieval.standing import headline

FIRST = 20
"""Hits that are looked at."""

HELPS = 5
"""Cells of each kind that help most."""

OVERLAP = 8
"""Models that two benchmarks, or benchmarks that two models, must share to be compared."""

Cell = tuple[str, str]
Way = Callable[[Question], Sequence[Record]]


class Wanted(NamedTuple):
    """The visible cells that help most with a question, by why they do."""

    related_benchmarks: frozenset[Cell]
    same_family: frozenset[Cell]
    similar_models: frozenset[Cell]


@dataclass(frozen=True)
class Recall:
    """How much of what helps one way of searching found.

    Attributes:
        knowledge: what was withheld: the cell, the benchmark's column, or the model's row.
        way: how it was searched.
        shares: mean share found of each kind of help, None where no question has any; in the order of ``Wanted``.
        questions: number of questions.
        milliseconds: median time of one.
    """

    knowledge: str
    way: str
    shares: tuple[float | None, ...]
    questions: int
    milliseconds: float


def measure(source: HistorySource, index: Index, *, as_of: dt.date, questions: int, seed: int) -> list[Recall]:
    """Ask questions in each state of knowledge and each way of searching.

    Raises:
        NotEnoughRecords: the store holds too little to ask about.
    """
    everything = source.history(as_of=as_of)
    truth = _Truth.of(everything)
    if truth.scores.empty:
        raise NotEnoughRecords("Recall is measured on models with scores on several benchmarks; the store holds none.")
    found = []
    for knowledge, cells, withheld in _draws(truth, questions, np.random.default_rng(seed)):
        history = source.history(as_of=as_of, exclude=Exclusion(cells=frozenset(withheld)))
        asked = [_question(everything, cell, as_of) for cell in cells]
        wanted = [truth.wanted(cell, history) for cell in cells]
        for name, way in _ways(index.on(history), history).items():
            found.append(_recall(knowledge, name, way, asked, wanted))
    return found


@dataclass(frozen=True)
class _Truth:
    """What helps, by all that the store holds.

    Attributes:
        scores: median score of each cell, models down and benchmarks across.
        benchmarks: rank correlation of benchmarks.
        everything: the whole history.
    """

    scores: pd.DataFrame
    benchmarks: pd.DataFrame
    everything: History

    @classmethod
    def of(cls, everything: History) -> _Truth:
        frame = headline(everything.records)
        wide = frame.pivot_table(index="model", columns="benchmark", values="value", aggfunc="median")
        wide = wide.loc[:, wide.notna().sum() >= OVERLAP]
        wide = wide.loc[wide.notna().sum(axis=1) >= OVERLAP]
        return cls(wide, wide.corr("spearman", min_periods=OVERLAP), everything)

    def wanted(self, cell: Cell, history: History) -> Wanted:
        """Return the cells that help most, of those which the history shows."""
        model, benchmark = cell
        shown = set(zip(history.records["model"].tolist(), history.records["benchmark"].tolist(), strict=True))
        related = self.benchmarks[benchmark].drop(benchmark).dropna().sort_values(ascending=False).index
        kin = history.kinship.kin(self.everything.models[model])
        others = [name for name in self._similar(model) if name not in kin]
        return Wanted(
            _first([(model, other) for other in related], shown),
            _first([(name, benchmark) for name in self._family(model)], shown),
            _first([(name, benchmark) for name in others], shown),
        )

    @cached_property
    def _standing(self) -> pd.DataFrame:
        return self.scores.rank(pct=True)

    def _family(self, model: str) -> list[str]:
        """Models of the same family, the nearest in time first."""
        models = self.everything.models
        asked = models[model]
        own = [m for m in models.values() if asked.family and m.family == asked.family and m.id != model]
        days = {m.id: abs((m.released - asked.released).days) for m in own if m.released and asked.released}
        return sorted(days, key=lambda name: (days[name], name))

    def _similar(self, model: str) -> list[str]:
        """Models that stand most alike where both are measured, the nearest first."""
        apart = (self._standing - self._standing.loc[model]).abs()
        enough = apart.notna().sum(axis=1) >= OVERLAP
        return [str(name) for name in apart[enough].mean(axis=1).drop(model).sort_values().index]


def _first(cells: Sequence[Cell], shown: set[Cell]) -> frozenset[Cell]:
    return frozenset([cell for cell in cells if cell in shown][:HELPS])


def _draws(truth: _Truth, count: int, rng: np.random.Generator) -> Iterator[tuple[str, list[Cell], Sequence[Cell]]]:
    """Yield what is withheld, the cells to ask about, and all cells to withhold."""
    scores, frame = truth.scores, truth.everything.records
    places = np.argwhere(scores.notna().to_numpy())
    cells = [(str(scores.index[down]), str(scores.columns[across])) for down, across in places]
    some = [cells[place] for place in rng.permutation(len(cells))[:count]]
    yield "cell withheld", some, some
    for axis, name in ((1, "benchmark withheld"), (0, "model withheld")):
        held_out = set(rng.choice(sorted({cell[axis] for cell in cells}), size=10, replace=False).tolist())
        own = [cell for cell in cells if cell[axis] in held_out]
        line = frame[frame["benchmark" if axis else "model"].isin(held_out)]
        withheld = list(zip(line["model"].tolist(), line["benchmark"].tolist(), strict=True))
        yield name, [own[place] for place in rng.permutation(len(own))[:count]], withheld


def _question(everything: History, cell: Cell, as_of: dt.date) -> Question:
    return Question(model=everything.models[cell[0]], benchmark=everything.benchmarks[cell[1]], as_of=as_of)


def _ways(search: HistorySearch, history: History) -> Mapping[str, Way]:
    ways: dict[str, Way] = {"nearest": partial(_nearest, history)}
    for name, one in (("words", search.keyword), ("meaning", search.semantic), ("hybrid", search.search)):
        ways[f"{name}, one query"] = partial(_one_query, one)
        ways[f"{name}, two queries"] = partial(_two_queries, one)
    return ways


Find = Callable[..., tuple[Passage, ...]]


def _nearest(history: History, question: Question) -> Sequence[Record]:
    return [found.record for found in NearestRecords().evidence(question, history, limit=FIRST)]


def _one_query(find: Find, question: Question) -> Sequence[Record]:
    """Search once by all that the question says."""
    return _records(find(f"{_model_words(question)} {_benchmark_words(question)}", limit=FIRST))


def _two_queries(find: Find, question: Question) -> Sequence[Record]:
    """Search the model's records by what the benchmark is like, and the benchmark's by what the model is like."""
    own = find(_benchmark_words(question), where=Where(models=(question.model.id,)), limit=FIRST)
    others = find(_model_words(question), where=Where(benchmarks=(question.benchmark.id,)), limit=FIRST)
    pairs = zip_longest(_records(own), _records(others))
    return [record for pair in pairs for record in pair if record is not None][:FIRST]


def _records(passages: Sequence[Passage]) -> list[Record]:
    return [passage.record for passage in passages if passage.record]


def _model_words(question: Question) -> str:
    return f"{question.model.name} {question.model.organisation} {question.model.family}"


def _benchmark_words(question: Question) -> str:
    asked = question.benchmark
    return f"{asked.name} {asked.domain} {asked.description[:300]}"


def _recall(knowledge: str, name: str, way: Way, asked: Sequence[Question], wanted: Sequence[Wanted]) -> Recall:
    shares: list[list[float]] = [[] for _ in Wanted._fields]
    seconds = []
    for question, help_ in zip(asked, wanted, strict=True):
        started = time.perf_counter()
        cells = {record.cell for record in way(question)}
        seconds.append(time.perf_counter() - started)
        for kept, kind in zip(shares, help_, strict=True):
            if kind:
                kept.append(len(kind & cells) / len(kind))
    means = tuple(float(np.mean(kept)) if kept else None for kept in shares)
    return Recall(knowledge, name, means, len(asked), 1000.0 * float(np.median(seconds)))
