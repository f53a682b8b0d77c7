"""Recalibrating: forecasts are read by what settled forecasts of the same forecaster teach, as of the asked day.

The last stage before the ledger. What was settled before a day cannot change once that day has come, since resolutions
carry the moment at which they were entered: so it is read once a day, and what it teaches is kept.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from calibration.level_map import SAME
from calibration.settled import Taught
from records.distribution import Distribution
from records.errors import ScorecastError
from records.forecast import Forecast
from records.history import History
from scorecast.ledger.kept_marks import KeptMarks
from scorecast.ledger.lessons import Lessons, settled_forecasts
from scorecast.ledger.marks import SHIFT, SPREAD, Mark, counted, forecaster_of, group_of, mark
from scorecast.shared_fits import Recent

if TYPE_CHECKING:
    from records.store.resolutions import Resolutions

MOST = 10_000
"""Resolutions that are learned from, the last ones."""

DAYS = 16
"""As-of dates whose marks are kept in memory."""

Recalibrate = Callable[[Forecast, History], Forecast]
"""The stage: takes a pooled forecast and the history that it was made from."""


def as_stated(forecast: Forecast, _history: History) -> Forecast:
    """Leave a forecast as it is: the stage where none is wanted."""
    return forecast


@dataclass(frozen=True, eq=False)
class FromLedger:
    """Recalibrates forecasts by the settled forecasts of one store; safe to use from several threads."""

    resolutions: Resolutions
    kept: KeptMarks = field(default_factory=KeptMarks)
    _read: dict[str, Mark] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _days: Recent[tuple[Mark, ...]] = field(default_factory=lambda: Recent(DAYS))
    _lessons: Lessons = field(default_factory=Lessons)

    def __call__(self, forecast: Forecast, history: History) -> Forecast:
        """Return a forecast recalibrated by what was settled before its as-of date; as it is where nothing was.

        A forecast that knows a report of its own cell stays as it is: none of its kind is ever foresight, so that
        settled forecasts say nothing about it. A ledger that cannot be read costs the recalibration, flagged.
        """
        if forecast.evidence_level.cell_reports:
            return forecast
        try:
            marks = self._on(history.as_of)
        except ScorecastError as error:
            return Unread(str(error))(forecast, history)
        return _by_marks(forecast, history, marks, self._lessons)

    def on(self, day: dt.date) -> Recalibrate:
        """Return the same stage for histories of one day, without the store: what other processes can be sent."""
        try:
            return FromMarks(self._on(day))
        except ScorecastError as error:
            return Unread(str(error))

    def overall(self, forecaster: str, day: dt.date) -> Taught | None:
        """Return what all settled forecasts of a forecaster teach as of a day; None where there are none.

        Raises:
            ScorecastError: the ledger cannot be read, or trusted.
        """
        marks = [one for one in self._on(day) if one.forecaster == forecaster]
        return settled_forecasts(marks).taught("") if marks else None

    def _on(self, day: dt.date) -> tuple[Mark, ...]:
        """Return the marks that count as of a day."""
        found = self._days.get(day)
        if found is None:
            with self._reading:
                numbers = self.resolutions.before(day, limit=MOST)
                self._learn_of(numbers)
                found = self._days.put(day, counted([self._read[key] for key in numbers], day))
        return found

    def _learn_of(self, numbers: Mapping[str, int]) -> None:
        """Read the marks of resolutions that were not read yet: from what is kept, else from the ledger."""
        self._read.update(self.kept.read(key for key in numbers if key not in self._read))
        new = {number: key for key, number in numbers.items() if key not in self._read}
        if new:
            self._read.update((new[number], mark(one)) for number, one in self.resolutions.settled(new).items())
            self.kept.write(self._read)


@dataclass(frozen=True, eq=False)
class FromMarks:
    """Recalibrates forecasts of one as-of date by the marks that count as of it.

    Attributes:
        marks: all of them.
    """

    marks: tuple[Mark, ...]

    def __call__(self, forecast: Forecast, history: History) -> Forecast:
        """Return a forecast recalibrated, as ``FromLedger`` would."""
        known = forecast.evidence_level.cell_reports
        return forecast if known else _by_marks(forecast, history, self.marks, self._lessons)

    @cached_property
    def _lessons(self) -> Lessons:
        return Lessons()


@dataclass(frozen=True)
class Unread:
    """The stage where the ledger cannot be read, or trusted.

    Attributes:
        why: the error.
    """

    why: str

    def __call__(self, forecast: Forecast, _history: History) -> Forecast:
        """Return a forecast as it is, flagged."""
        if forecast.evidence_level.cell_reports:
            return forecast
        told = f"not recalibrated by settled forecasts: {self.why}"
        return forecast.model_copy(update={"caveats": (*forecast.caveats, told)})


def _by_marks(forecast: Forecast, history: History, marks: tuple[Mark, ...], lessons: Lessons) -> Forecast:
    taught = lessons.taught(
        marks, forecast.question, history, forecaster=forecaster_of(forecast), group=group_of(forecast)
    )
    return forecast if taught is None else recalibrated(forecast, taught)


def recalibrated(forecast: Forecast, taught: Taught) -> Forecast:
    """Return a forecast read by what settled ones teach, which is told; the raw one can be had back from what is told.

    Raises:
        DistributionError: the quantiles cannot be read so.
    """
    metric = forecast.question.metric
    quantiles = taught.map.recalibrated(np.asarray(forecast.distribution.quantiles), metric)
    after = forecast.distribution if taught.map == SAME else Distribution.from_array(quantiles, metric)
    told = {
        SHIFT: taught.map.shift,
        SPREAD: taught.map.spread,
        "recalibration_settled": taught.settled,
        "recalibration_worth": round(taught.worth, 1),
        "recalibration_alike": taught.alike,
        "recalibration_group": taught.group,
    }
    provenance = forecast.provenance.model_copy(update={"settings": {**forecast.provenance.settings, **told}})
    caveat = _caveat(forecast, after, taught)
    return forecast.model_copy(
        update={"distribution": after, "provenance": provenance, "caveats": (*forecast.caveats, caveat)}
    )


def _caveat(forecast: Forecast, after: Distribution, taught: Taught) -> str:
    before = forecast.distribution
    (low, high), (start, end) = before.interval(90), after.interval(90)
    width = f", 90 % interval {(end - start) / (high - low):.2f} times as wide" if high > low else ""
    return (
        f"recalibrated by {taught.settled:,} settled forecasts of {forecaster_of(forecast)}, which are worth "
        f"{taught.worth:,.0f} independent ones: median moved by {after.median - before.median:+.2g}{width}"
    )
