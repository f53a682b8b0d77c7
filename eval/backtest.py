"""Backtests: forecasters answer the questions of a suite from what the barrier lets through, and are judged by it.

In: a suite, contestants, and a way to open the source of histories. Out: for each contestant its saved run, and the
table of its answers beside the outcomes that all scores read. Answers are saved as they come: a backtest that was
interrupted goes on where it stopped, and one that is finished costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from eval import memory
from eval.contestants import Contestant
from eval.judged import COLUMNS, Judged
from eval.running import Entry, Sheet, missing
from eval.runs import Piece, Provenance, Run, RunKey, Runs
from eval.runs.provenance import Session
from eval.side_by_side import OpenSource, Task, work
from eval.suites import Fold, Suite
from records.errors import DataError, StoreError, UsageError

Progress = Callable[[str, int, int], None]
"""Called with what was just done, the number of steps done and the number of all steps."""

ROUNDS = 3
"""Times that pieces which vanish or are damaged while a run is read are made again."""


class Finished(NamedTuple):
    """A finished run and what it shows."""

    run: Run
    judged: Judged
    provenance: Provenance


@dataclass(frozen=True)
class Backtest:
    """Contestants before a suite.

    Attributes:
        suite: the questions.
        contestants: no two of one name.
        runs: where answers are kept.
        open_source: opens the source of histories.
        provenance: of this session; its corpus is the fingerprint of all that the source holds.
        clock: tells the time, for the provenance.
        settings: what else decides the answers.

    Raises:
        UsageError: no contestant, or two of one name.
    """

    suite: Suite
    contestants: Sequence[Contestant]
    runs: Runs
    open_source: OpenSource
    provenance: Provenance
    clock: Callable[[], dt.datetime]

    def __post_init__(self) -> None:
        """Check that rows of a table can be told apart."""
        names = [contestant.name for contestant in self.contestants]
        if not names:
            raise UsageError("No forecaster is to be judged: name one.")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise UsageError(f"Two forecasters are called {', '.join(twice)}: rename one.")

    def run(
        self, *, jobs: int = 1, fresh: bool = False, progress: Progress = lambda _what, _done, _all: None
    ) -> list[Finished]:
        """Answer what has not been answered yet, and judge it all.

        Args:
            jobs: processes; the figures are the same for any number.
            fresh: forget earlier answers first.
            progress: told after each fold of each contestant.

        Raises:
            StoreError: the source cannot be read, or the runs cannot be saved.
        """
        entries = self.entries()
        if fresh:
            for entry in entries:
                entry.run.forget()
        for _ in range(ROUNDS):
            tasks = self.unanswered(entries)
            if tasks:
                self._answer(tasks, entries, jobs, progress)
            finished = [self._finished(entry) for entry in entries]
            found = [one for one in finished if one is not None]
            if len(found) == len(entries):
                return found
        raise StoreError(
            f"Answers in {self.runs.home} vanish or are damaged as soon as they are saved: is the disk full?"
        )

    def entries(self) -> list[Entry]:
        """Each contestant with its run, begun or not."""
        return [Entry(contestant, self.runs.run(self._key(contestant))) for contestant in self.contestants]

    def unanswered(self, entries: Sequence[Entry]) -> list[Task]:
        """What is left to do, by fold."""
        sheets = [Sheet.of(fold, number) for number, fold in enumerate(self.suite.folds)]
        tasks = [Task(sheet, tuple(entry for entry in entries if missing(entry, sheet))) for sheet in sheets]
        return [task for task in tasks if task.entries]

    def _key(self, contestant: Contestant) -> RunKey:
        return RunKey(
            suite=self.suite.hash,
            forecaster=contestant.name,
            version=contestant.version,
            corpus=self.provenance.corpus,
            settings={"batch": contestant.batch},
        )

    def _answer(self, tasks: Sequence[Task], entries: Sequence[Entry], jobs: int, progress: Progress) -> None:
        busy = [entry for entry in entries if any(entry in task.entries for task in tasks)]
        session = Session(started=self.clock())
        for entry in busy:
            self._describe(entry.run, session)
        total = len(entries) * len(self.suite.folds)
        done = total - sum(len(task.entries) for task in tasks)
        progress("starting", done, total)
        for fold, name in work(tasks, self.open_source, jobs=jobs):
            done += 1
            progress(f"{fold}, {name}", done, total)
        ended = Session(started=session.started, finished=self.clock())
        for entry in busy:
            self._describe(entry.run, ended)

    def _describe(self, run: Run, session: Session) -> None:
        """Add this session to what ``run.json`` says, in place of its own beginning."""
        before = run.provenance
        earlier = [one for one in before.sessions if one.started != session.started] if before else []
        run.describe(self.provenance.model_copy(update={"sessions": (*earlier, session)}))

    def _finished(self, entry: Entry) -> Finished | None:
        try:
            pieces = entry.run.pieces([len(fold.questions) for fold in self.suite.folds])
        except DataError:
            return None
        provenance = entry.run.provenance
        if provenance is None:
            return None
        return Finished(entry.run, judge(self.suite, entry.contestant.name, pieces), provenance)


def judge(suite: Suite, forecaster: str, pieces: Sequence[Sequence[Piece]]) -> Judged:
    """Put the saved answers of one forecaster, by fold, beside the outcomes."""
    flat = [piece for fold in pieces for piece in fold]
    tables = [_table(fold, parts) for fold, parts in zip(suite.folds, pieces, strict=True)]
    return Judged(
        forecaster=forecaster,
        table=_with_memory(pd.concat(tables, ignore_index=True), suite, flat),
        quantiles=np.concatenate([piece.quantiles for piece in flat]),
        fit_seconds=sum(piece.fit_seconds for piece in flat),
        forecast_seconds=sum(piece.forecast_seconds for piece in flat),
    )


def _with_memory(table: pd.DataFrame, suite: Suite, pieces: Sequence[Piece]) -> pd.DataFrame:
    """Add what the answers say about memory, where any says something."""
    told = [note.memory for piece in pieces for note in piece.notes]
    if not any(one.told for one in told):
        return table
    asked = [question for fold in suite.folds for question in fold.questions]
    parts = [one.parts(memory.public_from(question)) for one, question in zip(told, asked, strict=True)]
    return table.assign(**{memory.COLUMN: parts})


def _table(fold: Fold, pieces: Sequence[Piece]) -> pd.DataFrame:
    notes = [note for piece in pieces for note in piece.notes]
    metrics = [question.metric for question in fold.questions]
    columns = {
        "question": [note.question for note in notes],
        "fold": fold.name,
        "group": fold.group,
        "model": [question.model.id for question in fold.questions],
        "family": [question.model.family for question in fold.questions],
        "benchmark": [question.benchmark.id for question in fold.questions],
        "unit": [metric.unit.value for metric in metrics],
        "lower": [metric.bounds[0] for metric in metrics],
        "upper": [metric.bounds[1] for metric in metrics],
        "higher_is_better": [metric.higher_is_better for metric in metrics],
        "level": [note.level for note in notes],
        "shown": [note.shown for note in notes],
        "observed": np.array(fold.outcomes, dtype=float),
        "status": [note.status for note in notes],
        "reason": [note.reason for note in notes],
    }
    return pd.DataFrame(columns)[list(COLUMNS)]
