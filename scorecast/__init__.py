"""Scorecast forecasts the score that a model will get on a benchmark before anyone runs the experiment.

``scorecast.forecast(model=..., benchmark=...)`` is the Python API. What it needs takes seconds to load, so that names
are looked up when they are first used: ``import scorecast`` loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorecast.library import Session, compare, forecast, forecasts
    from scorecast.own_benchmark import OwnBenchmark
    from scorecast.planned import OwnModel
    from scorecast.records_retriever import RecordsRetriever
    from scorecast.score_forecast import ScoreForecast
    from scorecast.score_forecasts import ScoreComparison, ScoreForecasts
    from scorecast.score_regressor import ScoreRegressor

__all__ = [
    "OwnBenchmark",
    "OwnModel",
    "RecordsRetriever",
    "ScoreComparison",
    "ScoreForecast",
    "ScoreForecasts",
    "ScoreRegressor",
    "Session",
    "compare",
    "forecast",
    "forecasts",
]

_HOMES = {
    "OwnBenchmark": "own_benchmark",
    "OwnModel": "planned",
    "RecordsRetriever": "records_retriever",
    "ScoreComparison": "score_forecasts",
    "ScoreForecast": "score_forecast",
    "ScoreForecasts": "score_forecasts",
    "ScoreRegressor": "score_regressor",
}
"""The modules of those names that are not in ``scorecast.library``."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'library')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
