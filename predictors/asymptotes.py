"""Sigmoids that level out at chance below and at the ceiling above, on the standard scale.

A capability of 0 is half-way between chance and ceiling. Near chance the curve is flat: scores there tell next to
nothing of a capability, and no straight line is drawn on through them (Hu et al. 2024, "Predicting emergent abilities
with infinite resolution evaluation"). A loss falls towards its lower bound by ever smaller steps: its logarithm is
what is straight in log compute. Other open scales have no asymptotes, and their curve is the identity.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from predictors.benchmarks import BenchmarkSide
from predictors.models import Ints
from records.metric import EDGE, Floats, Metric

MOST_CHANCE = 0.9
"""Chance beyond this share of the range leaves no room for a curve, and is not believed."""

LEAST_SLOPE = 1e-3
"""Where a curve is flatter, scores are taken to say nothing."""

MOST_STEPS = 5.0
"""Losses above the middle by more than exp of this, in units of the room below it, are not told apart."""

START_SHARE = 0.04
"""Where scores at chance and below are put before any curve is known, as a share of the way to the ceiling."""


class Asymptotes(NamedTuple):
    """Where the curves of columns level out.

    Attributes:
        low, high: chance and ceiling as shares of the range, the better end up; of no meaning on open scales.
        bounded: whether the scale is bounded.
        reach: how far a loss can fall below the middle of its column, standard scale; infinite for all others.
    """

    low: Floats
    high: Floats
    bounded: np.ndarray
    reach: Floats

    @classmethod
    def of(cls, benchmarks: BenchmarkSide) -> Asymptotes:
        """Read them off the metrics; scores closer to a bound than ``EDGE`` are not told apart."""
        low = np.array([_chance(benchmark.metric) for benchmark in benchmarks.benchmarks], dtype=float)
        high = np.full(len(benchmarks), 1.0 - EDGE)
        return cls(np.maximum(low, EDGE), high, benchmarks.bounded, _reach(benchmarks))

    def curve(self, column: Ints, capability: Floats) -> Floats:
        """Score on the standard scale at a capability, both ``(n,)`` or ``(n, q)``."""
        low, high, bounded, reach = self._at(column, capability)
        loss = np.isfinite(reach)
        fallen = np.where(loss, -np.where(loss, reach, 0.0) * np.expm1(-_steps(capability, reach)), capability)
        return np.where(bounded, logit(low + (high - low) * expit(capability)), fallen)

    def slope(self, column: Ints, capability: Floats) -> Floats:
        """Derivative of the curve."""
        low, high, bounded, reach = self._at(column, capability)
        grown = expit(capability)
        share = low + (high - low) * grown
        rising = (high - low) * grown * (1 - grown) / (share * (1 - share))
        return np.maximum(np.where(bounded, rising, np.exp(-_steps(capability, reach))), LEAST_SLOPE)

    def start(self, column: Ints, value: Floats) -> Floats:
        """A capability that explains a score, kept away from both asymptotes."""
        low, high, bounded, reach = self._at(column, value)
        share = np.clip((expit(value) - low) / (high - low), START_SHARE, 1.0 - START_SHARE)
        loss = np.isfinite(reach)
        left = np.clip(1.0 - value / reach, START_SHARE, 1.0 / START_SHARE)
        fallen = np.where(loss, -np.where(loss, reach, 0.0) * np.log(left), value)
        return np.where(bounded, logit(share), fallen)

    def _at(self, column: Ints, beside: Floats) -> tuple[Floats, Floats, np.ndarray, Floats]:
        shape = column.shape + (1,) * (beside.ndim - 1)
        low, high, bounded, reach = (array[column].reshape(shape) for array in self)
        return low, high, bounded, reach


def _chance(metric: Metric) -> float:
    if metric.chance is None or metric.lower is None or metric.upper is None:
        return 0.0
    share = (metric.chance - metric.lower) / (metric.upper - metric.lower)
    return min(share if metric.higher_is_better else 1.0 - share, MOST_CHANCE)


def _reach(benchmarks: BenchmarkSide) -> Floats:
    """How far each loss can fall: open scales on which lower is better and there is a lowest value."""
    lowest = np.array(
        [np.nan if b.metric.lower is None else b.metric.lower for b in benchmarks.benchmarks], dtype=float
    )
    room = (benchmarks.location - lowest) / benchmarks.scale
    loss = ~benchmarks.bounded & (benchmarks.sign < 0) & (room > 0)
    return np.where(loss, room, np.inf)


def _steps(capability: Floats, reach: Floats) -> Floats:
    """Capability in units of the reach, 0 where that is infinite; held where exponentials are."""
    return np.maximum(capability / reach, -MOST_STEPS)
