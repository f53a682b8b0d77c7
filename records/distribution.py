"""The predictive distribution: one type for every forecaster.

Its formulas live in ``records.quantiles``; how it is built from elicited answers in ``records.elicited`` and
from other forecasts in ``records.pooling``.
"""

from __future__ import annotations

from functools import cached_property
from operator import gt
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import model_validator
from scipy.special import ndtri, stdtrit  # scipy.stats says the same, and takes half a second to load

from records import quantiles as q
from records.base import Value
from records.errors import DistributionError
from records.metric import Floats, Metric, bounds_told
from records.quantiles import LEVELS

INTERVALS = (50, 80, 90)
"""The central intervals that are reported everywhere, in percent."""


class Distribution(Value):
    """A monotone quantile function on the metric's own scale.

    Raises:
        pydantic.ValidationError: not 99 finite, non-decreasing numbers, or numbers outside the bounds.
    """

    quantiles: tuple[float, ...]
    """Values at the levels 0.01 ... 0.99, in the unit of the metric."""
    lower: float | None = None
    upper: float | None = None

    @model_validator(mode="after")
    def _is_a_quantile_function(self) -> Self:
        values = self.quantiles
        if len(values) != len(LEVELS):
            raise ValueError(f"expected {len(LEVELS)} quantiles, found {len(values)}")
        if any(map(gt, values, values[1:])):  # on 99 numbers faster than arrays are
            raise ValueError("the quantiles cross: they must not decrease with the level")
        low, high = self.bounds
        if values[0] < low or values[-1] > high:
            raise ValueError(f"quantiles {values[0]:g} to {values[-1]:g} leave the bounds {bounds_told(low, high)}")
        return self

    @classmethod
    def from_array(cls, values: ArrayLike, metric: Metric) -> Self:
        """Build from 99 quantiles in the unit of the metric; rounding below 1e-9 is mended, nothing else.

        Raises:
            DistributionError: not 99 numbers, not finite, crossing, or outside the bounds of the metric.
        """
        array = np.asarray(values, dtype=float)
        if array.shape != LEVELS.shape or not np.all(np.isfinite(array)):
            raise DistributionError(f"expected 99 finite quantiles, found {array.size} values: {array.ravel()[:3]}...")
        low, high = metric.bounds
        slack = 1e-9 * max(1.0, float(np.abs(array).max()))
        if np.any(np.diff(array) < -slack) or array[0] < low - slack or array[-1] > high + slack:
            raise DistributionError(
                f"quantiles must not decrease and must stay within {bounds_told(low, high)}; "
                f"found {array[0]:g} to {array[-1]:g} with the steepest fall {np.diff(array).min():g}"
            )
        tidy = np.clip(np.maximum.accumulate(array), low, high)
        return cls(quantiles=tuple(tidy.tolist()), lower=metric.lower, upper=metric.upper)

    @classmethod
    def from_samples(cls, samples: ArrayLike, metric: Metric) -> Self:
        """Build from draws, shape ``(n,)``, clipped to the bounds; quantiles by Hyndman and Fan's type 8.

        Raises:
            DistributionError: no sample, or one that is not finite.
        """
        draws = np.asarray(samples, dtype=float).ravel()
        if draws.size == 0 or not np.all(np.isfinite(draws)):
            raise DistributionError(f"expected at least one finite sample, found {draws.size} values")
        draws = np.clip(draws, *metric.bounds)
        return cls.from_array(np.quantile(draws, LEVELS, method="median_unbiased"), metric)

    @classmethod
    def from_location_scale(
        cls, location: float, scale: float, metric: Metric, *, degrees_of_freedom: float | None = None
    ) -> Self:
        """Build from a normal (or Student t) distribution on the metric's working scale.

        Raises:
            DistributionError: a location or scale that is not finite, or a scale below zero.
        """
        if not (np.isfinite(location) and np.isfinite(scale) and scale >= 0):
            raise DistributionError(f"location {location} and scale {scale} make no distribution")
        scores = ndtri(LEVELS) if degrees_of_freedom is None else stdtrit(degrees_of_freedom, LEVELS)
        return cls.from_array(metric.from_working(location + scale * np.asarray(scores)), metric)

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds in the unit, infinite where there is none."""
        return (
            -np.inf if self.lower is None else self.lower,
            np.inf if self.upper is None else self.upper,
        )

    @cached_property
    def knots(self) -> Floats:
        """Quantiles at the levels 0, 0.01 ... 1, shape ``(101,)``."""
        return q.knots(np.asarray(self.quantiles), *self.bounds)

    @property
    def median(self) -> float:
        """The value that the score exceeds as often as not."""
        return self.quantiles[49]

    @property
    def mean(self) -> float:
        """The expected score."""
        return float(q.mean(self.knots))

    @property
    def standard_deviation(self) -> float:
        """The standard deviation of the score."""
        return float(np.sqrt(q.variance(self.knots)))

    def quantile(self, level: float) -> float:
        """The value below which the score falls with probability ``level`` in [0, 1].

        Raises:
            DistributionError: a level outside [0, 1].
        """
        if not 0.0 <= level <= 1.0:
            raise DistributionError(f"a quantile level lies between 0 and 1, found {level}")
        percent = round(100.0 * level)
        if 1 <= percent <= 99 and abs(100.0 * level - percent) < 1e-10:
            return self.quantiles[percent - 1]  # what the general formula gives, a hundred times as fast
        return float(q.quantile(self.knots, level))

    def interval(self, percent: float) -> tuple[float, float]:
        """The central interval that holds the score with probability ``percent`` / 100.

        Raises:
            DistributionError: a percentage outside 0 to 100.
        """
        if not 0.0 <= percent <= 100.0:
            raise DistributionError(f"an interval holds 0 to 100 percent, found {percent}")
        tail = (1.0 - percent / 100.0) / 2.0
        return self.quantile(tail), self.quantile(1.0 - tail)

    def cdf(self, threshold: float) -> float:
        """P(score <= threshold).

        Raises:
            DistributionError: a threshold that is not a number.
        """
        return float(q.cdf(self.knots, _number(threshold)))

    def exceedance(self, threshold: float) -> float:
        """P(score >= threshold).

        Raises:
            DistributionError: a threshold that is not a number.
        """
        return float(q.exceedance(self.knots, _number(threshold)))

    def crps(self, observed: float) -> float:
        """Continuous ranked probability score against an outcome, in the unit; lower is better, 0 is perfect.

        Raises:
            DistributionError: an outcome that is not finite.
        """
        if not np.isfinite(observed):
            raise DistributionError(f"an outcome is a finite number, found {observed}")
        return float(q.crps(self.knots, observed))

    def probability_above(self, other: Distribution) -> float:
        """P(this score > the other's), ties counted half, the two taken as independent."""
        return q.probability_above(self.knots, other.knots)

    def samples(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw ``size`` scores."""
        return q.quantile(self.knots, rng.random(size))


def _number(threshold: float) -> float:
    if np.isnan(threshold):
        raise DistributionError("a threshold is a number, found NaN")
    return threshold
