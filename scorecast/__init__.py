"""Scorecast forecasts the score that a model will get on a benchmark before anyone runs the experiment.

``scorecast.forecast(model=..., benchmark=...)`` is the Python API. What it needs takes seconds to load, so that names
are looked up when they are first used: ``import scorecast`` loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorecast.library import ScoreForecast, Session, forecast
    from scorecast.own_benchmark import OwnBenchmark
    from scorecast.planned import OwnModel

__all__ = ["OwnBenchmark", "OwnModel", "ScoreForecast", "Session", "forecast"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    from scorecast import library

    return getattr(library, name)
