"""Predictive spread learned from held-out errors: how wrong is a method where this much is known?

The log of the spread is linear in a few features (the method's own idea of its spread, the logs of the counts of
row and column, how far from the middle of the scale), fitted by maximum likelihood of a Student t so that single
wild scores do not rule it, and each column has a factor of its own, shrunk to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.special import stdtrit

from predictors.models import Ints
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State

DEGREES_OF_FREEDOM = 4.0
"""Heaviness of the tails of held-out errors: they are far from normal on every public table looked at."""

PRIOR_ERRORS = 15.0
"""How many errors a column's factor of 1 counts for."""

RIDGE = 2.0
"""How many errors the untrained coefficients (the method's own spread, unchanged) count for."""

NARROWEST = 0.03
"""No forecast is sharper than this, standard scale: under a point in the middle of a percent scale."""

STEPS = 25
MEDIAN, LOW, HIGH = 49, 9, 89
"""Positions of the levels 0.50, 0.10 and 0.90."""


class Told(NamedTuple):
    """What a method told of n cells, and how much it knew.

    Attributes:
        quantiles: standard scale, shape ``(n, 99)``, NaN where it said nothing.
        model_scores, benchmark_scores: known cells of row and column, shape ``(n,)``.
        column: of each cell, shape ``(n,)``.
    """

    quantiles: Floats
    model_scores: Ints
    benchmark_scores: Ints
    column: Ints

    def keep(self, mask: np.ndarray) -> Told:
        """Return only some cells."""
        return Told(*(array[mask] for array in self))


@dataclass(frozen=True, eq=False)
class Spread:
    """A fitted model of predictive spread.

    Attributes:
        coefficients: of the features, shape ``(5,)``.
        factors: of each column, shape ``(B,)``.
    """

    coefficients: Floats
    factors: Floats

    @classmethod
    def fit(cls, told: Told, outcome: Floats, *, columns: int) -> Self:
        """Learn from held-out quantiles and their outcomes ``(n,)``; forecasts that say nothing are passed over."""
        spoken = ~np.isnan(told.quantiles[:, 0])
        told, outcome = told.keep(spoken), outcome[spoken]
        features = _features(told)
        error = outcome - told.quantiles[:, MEDIAN]
        coefficients = _scoring(error, features)
        excess = _excess(error, _scale(features, coefficients))
        seen = np.bincount(told.column, minlength=columns)
        mean = (np.bincount(told.column, excess, minlength=columns) + PRIOR_ERRORS) / (seen + PRIOR_ERRORS)
        return cls(coefficients, np.sqrt(mean))

    def applied(self, told: Told) -> Floats:
        """Rescale deviations from the median, shape ``(n, 99)``; columns never fitted keep the factor 1."""
        factor = np.append(self.factors, 1.0)[np.minimum(told.column, len(self.factors))]
        wanted = np.maximum(_scale(_features(told), self.coefficients) * factor, NARROWEST)
        middle = told.quantiles[:, MEDIAN : MEDIAN + 1]
        return np.asarray(middle + (told.quantiles - middle) * (wanted / own_scale(told.quantiles))[:, None])

    def moved(self, place: Ints) -> Self:
        """Return this spread for columns in other places, shape ``(B,)``; those past the end have the factor 1."""
        return type(self)(self.coefficients, np.append(self.factors, 1.0)[place])

    def state(self) -> State:
        """Return what was learned."""
        return {"spread_coefficients": self.coefficients, "spread_factors": self.factors}

    @classmethod
    def recall(cls, state: State) -> Self:
        """Return the spread of this state."""
        return cls(state["spread_coefficients"], state["spread_factors"])


def own_scale(quantiles: Floats) -> Floats:
    """Scale of the Student t distribution with the same central 80 %, shape ``(n,)``."""
    width = quantiles[:, HIGH] - quantiles[:, LOW]
    return np.asarray(np.maximum(width / (2.0 * stdtrit(DEGREES_OF_FREEDOM, LEVELS[HIGH])), 1e-3))


def student(location: Floats, variance: Floats) -> Floats:
    """Quantiles ``(n, 99)`` of Student t distributions with locations and variances ``(n,)``."""
    scale = np.sqrt(variance * (DEGREES_OF_FREEDOM - 2.0) / DEGREES_OF_FREEDOM)
    return np.asarray(location[:, None] + scale[:, None] * stdtrit(DEGREES_OF_FREEDOM, LEVELS)[None, :])


def _features(told: Told) -> Floats:
    return np.column_stack(
        [
            np.ones(len(told.column)),
            np.log(own_scale(told.quantiles)),
            np.log1p(np.minimum(told.model_scores, 100)) - 2.5,
            np.log1p(np.minimum(told.benchmark_scores, 100)) - 2.5,
            np.minimum(np.abs(told.quantiles[:, MEDIAN]), 5.0) - 1.0,
        ]
    )


def _scale(features: Floats, coefficients: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(np.nan_to_num(features) @ coefficients, -5.0, 3.0)))


def _scoring(error: Floats, features: Floats) -> Floats:
    """Fisher scoring of the log scale under Student errors, with a ridge towards the method's own spread."""
    start = np.zeros(features.shape[1])
    start[1] = 1.0
    coefficients = start
    penalty = RIDGE * np.eye(len(start))
    information = 2.0 * DEGREES_OF_FREEDOM / (DEGREES_OF_FREEDOM + 3.0)
    curvature = features.T @ features * information + penalty
    for _ in range(STEPS):
        excess = _excess(error, _scale(features, coefficients))
        gradient = features.T @ (excess - 1.0) - penalty @ (coefficients - start)
        step = np.linalg.solve(curvature, gradient)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-4:
            break
    return np.asarray(coefficients)


def _excess(error: Floats, scale: Floats) -> Floats:
    """Squared error in units of the scale, robustly weighted: 1 on average when the scale is right."""
    ratio = (error / scale) ** 2
    return np.asarray(ratio * (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + ratio))
