"""The level map: stated levels read at others, by a bias and a spread on the probit scale.

A forecast that says level p is read at the level ``Phi(shift + spread * probit(p))``: a shift above 0 moves it up, a
spread above 1 makes it wider. If outcomes fall where the map says, the forecast so read is calibrated. Two numbers are
what a few dozen settled forecasts can tell, they keep the order of the quantiles, and they can be turned back: the
level of an outcome in the recalibrated forecast tells the level that it had in the raw one.

Both are learned by maximum likelihood from how often outcomes fell between two percent levels (a normal distribution
seen through intervals, whose likelihood has one maximum: Burridge 1981). So an outcome beyond the outermost quantile
counts as just that, however far out. The parent's map enters as ``strength`` forecasts that came out as it says.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from records import quantiles as q
from records.metric import Floats, Metric
from records.quantiles import LEVELS

BINS = 100
MOST_SHIFT, MOST_SPREAD = 3.0, 4.0
"""A forecaster that is farther off than this is broken: no map of levels mends it."""

STEPS, HALVINGS, CLOSE = 60, 30, 1e-9
LEAST_CHANCE = 1e-300

_PROBITS: Floats = np.asarray(ndtri(LEVELS))
_EDGES: Floats = np.concatenate([[0.0], _PROBITS, [0.0]])  # the outermost lie at infinity; see ``_chances``
_LOW, _HIGH = 9, 89  # positions of the levels 0.10 and 0.90


class LevelMap(NamedTuple):
    """Where stated levels are read."""

    shift: float = 0.0
    spread: float = 1.0

    def read(self, levels: Floats) -> Floats:
        """Return the levels of the raw forecast that these levels of the recalibrated one are read at."""
        return np.asarray(ndtr(self.shift + self.spread * ndtri(levels)))

    def recalibrated(self, quantiles: Floats, metric: Metric) -> Floats:
        """Return the quantiles ``(99,)``, in the unit, of a forecast read by this map; within bounds, in order.

        Beyond the outermost levels the forecast goes on, on the working scale, with the slope of its last tenth.
        """
        if self == SAME:
            return quantiles
        probits = self.shift + self.spread * _PROBITS
        inside = q.quantile(q.knots(quantiles, *metric.bounds), np.clip(ndtr(probits), LEVELS[0], LEVELS[-1]))
        working = metric.to_working(quantiles)
        up = (working[-1] - working[_HIGH]) / (_PROBITS[-1] - _PROBITS[_HIGH])
        down = (working[_LOW] - working[0]) / (_PROBITS[_LOW] - _PROBITS[0])
        above = metric.from_working(working[-1] + up * np.maximum(probits - _PROBITS[-1], 0.0))
        below = metric.from_working(working[0] - down * np.maximum(_PROBITS[0] - probits, 0.0))
        told = np.where(probits > _PROBITS[-1], np.maximum(above, quantiles[-1]), inside)
        told = np.where(probits < _PROBITS[0], np.minimum(below, quantiles[0]), told)
        return np.maximum.accumulate(told)


SAME = LevelMap()
"""The map that changes nothing."""


def stated_levels(quantiles: Floats, metric: Metric, outcome: float) -> Floats:
    """Return between which levels, ``(2,)``, a forecast has its outcome.

    One level mostly; several where it lies in a point mass, or beyond the outermost quantile.
    """
    edges = q.knots(quantiles, *metric.bounds)
    low, high = 1.0 - float(q.exceedance(edges, outcome)), float(q.cdf(edges, outcome))
    if high > LEVELS[-1]:
        low, high = min(low, LEVELS[-1]), 1.0
    if low < LEVELS[0]:
        low, high = 0.0, max(high, LEVELS[0])
    return np.array([low, max(low, high)])


def histogram(between: Floats) -> Floats:
    """Return for each outcome, known to lie between two levels ``(n, 2)``, its shares of the percent bins ``(n, 100)``.

    After Czado, Gneiting and Held 2009: an outcome in a point mass is spread evenly over the levels of that mass.
    """
    low, high = between[:, :1] * BINS, between[:, 1:] * BINS
    start = np.arange(BINS)
    overlap = np.clip(np.minimum(high, start + 1) - np.maximum(low, start), 0.0, None)
    total = overlap.sum(axis=1, keepdims=True)
    point = start == np.minimum(np.floor(low), BINS - 1)
    return np.asarray(np.where(total > CLOSE, overlap / np.where(total > CLOSE, total, 1.0), point))


def learned(counts: Floats, *, parent: LevelMap = SAME, strength: float) -> LevelMap:
    """Learn a map from counts of outcomes in percent bins ``(100,)``, drawn to the parent's map."""
    bias, scale = _most_likely(counts + strength * _chances(parent.shift / parent.spread, 1.0 / parent.spread)[0])
    return LevelMap(
        float(np.clip(bias, -MOST_SHIFT, MOST_SHIFT)), float(np.clip(scale, 1.0 / MOST_SPREAD, MOST_SPREAD))
    )


def _most_likely(counts: Floats) -> tuple[float, float]:
    """Mean and standard deviation under which the counts are likeliest, by Fisher scoring with halved steps.

    Steps are taken in mean and one over the standard deviation, where the likelihood is concave.
    """
    at = np.array([0.0, 1.0])
    chances, slopes = _chances(*at)
    likelihood = counts @ np.log(chances)
    for _ in range(STEPS):
        information = counts.sum() * (slopes / chances) @ slopes.T
        step = np.linalg.solve(information, slopes @ (counts / chances))
        for _ in range(HALVINGS):
            there = at + step
            tried = _chances(*there) if there[1] > 0.0 else None
            if tried is not None and counts @ np.log(tried[0]) >= likelihood:
                break
            step = step / 2.0
        else:
            break
        at, (chances, slopes) = there, tried or (chances, slopes)
        likelihood = counts @ np.log(chances)
        if np.abs(step).max() < CLOSE:
            break
    return float(at[0] / at[1]), float(1.0 / at[1])


def _chances(offset: float, precision: float) -> tuple[Floats, Floats]:
    """Probability of each percent bin ``(100,)`` for outcomes with these probits, and its two derivatives."""
    ends = precision * _EDGES - offset
    low, high = np.append(-np.inf, ends[1:-1]), np.append(ends[1:-1], np.inf)
    # Taken from the nearer tail, so that small chances keep their digits.
    chances = np.where(low > 0.0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    density = np.exp(-0.5 * ends**2) / np.sqrt(2.0 * np.pi)
    density[[0, -1]] = 0.0
    return np.maximum(chances, LEAST_CHANCE), np.stack([-np.diff(density), np.diff(density * _EDGES)])
