"""Questions as arrays: which rows and columns of the cell matrix they ask for, and what is visible of those rows.

A row is a model together with the scores that the asker vouches for. Every predictor works out the model's side
of its forecast from the row's visible scores and metadata, so that a model that the history has never seen is
no special case. A benchmark without a column gets one with no cells in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells, Reports, collect
from predictors.models import Ints, ModelSide, codes
from records.benchmark import Benchmark
from records.history import History, to_frame
from records.model import Model
from records.question import Question
from records.record import Record


@dataclass(frozen=True, eq=False)
class Asked:
    """A batch of n questions.

    Attributes:
        visible: the scores that can be seen of the R distinct rows; its benchmarks are those of the training
            cells, then the asked ones that have no column.
        row, column: coordinates of each question in ``visible``, shape ``(n,)``.
        column_counts: models with a visible score on each benchmark, shape ``(B + strangers,)``.
        model_scores, benchmark_scores: cells known in the row and the column, the asked one not counted, ``(n,)``.
    """

    visible: Cells
    row: Ints
    column: Ints
    column_counts: Ints
    model_scores: Ints
    benchmark_scores: Ints

    def __len__(self) -> int:
        """Number of questions."""
        return len(self.row)

    @property
    def models(self) -> ModelSide:
        """The rows."""
        return self.visible.models

    @property
    def benchmarks(self) -> BenchmarkSide:
        """The columns."""
        return self.visible.benchmarks

    @cached_property
    def own(self) -> Ints:
        """Position of the asked cell in ``visible``, -1 where it cannot be seen, shape ``(n,)``."""
        return find(self.visible, self.row, self.column)

    @cached_property
    def cell_reports(self) -> Ints:
        """Visible reports of the asked cell, shape ``(n,)``."""
        if not len(self.visible):
            return np.zeros(len(self), dtype=np.int64)
        return np.where(self.own >= 0, self.visible.reports[self.own], 0)

    @cached_property
    def scaled(self) -> np.ndarray:
        """Whether the scale of the column is known: always where bounded, else once anybody has a score."""
        return self.benchmarks.bounded[self.column] | (self.column_counts[self.column] > 0)

    @classmethod
    def inside(cls, cells: Cells, row: Ints, column: Ints, *, visible: Cells | None = None) -> Asked:
        """Ask for cells of a matrix, given what training (or ``visible``, on the same rows) shows of them."""
        shown = cells if visible is None else visible
        return _counted(shown, cells, row, column, known_row=row)


def find(cells: Cells, row: Ints, column: Ints) -> Ints:
    """Position of each (row, column) among the cells, -1 where empty, shape ``(n,)``."""
    width = len(cells.benchmarks)
    keys, wanted = cells.row * width + cells.column, row * width + column
    if not keys.size:
        return np.full(len(row), -1, dtype=np.int64)
    position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[position] == wanted, position, -1)


def ask(questions: Sequence[Question], *, history: History, reports: Reports, cells: Cells) -> Asked:
    """Lay questions out against a cell matrix that was built from the history's reports.

    Raises:
        LeakageError: a question that is older than the history, or whose cell the history shows. Refused here, since
            every predictor comes by.
    """
    for question in questions:
        history.refuse_leak(question)
    keys = [(question.model, question.known) for question in questions]
    distinct = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    row = np.array([distinct[key] for key in keys], dtype=np.int64)
    strangers, column = _columns(questions, history, cells.benchmarks)
    benchmarks = cells.benchmarks.joined_by(strangers)
    visible = _visible(list(distinct), history=history, reports=reports, cells=cells, benchmarks=benchmarks)
    known_row = codes([question.model.id for question in questions], cells.models.ids)
    return _counted(visible, cells, row, column, known_row=known_row)


def _columns(
    questions: Sequence[Question], history: History, benchmarks: BenchmarkSide
) -> tuple[list[Benchmark], Ints]:
    position = {benchmark.id: j for j, benchmark in enumerate(benchmarks.benchmarks)}
    strangers: list[Benchmark] = []
    for question in questions:
        if question.benchmark.id not in position:
            position[question.benchmark.id] = len(position)
            told = history.describe(question.benchmark)
            strangers.append(question.benchmark.model_copy(update={"description": told}))
    return strangers, np.array([position[question.benchmark.id] for question in questions], dtype=np.int64)


def _visible(
    rows: Sequence[tuple[Model, tuple[Record, ...]]],
    *,
    history: History,
    reports: Reports,
    cells: Cells,
    benchmarks: BenchmarkSide,
) -> Cells:
    """Join the history's reports of these rows with the scores that the askers vouch for."""
    models = ModelSide.of([model for model, _ in rows], history.kinship)
    source = codes(models.ids, reports.models.ids)
    row, taken = _rows_of(reports, source)
    joined = Reports(
        models, benchmarks, row, reports.column[taken], reports.working[taken], reports.sampling[taken],
        reports.setting[taken],
    )  # fmt: skip
    known = [(r, record) for r, (_, records) in enumerate(rows) for record in records]
    if known:
        frame = to_frame([record for _, record in known])
        joined = joined.joined_by(collect(frame, np.array([r for r, _ in known], dtype=np.int64), models, benchmarks))
    return Cells.on(joined, benchmarks, report_noise=cells.report_noise)


def _rows_of(reports: Reports, source: Ints) -> tuple[Ints, Ints]:
    """Asked row and position of every report of the table rows ``source`` (-1: none), repeats included."""
    order = np.argsort(reports.row, kind="stable")
    start = np.searchsorted(reports.row[order], source, side="left")
    length = np.where(source >= 0, np.searchsorted(reports.row[order], source, side="right") - start, 0)
    row = np.repeat(np.arange(len(source)), length)
    within = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    return row, order[np.repeat(start, length) + within]


def _counted(visible: Cells, cells: Cells, row: Ints, column: Ints, *, known_row: Ints) -> Asked:
    strangers = len(visible.benchmarks) - len(cells.benchmarks)
    column_counts = np.append(cells.column_counts, np.zeros(strangers, dtype=np.int64))
    in_column = np.where(column < len(cells.benchmarks), find(cells, known_row, column), -1) >= 0
    return Asked(
        visible=visible,
        row=row,
        column=column,
        column_counts=column_counts,
        model_scores=visible.row_counts[row] - (find(visible, row, column) >= 0),
        benchmark_scores=column_counts[column] - in_column,
    )
