"""Tables of scores: rows become cells of models and benchmarks, and cells with scores become a history to learn from.

In: rows as users have them, with models and benchmarks of their own. Out: a history behind the barrier.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from records.benchmark import Benchmark
from records.errors import UsageError
from records.exclusion import Exclusion
from records.history import History
from records.importers.cells import blank
from records.importers.rows import Row, Rows
from records.model import Model
from records.names.canonical import canonical_id
from records.names.catalogue import AmbiguousName, Catalogue
from records.question import Question
from records.record import Record
from records.source import DateBasis, Reporter
from records.stages import HistorySource
from scorecast.batch.columns import OWN_BENCHMARK, OWN_MODEL, SETTING, text
from scorecast.library.session import Session, Table, rows_of
from scorecast.questions.planned import ASKER


@dataclass(frozen=True)
class Cell:
    """One row: what would be scored, and where it stands in the table."""

    where: str
    asked: Question

    @property
    def key(self) -> tuple[str, str]:
        """Ids of model and benchmark."""
        return self.asked.cell

    def question(self, *, known: bool) -> Question:
        """Return what is asked; where its score was learnt, a new measurement is meant."""
        return self.asked.model_copy(update={"cell_known": known})


@dataclass(frozen=True)
class Learnt:
    """Scores that were given to learn from.

    Attributes:
        as_of: their date, and that of all public records beside them.
        records: the scores.
        models, benchmarks: of the rows, by id.
        alone: a history of these scores and nothing else.
    """

    as_of: dt.date
    records: tuple[Record, ...]
    models: Mapping[str, Model]
    benchmarks: Mapping[str, Benchmark]
    alone: History

    @classmethod
    def of(cls, cells: Sequence[Cell], scores: ArrayLike, *, source: HistorySource) -> Learnt:
        """Join cells and scores.

        Raises:
            UsageError: none, not as many scores as rows, or a score that cannot be.
        """
        values = np.asarray(scores, dtype=float).ravel()
        if not cells or len(values) != len(cells):
            raise UsageError(f"One score a row is needed; found {len(values)} scores and {len(cells)} rows.")
        records = [_record(*pair) for pair in zip(cells, values.tolist(), strict=True)]
        asked = [cell.asked for cell in cells]
        as_of, models = asked[0].as_of, {one.model.id: one.model for one in asked}
        benchmarks = {one.benchmark.id: one.benchmark for one in asked}
        base = source.history(as_of=as_of)
        empty = replace(base, records=base.records.iloc[:0])
        distinct = tuple({one.id: one for one in records}.values())
        return cls(as_of, distinct, models, benchmarks, _joined(empty, models, benchmarks, distinct))

    def shows(self, cell: Cell) -> bool:
        """Whether a score of this cell, or of a sibling, is among these."""
        return self.alone.shows(cell.asked.model, cell.asked.benchmark)

    def history(self, source: HistorySource, *, asked: Sequence[Cell]) -> History:
        """Return what a fit that predicts these cells may learn from.

        That is the given scores, and public records without reports of the asked cells and their siblings. A given
        score of an asked cell, or of a sibling, stays: whoever gave it knows it.
        """
        public = source.history(as_of=self.as_of, exclude=Exclusion(cells=frozenset(cell.key for cell in asked)))
        hidden = frozenset(cell.key for cell in asked if not self.shows(cell))
        return _joined(replace(public, exclude=Exclusion(cells=hidden)), self.models, self.benchmarks, self.records)


@dataclass(frozen=True)
class ScoreTable:
    """Reads tables in which models and benchmarks may be the user's own.

    Attributes:
        session: knows the public names.
        as_of: of all rows; today where it is None.
        learnt: has the models and benchmarks of earlier tables.
    """

    session: Session
    as_of: dt.date | str | None = None
    learnt: Learnt | None = None

    def cells(self, table: Table) -> list[Cell]:
        """Read a table, a cell a row, in the order of the rows.

        Raises:
            UsageError: rows that make no sense; the first are told.
        """
        rows = [Row(row.where, _read(row.cells)) for row in rows_of(table).rows]
        public = self.session.catalogue()
        known = self._with_newcomers(self._known(public), rows)
        plain = [Row(row.where, _without_own(row.cells, public)) for row in rows]
        return [Cell(row.where, one) for row, one in zip(rows, self._questions(plain, known), strict=True)]

    def _known(self, public: Catalogue) -> Catalogue:
        """Return the public names and those of earlier tables."""
        return _extended(public, self.learnt.models, self.learnt.benchmarks) if self.learnt else public

    def _with_newcomers(self, known: Catalogue, rows: Sequence[Row]) -> Catalogue:
        """Return the catalogue with the models and benchmarks that appear here first, as their first rows tell."""
        models = [self._own_model(*one, known) for one in _firsts(rows, "model", known.find_model)]
        benchmarks = [self._own_benchmark(*one, known) for one in _firsts(rows, "benchmark", known.find_benchmark)]
        return _extended(known, {one.id: one for one in models}, {one.id: one for one in benchmarks})

    def _own_model(self, name: str, row: Row, known: Catalogue) -> Model:
        facts = _kept(row.cells, OWN_MODEL)
        if not facts:
            return Model(id=canonical_id(name), name=name)
        some = next(iter(known.benchmarks), "")
        [asked] = self._questions([Row(row.where, {"model": name, "benchmark": some, **facts})], known)
        return asked.model

    def _own_benchmark(self, name: str, row: Row, known: Catalogue) -> Benchmark:
        facts, some = _kept(row.cells, OWN_BENCHMARK), next(iter(known.models), "")
        [asked] = self._questions([Row(row.where, {"model": some, "benchmark": name, **facts})], known)
        return asked.benchmark

    def _questions(self, rows: Sequence[Row], known: Catalogue) -> list[Question]:
        """Read rows against a catalogue.

        Raises:
            UsageError: rows that make no sense; the first are told.
        """
        columns = tuple(dict.fromkeys(column for row in rows for column in row.cells))
        found = self.session.read_rows(Rows(columns, tuple(rows)), known, as_of=self.as_of, withhold=True)
        return [item.question for item in found.items if item.question is not None]


def _record(cell: Cell, value: float) -> Record:
    asked = cell.asked
    if np.isnan(value):
        raise UsageError(f"{cell.where} has no score: leave it out of fit, and give it to predict.")
    if not asked.metric.admits(value):
        low, high = asked.metric.bounds
        raise UsageError(
            f"{cell.where}: {value} is no score on {asked.benchmark.name}, whose {asked.metric.name} lies between "
            f"{low:g} and {high:g} {asked.metric.unit.value}."
        )
    return Record(
        model=asked.model.id,
        benchmark=asked.benchmark.id,
        value=value,
        setting=asked.setting,
        published=asked.as_of,
        date_basis=DateBasis.REPORTED,
        source=ASKER.id,
        reporter=Reporter.FIRST_PARTY,
    )


def _joined(
    base: History, models: Mapping[str, Model], benchmarks: Mapping[str, Benchmark], records: Sequence[Record]
) -> History:
    known = replace(base, benchmarks=MappingProxyType({**benchmarks, **base.benchmarks}))
    return known.with_known(models.values(), records)


def _extended(known: Catalogue, models: Mapping[str, Model], benchmarks: Mapping[str, Benchmark]) -> Catalogue:
    """Return a catalogue with further entries; those that it has stay as they are."""
    return Catalogue.of(
        {**models, **known.models}.values(), {**benchmarks, **known.benchmarks}.values(), known.sources.values()
    )


def _firsts(rows: Sequence[Row], column: str, find: Callable[[str], object]) -> list[tuple[str, Row]]:
    """Return the names of a column that are nobody's, each with its first row."""
    firsts = {text(row.cells.get(column)): row for row in reversed(rows)}
    return [(name, row) for name, row in firsts.items() if name and _unknown(find, name)]


def _unknown(find: Callable[[str], object], name: str) -> bool:
    """Whether a name is nobody's; one that may be several things is told where the row is read."""
    try:
        return find(name) is None
    except AmbiguousName:
        return False


def _read(cells: Mapping[str, object]) -> dict[str, object]:
    """Return the cells that a score table has; a mark of nothing is nothing."""
    columns = ("model", "benchmark", *SETTING, *OWN_MODEL, *OWN_BENCHMARK)
    return {name: value for name, value in cells.items() if name in columns}


def _kept(cells: Mapping[str, object], columns: Sequence[str]) -> dict[str, object]:
    return {name: value for name, value in cells.items() if name in columns and not blank(value)}


def _without_own(cells: Mapping[str, object], public: Catalogue) -> dict[str, object]:
    """Return a row without facts of models and benchmarks that are no public ones: those are known by now."""
    own = (*OWN_MODEL,) if _unknown(public.find_model, text(cells.get("model"))) else ()
    if _unknown(public.find_benchmark, text(cells.get("benchmark"))):
        own = (*own, *OWN_BENCHMARK)
    return {name: value for name, value in cells.items() if name not in own}
