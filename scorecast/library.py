"""The Python API: ``scorecast.forecast(...)`` from a program or a notebook, on the user's own store.

>>> import scorecast
>>> told = scorecast.forecast(model="Qwen3-32B", benchmark="gpqa_diamond")  # doctest: +SKIP
>>> told.median, told.interval(90)  # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from records.base import EARLIEST
from records.distribution import Distribution
from records.errors import NotEnoughRecords, UsageError
from records.evidence import Evidence
from records.forecast import Forecast
from records.ledger import Issued
from records.quantiles import LEVELS
from records.question import Question
from records.record import Record
from scorecast.asking import check_threshold
from scorecast.issuing import issued
from scorecast.own_benchmark import OwnBenchmark
from scorecast.pipeline import Pipeline, Reply
from scorecast.planned import OwnModel, plan
from scorecast.settings import Settings
from scorecast.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import pandas as pd

LOG = logging.getLogger("scorecast")


@dataclass(frozen=True)
class ScoreForecast:
    """A forecast of one score, in the unit of the benchmark's metric; a notebook shows it as a picture and a table.

    Attributes:
        reply: the answer of the pipeline, with everything that is known of it.
        threshold: the score that was asked about; None where none was.
    """

    reply: Reply
    threshold: float | None = None

    @property
    def forecast(self) -> Forecast:
        """The forecast with its provenance, as the ledger has it."""
        if not isinstance(self.reply.answer, Forecast):
            raise NotEnoughRecords(self.reply.answer.reason)
        return self.reply.answer

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.reply.question

    @property
    def distribution(self) -> Distribution:
        """The predictive distribution."""
        return self.forecast.distribution

    @property
    def id(self) -> str:
        """Of the entry in the ledger, for ``scorecast resolve``; empty where it could not be entered."""
        return self.entry.id if self.entry else ""

    @property
    def entry(self) -> Issued | None:
        """The entry in the ledger; None where it could not be entered."""
        return self.reply.issued

    @property
    def unit(self) -> str:
        """What scores are told in."""
        return self.question.metric.unit.value

    @property
    def median(self) -> float:
        """The score that is exceeded as often as not."""
        return self.distribution.median

    @property
    def quantiles(self) -> dict[float, float]:
        """Scores by level, 0.01 to 0.99."""
        return dict(zip(LEVELS.round(2).tolist(), self.distribution.quantiles, strict=True))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The records that it rests on."""
        return self.forecast.evidence

    @property
    def already_reported(self) -> tuple[Record, ...]:
        """Reports of this very cell that the forecast may know, the newest first."""
        return self.reply.already_reported

    def interval(self, percent: float = 90.0) -> tuple[float, float]:
        """Return the central interval that holds the score with probability ``percent`` / 100.

        Raises:
            DistributionError: a percentage outside 0 to 100.
        """
        return self.distribution.interval(percent)

    def probability_above(self, threshold: float | ScoreForecast | None = None) -> float:
        """Return the probability of a score at or above a threshold, or above that of another forecast.

        Args:
            threshold: a score, or another forecast, taken as independent, ties counted half; by default the
                threshold that was asked about.

        Raises:
            UsageError: no threshold was asked about, or the other forecast is told in another unit.
            DistributionError: a threshold that is not a number.
        """
        if isinstance(threshold, ScoreForecast):
            if threshold.unit != self.unit:
                raise UsageError(f"A score in {self.unit} cannot be held against one in {threshold.unit}.")
            return self.distribution.probability_above(threshold.distribution)
        wanted = self.threshold if threshold is None else threshold
        if wanted is None:
            raise UsageError("Above which score? Say it: probability_above(60).")
        return self.distribution.exceedance(wanted)

    def to_pandas(self) -> pd.DataFrame:
        """Return the quantiles, a row a level: columns ``model``, ``benchmark``, ``as_of``, ``level``, ``score``."""
        import pandas as pd

        question = self.question
        return pd.DataFrame(
            {
                "model": question.model.id,
                "benchmark": question.benchmark.id,
                "as_of": pd.Timestamp(question.as_of),
                "level": list(self.quantiles),
                "score": list(self.quantiles.values()),
            }
        )

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from scorecast.picture import page

        return page(self.reply, threshold=self.threshold)

    def __repr__(self) -> str:
        low, high = self.interval(90)
        name = f"{self.question.model.id} on {self.question.benchmark.id}"
        return f"<ScoreForecast {name}: {self.median:.4g}, 90 % {low:.4g} to {high:.4g} {self.unit}>"


class Session:
    """An open workspace to forecast from; close it, or use it in a ``with`` statement."""

    def __init__(self, settings: Settings, *, clock: Callable[[], dt.datetime]) -> None:
        """Open the user's store.

        Raises:
            StoreError: it cannot be opened.
        """
        self._clock, self._stack = clock, ExitStack()
        opened = open_workspace(settings, now=clock(), busy=LOG.info)
        self._workspace: Workspace = self._stack.enter_context(opened)
        self._pipeline: Pipeline = self._workspace.pipeline()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self._stack.close()

    def forecast(
        self,
        *,
        model: str,
        benchmark: str,
        known: Mapping[str, float] | None = None,
        setting: Mapping[str, str | int] | None = None,
        as_of: dt.date | str | None = None,
        threshold: float | None = None,
        withhold: bool = False,
        own: OwnModel | None = None,
        own_benchmark: OwnBenchmark | None = None,
    ) -> ScoreForecast:
        """Forecast one score; see ``forecast``."""
        now, catalogue = self._clock(), self._workspace.store.catalogue()
        question = plan(
            catalogue,
            model=model,
            benchmark=benchmark,
            as_of=_day(as_of) or now.date(),
            today=now.date(),
            own=own or OwnModel(),
            described=own_benchmark,
            known=[f"{name}={value!r}" for name, value in (known or {}).items()],
            setting=[f"{name}={value}" for name, value in (setting or {}).items()],
            withhold=withhold,
        )
        if threshold is not None:
            check_threshold(threshold, question.benchmark)
        reply = self._pipeline.forecast(question)
        if not isinstance(reply.answer, Forecast):
            raise NotEnoughRecords(reply.answer.reason)
        [entered] = issued([reply], self._workspace.store.ledger, now=now, tell=LOG.warning)
        return ScoreForecast(entered, threshold)


def forecast(
    *,
    model: str,
    benchmark: str,
    known: Mapping[str, float] | None = None,
    setting: Mapping[str, str | int] | None = None,
    as_of: dt.date | str | None = None,
    threshold: float | None = None,
    withhold: bool = False,
    own: OwnModel | None = None,
    own_benchmark: OwnBenchmark | None = None,
) -> ScoreForecast:
    """Forecast the score that a model will get on a benchmark, and enter the forecast in the user's ledger.

    The store is the one of the command line (``SCORECAST_HOME``, ``SCORECAST_DATABASE_URL``). It is opened by the
    first call and stays open; the first call also fits the forecaster, unless the command line has done so.

    Args:
        model: any spelling of a known model's name, or the name of your own when ``own`` or ``known`` tell of it.
        benchmark: any spelling of a known benchmark's name, or the name of your own with ``own_benchmark``.
        known: scores of this model that you vouch for, by benchmark, each in the benchmark's unit.
        setting: how the benchmark is run, such as ``{"shots": 5}``.
        as_of: latest publication date that the forecast may know; today by default.
        threshold: a score, for ``probability_above()``.
        withhold: forecast as if the score had not been reported.
        own: facts of a model that nobody knows.
        own_benchmark: facts of a benchmark that nobody knows.

    Raises:
        UnknownName: no known model or benchmark has such a name; carries the nearest names.
        UsageError: impossible dates or values, or contradictory arguments.
        NotEnoughRecords: there is nothing to forecast from; the message says why.
        StoreError: the store cannot be opened.
    """
    session = _session(Settings.from_environment(os.environ))
    return session.forecast(
        model=model,
        benchmark=benchmark,
        known=known,
        setting=setting,
        as_of=as_of,
        threshold=threshold,
        withhold=withhold,
        own=own,
        own_benchmark=own_benchmark,
    )


@lru_cache(maxsize=1)
def _session(settings: Settings) -> Session:
    return Session(settings, clock=lambda: dt.datetime.now(dt.UTC))


def _day(told: dt.date | str | None) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        raise UsageError(f"as_of takes a date, or year-month-day such as 2025-06-30; found {told!r}.") from None
    if day is not None and day < EARLIEST:
        raise UsageError(f"as_of {day}: nothing was published before {EARLIEST}.")
    return day
