"""Time replayed: forecasts issued at past dates and settled as records appear, recalibrated live and not.

In: the ``future`` suite and what forecasters answered to it. At each of its dates only what was settled by then is
learned from, through the same barrier as in earnest. Beside the forecasters as they are stand some that were made wrong
on purpose: too narrow, too wide, too high. Out: for each, CRPS and coverage of both, and paired differences.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.hierarchy import CUT
from calibration.level_map import LevelMap, stated_levels
from eval.bootstrap import Draws, Ints, limits, ratio
from eval.judged import Judged
from eval.measured import Measured, measure
from eval.suites import Suite
from eval.suites.fold import Fold, own_reports
from records.distribution import INTERVALS
from records.history import History
from records.question import Question
from records.stages import HistorySource
from scorecast.ledger.lessons import Lessons
from scorecast.ledger.marks import Mark, counted
from scorecast.ledger.recalibrating import MOST

WRONG: Mapping[str, LevelMap] = MappingProxyType(
    {
        "as it is": LevelMap(),
        "half as wide": LevelMap(spread=0.5),
        "1.6 times as wide": LevelMap(spread=1.6),
        "too high": LevelMap(shift=0.7),
    }
)
"""What is done to forecasts before they are issued; a shift of 0.7 reads the median at the level 0.76."""

DRAWS = 1_000

Chosen = NDArray[np.bool_]


class Figure(NamedTuple):
    """A mean before and after, and the mean of the paired differences with its 95 % limits."""

    issued: float
    recalibrated: float
    low: float | None
    high: float | None

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.recalibrated - self.issued


class Replayed(NamedTuple):
    """What recalibration did to one forecaster.

    Attributes:
        forecaster: its name.
        made: what was done to its forecasts first; a key of ``WRONG``.
        questions: how many were asked when something was settled already.
        milliseconds: of processor time that recalibrating one forecast took, learning included.
        figures: ``crps``, in points over percent benchmarks, and ``cover50``, ``cover80`` and ``cover90``.
    """

    forecaster: str
    made: str
    questions: int
    milliseconds: float
    figures: Mapping[str, Figure]


def replays(suite: Suite, judged: Sequence[Judged], source: HistorySource, *, seed: int) -> Iterator[Replayed]:
    """Replay each forecaster, as it is and made wrong."""
    timeline = Timeline.of(suite, source)
    for one in judged:
        for made, how in WRONG.items():
            issued = _bent(one, suite, how)
            started = time.process_time()
            recalibrated, taught = timeline.recalibrated(issued)
            took = 1_000.0 * (time.process_time() - started) / len(issued.table)
            figures = _figures((issued, recalibrated), np.flatnonzero(taught).astype(np.int64), seed=seed)
            yield Replayed(one.forecaster, made, int(taught.sum()), took, figures)


class Timeline(NamedTuple):
    """The dates of a suite with what each may know, and the days on which its outcomes were public."""

    suite: Suite
    histories: tuple[History, ...]
    published: tuple[tuple[dt.date, ...], ...]

    @classmethod
    def of(cls, suite: Suite, source: HistorySource) -> Timeline:
        """Open the histories of a suite of rolling origins."""
        histories = tuple(
            source.history(as_of=fold.as_of, exclude=fold.exclude, strict_dates=fold.strict_dates)
            for fold in suite.folds
        )
        window = dt.timedelta(days=int(str(suite.parameters["window"])))
        last = max(fold.as_of for fold in suite.folds) + window
        reports = own_reports(source.history(as_of=last, exclude=suite.folds[-1].exclude))
        return cls(suite, histories, tuple(_published(fold, reports, window) for fold in suite.folds))

    def recalibrated(self, issued: Judged) -> tuple[Judged, Chosen]:
        """Return the forecasts as they would have been issued live, and which of them had something to learn from."""
        marks, levels = self._marks(issued), issued.table["level"].tolist()
        quantiles, taught = issued.quantiles.copy(), np.zeros(len(levels), dtype=bool)
        lessons, row = Lessons(), 0
        for fold, history in zip(self.suite.folds, self.histories, strict=True):
            settled = [one for one in marks if one.published < fold.as_of]
            known = counted(settled[-MOST:], fold.as_of)
            for question in fold.questions:
                group = _group(levels[row], question)
                found = lessons.taught(known, question, history, forecaster=issued.forecaster, group=group)
                if found is not None and np.isfinite(quantiles[row]).all():
                    quantiles[row] = found.map.recalibrated(quantiles[row], question.metric)
                    taught[row] = True
                row += 1
        return Judged(f"{issued.forecaster}, recalibrated", issued.table, quantiles), taught

    def _marks(self, issued: Judged) -> list[Mark]:
        """Return how each forecast came out, in the order in which that was public."""
        found: list[Mark] = []
        levels, outcomes = issued.table["level"].tolist(), issued.table["observed"].to_numpy(dtype=float)
        asked = [
            (fold, question, day)
            for fold, days in zip(self.suite.folds, self.published, strict=True)
            for question, day in zip(fold.questions, days, strict=True)
        ]
        for row, (fold, question, day) in enumerate(asked):
            if np.isfinite(issued.quantiles[row]).all():
                low, high = stated_levels(issued.quantiles[row], question.metric, outcomes[row]).tolist()
                found.append(
                    Mark(
                        entry=str(row),
                        question=question.id,
                        forecaster=issued.forecaster,
                        group=_group(levels[row], question),
                        model=question.model.id,
                        root=question.model.root,
                        benchmark=question.benchmark.id,
                        as_of=fold.as_of,
                        issued_at=dt.datetime.combine(fold.as_of, dt.time(), dt.UTC),
                        published=day,
                        foresight=day > fold.as_of,
                        source="",
                        record="",
                        between=(low, high),
                    )
                )
        return sorted(found, key=lambda mark: mark.published)


def _group(level: str, question: Question) -> str:
    return f"{level}{CUT}{question.benchmark.id}"


def _published(fold: Fold, reports: pd.DataFrame, window: dt.timedelta) -> tuple[dt.date, ...]:
    """Return, for each question, the day on which all reports behind its outcome were public."""
    start = pd.Timestamp(fold.as_of)
    inside = reports[(reports["published"] > start) & (reports["published"] <= start + window)]
    days = inside.groupby(["model", "benchmark"])["published"].max()
    return tuple(days[question.cell].date() for question in fold.questions)


def _bent(judged: Judged, suite: Suite, how: LevelMap) -> Judged:
    """Make forecasts wrong on purpose."""
    questions = [question for fold in suite.folds for question in fold.questions]
    quantiles = np.array(
        [
            how.recalibrated(stated, question.metric) if np.isfinite(stated).all() else stated
            for stated, question in zip(judged.quantiles, questions, strict=True)
        ]
    )
    return Judged(judged.forecaster, judged.table, quantiles)


def _figures(both: tuple[Judged, Judged], rows: Ints, *, seed: int) -> dict[str, Figure]:
    issued, recalibrated = (measure(one) for one in both)
    draws = Draws.of(both[0].table["model"], both[0].table["benchmark"], draws=DRAWS, seed=seed)
    columns = ["crps", *(f"cover{percent}" for percent in INTERVALS)]
    return {column: _figure(column, rows, issued, recalibrated, draws) for column in columns}


def _figure(column: str, rows: Ints, issued: Measured, recalibrated: Measured, draws: Draws) -> Figure:
    told = rows[np.isfinite(issued.columns[column][rows])]
    before, after = issued.columns[column][told], recalibrated.columns[column][told]
    sums = draws.sums(told, np.stack([after - before, np.ones(told.size)], axis=1))
    low, high = limits(ratio(sums[:, 0], sums[:, 1])) or (None, None)
    return Figure(float(before.mean()), float(after.mean()), low, high)
