"""Sigmoids that level out at chance below and at the ceiling above, on the standard scale.

A capability of 0 is half-way between chance and ceiling. Near chance the curve is flat: scores there tell next to
nothing of a capability, and no straight line is drawn on through them (Hu et al. 2024, "Predicting emergent abilities
with infinite resolution evaluation"). Open scales have no asymptotes, and their curve is the identity.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from predictors.benchmarks import BenchmarkSide
from predictors.models import Ints
from records.metric import EDGE, Floats, Metric

MOST_CHANCE = 0.9
LEAST_SLOPE = 1e-3
START_SHARE = 0.04
"""Where scores at chance and below are put before any curve is known, as a share of the way to the ceiling."""


class Asymptotes(NamedTuple):
    """Chance and ceiling of each column as shares of the range, the better end up; 0 and 1 on open scales."""

    low: Floats
    high: Floats
    bounded: np.ndarray

    @classmethod
    def of(cls, benchmarks: BenchmarkSide) -> Asymptotes:
        """Read them off the metrics; scores closer to a bound than ``EDGE`` are not told apart."""
        low = np.array([_chance(benchmark.metric) for benchmark in benchmarks.benchmarks], dtype=float)
        return cls(np.maximum(low, EDGE), np.full(len(benchmarks), 1.0 - EDGE), benchmarks.bounded)

    def curve(self, column: Ints, capability: Floats) -> Floats:
        """Score on the standard scale at a capability, both ``(n,)`` or ``(n, q)``."""
        low, high, bounded = self._at(column, capability)
        return np.where(bounded, logit(low + (high - low) * expit(capability)), capability)

    def slope(self, column: Ints, capability: Floats) -> Floats:
        """Derivative of the curve."""
        low, high, bounded = self._at(column, capability)
        grown = expit(capability)
        share = low + (high - low) * grown
        return np.where(
            bounded, np.maximum((high - low) * grown * (1 - grown) / (share * (1 - share)), LEAST_SLOPE), 1.0
        )

    def start(self, column: Ints, value: Floats) -> Floats:
        """A capability that explains a score, kept away from both asymptotes."""
        low, high, bounded = self._at(column, value)
        share = np.clip((expit(value) - low) / (high - low), START_SHARE, 1.0 - START_SHARE)
        return np.where(bounded, logit(share), value)

    def _at(self, column: Ints, beside: Floats) -> tuple[Floats, Floats, np.ndarray]:
        shape = column.shape + (1,) * (beside.ndim - 1)
        low, high, bounded = (array[column].reshape(shape) for array in self)
        return low, high, bounded


def _chance(metric: Metric) -> float:
    if metric.chance is None or metric.lower is None or metric.upper is None:
        return 0.0
    share = (metric.chance - metric.lower) / (metric.upper - metric.lower)
    return min(share if metric.higher_is_better else 1.0 - share, MOST_CHANCE)
