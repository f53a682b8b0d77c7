"""One fold of a run: the history behind the barrier, each contestant on it, each piece saved as it comes.

A fold comes here as a ``Sheet``, without its outcomes: whoever answers runs in a process that does not hold them.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from eval.answering import Checked, ask, failed
from eval.contestants import Answering, Contestant
from eval.runs import FittedOn, Note, Piece, Run, Seen
from eval.suites import Fold
from records.evidence import EvidenceLevel
from records.exclusion import Exclusion
from records.history import History
from records.question import Question
from records.stages import HistorySource


@dataclass(frozen=True)
class Sheet:
    """A fold as it is handed out: its place in the suite and its questions."""

    number: int
    name: str
    as_of: dt.date
    exclude: Exclusion
    strict_dates: bool
    questions: tuple[Question, ...]

    @classmethod
    def of(cls, fold: Fold, number: int) -> Self:
        """Take what may be handed out."""
        return cls(number, fold.name, fold.as_of, fold.exclude, fold.strict_dates, fold.questions)

    def history(self, source: HistorySource) -> History:
        """Return what the questions may know."""
        return source.history(as_of=self.as_of, exclude=self.exclude, strict_dates=self.strict_dates)


class Entry(NamedTuple):
    """A contestant and the run that keeps its answers."""

    contestant: Contestant
    run: Run


def blocks(contestant: Contestant, questions: int) -> Iterator[tuple[int, int]]:
    """Cut a fold's questions into what is asked and saved at once, as (first, one past the last)."""
    size = contestant.batch or questions
    for start in range(0, questions, size):
        yield start, min(start + size, questions)


def missing(entry: Entry, sheet: Sheet) -> list[tuple[int, int]]:
    """The blocks of a fold that are not saved yet, or damaged."""
    return [
        (start, stop)
        for start, stop in blocks(entry.contestant, len(sheet.questions))
        if (piece := entry.run.piece(sheet.number, start)) is None or len(piece.notes) != stop - start
    ]


def answer_fold(sheet: Sheet, entries: Sequence[Entry], source: HistorySource) -> Iterator[str]:
    """Let each contestant answer what it has not answered yet, all on one history; yields who is done.

    Raises:
        StoreError: the source cannot be read, or a run cannot be saved.
    """
    history = sheet.history(source)
    seen, known = Seen.of(history), _known(history, sheet.questions)
    for contestant, run in entries:
        todo = missing(Entry(contestant, run), sheet)
        if todo:
            fit = _fitted(contestant, history, sheet.name)
            for start, stop in todo:
                run.save(sheet.number, start, _piece(fit, sheet.questions[start:stop], known[start:stop], seen))
                fit = fit._replace(seconds=0.0)
        yield contestant.name


class _Fit(NamedTuple):
    """A contestant that is ready for a fold, or the exception that fitting it raised."""

    answering: Answering | Exception
    on: FittedOn | None
    seconds: float


def _fitted(contestant: Contestant, history: History, fold: str) -> _Fit:
    started = time.perf_counter()
    try:
        answering = contestant.fit(history, fold=fold)
    except Exception as error:  # noqa: BLE001 - a stranger's forecaster may raise anything
        return _Fit(error, None, time.perf_counter() - started)
    seconds = time.perf_counter() - started
    # Noted before anything is asked: what a function does to its copy later is its own affair.
    return _Fit(answering, FittedOn.of(answering), seconds)


def _piece(fit: _Fit, questions: Sequence[Question], known: Sequence[EvidenceLevel], seen: Seen) -> Piece:
    started = time.perf_counter()
    told = fit.answering
    answers = [failed(told)] * len(questions) if isinstance(told, Exception) else ask(told, questions)
    return Piece(
        seen=seen,
        fitted_on=fit.on,
        notes=[_note(*parts) for parts in zip(answers, questions, known, strict=True)],
        quantiles=np.array([answer.quantiles for answer in answers]),
        fit_seconds=fit.seconds,
        forecast_seconds=time.perf_counter() - started,
    )


def _note(answer: Checked, question: Question, level: EvidenceLevel) -> Note:
    return Note(
        question=question.id,
        level=level.group,
        shown=level.model_scores,
        status=answer.status,
        reason=answer.reason,
        cited=answer.cited,
        histories=answer.histories,
        repairs=answer.repairs,
        memory=answer.memory,
    )


def _known(history: History, questions: Sequence[Question]) -> list[EvidenceLevel]:
    """Count what the history shows of each question's row and column, the same for every contestant."""
    own = history.records[history.records["metric"] == ""]
    cells = pd.MultiIndex.from_frame(own[["model", "benchmark"]]).unique()
    models, benchmarks = (cells.get_level_values(name).value_counts() for name in ("model", "benchmark"))
    return [
        EvidenceLevel(
            model_scores=int(models.get(question.model.id, 0)),
            benchmark_scores=int(benchmarks.get(question.benchmark.id, 0)),
        )
        for question in questions
    ]
