"""What is believed of n cells before and after some of them are measured: a normal distribution, its noise apart.

Measuring a cell changes the covariance in one way whatever the value turns out to be, so that a batch can be chosen
with measurements that have not been made: the fantasised values integrate out exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from records.joint import Joint
from records.metric import EDGE, Floats, Metric

MEAN_OF_HALF_NORMAL = float(np.sqrt(2.0 / np.pi))
"""Expected absolute value of a standard normal variable."""

USUAL_STEP = 20.0
"""Points that a spread of an open scale counts for where no bounded benchmark is beside it."""

LEAST_NOISE = 1e-9
"""Share of a variance that every measurement has as noise, so that nothing is divided by zero."""


@dataclass(frozen=True, eq=False)
class Belief:
    """A joint forecast, in points or on the working scale.

    Attributes:
        mean: shape ``(n,)``, from wherever each scale starts.
        covariance: shape ``(n, n)``.
        noise: variance of one measurement of each cell, shape ``(n,)``.
    """

    mean: Floats
    covariance: Floats
    noise: Floats

    @classmethod
    def of(cls, joint: Joint, metrics: Sequence[Metric]) -> Self:
        """Take a joint forecast, its working scales turned into points by their slope at the mean."""
        return cls._scaled(joint, points_a_step(joint, metrics))

    @classmethod
    def working(cls, joint: Joint) -> Self:
        """Take a joint forecast on the working scales themselves, where thresholds lie and orders are exact."""
        return cls._scaled(joint, np.ones(len(joint)))

    @classmethod
    def _scaled(cls, joint: Joint, step: Floats) -> Self:
        noise = np.maximum(joint.noise, LEAST_NOISE * np.diag(joint.covariance))
        return cls(step * joint.mean, np.multiply.outer(step, step) * joint.covariance, step**2 * noise)

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.mean)

    @cached_property
    def variance(self) -> Floats:
        """Of what each cell scores, shape ``(n,)``."""
        return np.asarray(np.maximum(np.diag(self.covariance), 0.0))

    @cached_property
    def correlation(self) -> Floats:
        """Between what cells score, shape ``(n, n)``; 0 where a cell does not vary."""
        scale = np.sqrt(self.variance)
        across = np.multiply.outer(scale, scale)
        return np.divide(self.covariance, across, out=np.eye(len(self)), where=across > 0)

    def measured(self, cell: int) -> Self:
        """What will be believed once a cell is measured; the mean stays where it is expected to be."""
        column = self.covariance[:, cell]
        told = np.multiply.outer(column, column) / (self.variance[cell] + self.noise[cell])
        return replace(self, covariance=self.covariance - told)


def points_a_step(joint: Joint, metrics: Sequence[Metric]) -> Floats:
    """Points that a step of each working scale is worth at the mean, shape ``(n,)``.

    A bounded range counts as 100 points. A spread of an open scale counts as one of the bounded ones does in the
    middle of them, so that ratings and money neither drown the rest nor vanish in it.
    """
    bounded = np.array([metric.bounded for metric in metrics], dtype=bool)
    share = 1.0 / (1.0 + np.exp(-np.where(bounded, joint.mean, 0.0)))
    share = np.clip(share, EDGE, 1.0 - EDGE)
    slope = 100.0 * share * (1.0 - share)
    usual = float(np.median((slope * joint.spread)[bounded])) if bounded.any() else USUAL_STEP
    return np.where(bounded, slope, usual / np.maximum(joint.spread, 1e-12))


__all__ = ["MEAN_OF_HALF_NORMAL", "Belief", "points_a_step"]
