"""The error of those who do work that is sent to them, below ``ScorecastError``."""

from __future__ import annotations

from records.errors import ScorecastError


class WorkersFailed(ScorecastError):  # noqa: N818 - what has happened
    """Workers cannot be had, or cannot do the work; what was answered is kept."""
