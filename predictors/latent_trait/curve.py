"""The curve from trait to score: share = floor + (1 - floor) * sigmoid(trait), told on the standard scale.

The logit of that share is the soft maximum of the trait and of the floor's own logit, so that a benchmark without a
floor, and an open scale, has the identity for a curve. Source: the three-parameter model of item response theory
(Birnbaum 1968), whose ceiling is the upper end of the metric.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from predictors.benchmarks import BenchmarkSide
from records.benchmark import Benchmark
from records.metric import Floats

FLOOR = 0.75
"""Share of the chance level that even hopeless models keep: refusals and broken formats fall below guessing."""

FLATTEST = 0.05
"""No tangent is taken flatter than this: a score far below the floor would send its trait to minus infinity."""


def floors(benchmarks: BenchmarkSide) -> Floats:
    """Share of the range below which scores on each benchmark do not fall, 0 where chance is unknown, ``(B,)``."""
    return np.array([_floor(benchmark) for benchmark in benchmarks.benchmarks], dtype=float)


def response(trait: Floats, floor: Floats) -> Floats:
    """Score on the standard scale of each trait, shape ``(n,)``."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.logaddexp(trait - np.log1p(-floor), np.log(floor) - np.log1p(-floor)))


def steepness(trait: Floats, floor: Floats) -> Floats:
    """Derivative of ``response`` by the trait, in (0, 1], shape ``(n,)``."""
    with np.errstate(divide="ignore"):
        return np.asarray(expit(trait - np.log(floor)))


def straightened(value: Floats, trait: Floats, floor: Floats) -> tuple[Floats, Floats]:
    """Replace scores by the traits that they tell of, by the tangent of the curve at ``trait`` (Gauss and Newton).

    Returns:
        Traits, and how many units of score one unit of trait makes, each of shape ``(n,)``.
    """
    slope = np.maximum(steepness(trait, floor), FLATTEST)
    return trait + (value - response(trait, floor)) / slope, slope


def _floor(benchmark: Benchmark) -> float:
    metric = benchmark.metric
    if metric.chance is None or metric.lower is None or metric.upper is None:
        return 0.0
    share = (metric.chance - metric.lower) / (metric.upper - metric.lower)
    guessed = share if metric.higher_is_better else 1.0 - share
    return FLOOR * min(guessed, 0.95)
