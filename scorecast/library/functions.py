"""The Python API: ``scorecast.forecast(...)`` from a program or a notebook, on the user's own store.

>>> import scorecast
>>> told = scorecast.forecast(model="Qwen3-32B", benchmark="gpqa_diamond")  # doctest: +SKIP
>>> told.median, told.interval(90)  # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache

from scorecast.library.score_forecast import ScoreForecast
from scorecast.library.score_forecasts import ScoreComparison, ScoreForecasts
from scorecast.library.session import Session, Table
from scorecast.questions.own_benchmark import OwnBenchmark
from scorecast.questions.planned import OwnModel
from scorecast.settings import Settings

__all__ = ["Session", "compare", "forecast", "forecasts", "session"]


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
    return session().forecast(
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


def forecasts(questions: Table, *, as_of: dt.date | str | None = None, withhold: bool = False) -> ScoreForecasts:
    """Forecast many scores at once, and enter the forecasts in the user's ledger.

    Questions of one as-of date share one history and one fit. A question that cannot be answered keeps its place, with
    its reason. Plans of thousands, with files, resumption and progress, are for ``scorecast batch``.

    Args:
        questions: a data frame, or mappings, with ``model`` and ``benchmark``; and, where wanted, ``threshold``,
            ``as_of``, ``known``, the fields of a setting (``shots``, ``harness`` ...) and the facts of a model or
            benchmark of your own (``params_b``, ``released``, ``description`` ...). Other columns are not read.
        as_of: latest publication date that forecasts may know, where a row tells none; today by default.
        withhold: forecast as if none of these scores had been reported.

    Raises:
        UsageError: rows that make no sense; the message tells the first five.
        StoreError: the store cannot be opened.
    """
    return session().forecasts(questions, as_of=as_of, withhold=withhold)


def compare(
    *,
    models: Sequence[str],
    benchmark: str,
    known: Mapping[str, Mapping[str, float]] | None = None,
    setting: Mapping[str, str | int] | None = None,
    as_of: dt.date | str | None = None,
    withhold: bool = False,
    own: Mapping[str, OwnModel] | None = None,
    own_benchmark: OwnBenchmark | None = None,
) -> ScoreComparison:
    """Forecast several models on one benchmark, and tell how likely each scores better than each other.

    Args:
        models: any spellings of known models' names, or names of your own where ``own`` or ``known`` tell of them.
        benchmark: any spelling of a known benchmark's name, or the name of your own with ``own_benchmark``.
        known: by model, scores that you vouch for.
        setting: how the benchmark is run, for all models.
        as_of: latest publication date that the forecasts may know; today by default.
        withhold: forecast as if none of these scores had been reported.
        own: by model, facts of a model that nobody knows.
        own_benchmark: facts of a benchmark that nobody knows.

    Raises:
        UsageError: unknown names, one model only, or one model twice.
        NotEnoughRecords: there is nothing to forecast one of them from.
        StoreError: the store cannot be opened.
    """
    return session().compare(
        models=models,
        benchmark=benchmark,
        known=known,
        setting=setting,
        as_of=as_of,
        withhold=withhold,
        own=own,
        own_benchmark=own_benchmark,
    )


def session() -> Session:
    """Return the session that the functions of this module use, on the store that the environment names."""
    return _session(Settings.from_environment(os.environ))


@lru_cache(maxsize=1)
def _session(settings: Settings) -> Session:
    return Session(settings)
