"""The error of clusters, below ``ScorecastError``."""

from __future__ import annotations

from records.errors import ScorecastError


class ClusterFailed(ScorecastError):  # noqa: N818 - what has happened
    """The cluster cannot be reached, or cannot do the work; what was answered is kept."""
