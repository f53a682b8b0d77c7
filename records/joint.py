"""Joint forecasts: how the scores of many cells vary together, so that planning can ask what one tells of another.

A marginal forecast says how uncertain a score is; a joint one says which measurement would make which other score
less so. Everything is on the working scale of each cell's metric (``records.metric``): the logit of the share of the
range where both bounds are finite, the unit elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from records.metric import Floats
from records.question import Question


@dataclass(frozen=True, eq=False)
class Joint:
    """A normal distribution over the scores of n cells, measurement noise apart; working scale.

    Attributes:
        mean: shape ``(n,)``.
        covariance: of what the cells score, shape ``(n, n)``.
        noise: variance that one new report of each cell adds to it, shape ``(n,)``.
        spread: usual standard deviation between models on each cell's benchmark, shape ``(n,)``.
    """

    mean: Floats
    covariance: Floats
    noise: Floats
    spread: Floats

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.mean)


@runtime_checkable
class JointPredictor(Protocol):
    """A fitted predictor that knows how its forecasts hang together."""

    def joint(self, questions: Sequence[Question]) -> Joint:
        """Forecast all questions jointly, in order.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
            UsageError: too many questions, or one on an open scale of which no visible score tells what is usual.
        """
        ...
