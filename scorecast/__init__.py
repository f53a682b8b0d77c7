"""Scorecast forecasts the score that a model will get on a benchmark before anyone runs the experiment.

``scorecast.forecast(model=..., benchmark=...)`` is the Python API. What it needs takes seconds to load, so that names
are looked up when they are first used: ``import scorecast`` loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorecast.library.functions import compare, forecast, forecasts
    from scorecast.library.records_retriever import RecordsRetriever
    from scorecast.library.score_forecast import ScoreForecast
    from scorecast.library.score_forecasts import ScoreComparison, ScoreForecasts
    from scorecast.library.score_regressor import ScoreRegressor
    from scorecast.library.session import Session
    from scorecast.questions.own_benchmark import OwnBenchmark
    from scorecast.questions.planned import OwnModel

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
    "OwnBenchmark": "questions.own_benchmark",
    "OwnModel": "questions.planned",
    "RecordsRetriever": "library.records_retriever",
    "ScoreComparison": "library.score_forecasts",
    "ScoreForecast": "library.score_forecast",
    "ScoreForecasts": "library.score_forecasts",
    "ScoreRegressor": "library.score_regressor",
    "Session": "library.session",
    "compare": "library.functions",
    "forecast": "library.functions",
    "forecasts": "library.functions",
}
"""The module of each name."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
