"""Regression of a number that each column has on what is told of its benchmark: a Gaussian process over benchmarks.

In: numbers with the variances of their estimates. Out: mean and variance for any benchmark, run or not; and for each
column what it would have been told had it and its relatives been left out, in closed form (Rasmussen and Williams
2006, section 5.4.2, for groups). The weights of the kernels maximise the marginal likelihood (section 5.4.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from predictors.column_summaries import Estimates
from predictors.effects import Normal
from predictors.likeness import LIKENESSES, Told, likeness
from records.metric import Floats

START, PRIOR_CENTRE, PRIOR_WIDTH = -2.0, -3.0, 3.0
"""Log weight of each kernel to start from, and mean and standard deviation of its prior."""

NARROW = (-9.0, 3.0)
"""Bounds of the log weights."""

STEPS = 20
"""Steps of the optimiser at most: a bound on the time."""


@dataclass(frozen=True, eq=False)
class ColumnRegression:
    """A number of columns, regressed.

    Attributes:
        told: of the n columns that taught.
        estimates: of the number in these columns.
        log_weights: of the kernels, shape ``(K,)``.
    """

    told: Told
    estimates: Estimates
    log_weights: Floats

    def predict(self, asked: Told) -> Normal:
        """The number of m benchmarks."""
        weights = np.exp(self.log_weights)
        across = likeness(weights, self.told, asked)
        own = np.diag(likeness(weights, asked, asked))
        mean = self._centre + across.T @ self._solution
        explained = np.einsum("nm,nm->m", across, self._precision @ across)
        return Normal(mean, np.maximum(own - explained, 1e-6))

    def left_out(self, groups: np.ndarray) -> Normal:
        """The number of each column as estimates of it without it and its ``groups`` ``(n, n)`` are."""
        mean, variance = np.empty(len(groups)), np.empty(len(groups))
        for i, group in enumerate(groups):
            out = np.flatnonzero(group)
            covariance = np.linalg.inv(self._precision[np.ix_(out, out)])
            at = int(np.searchsorted(out, i))
            mean[i] = self.estimates.value[i] - covariance[at] @ self._solution[out]
            variance[i] = max(covariance[at, at] - self.estimates.noise[i], 1e-6)
        return Normal(mean, variance)

    @cached_property
    def _centre(self) -> float:
        return float(np.mean(self.estimates.value))

    @cached_property
    def _precision(self) -> Floats:
        covariance = likeness(np.exp(self.log_weights), self.told, self.told) + np.diag(self.estimates.noise)
        return np.asarray(linalg.inv(covariance, check_finite=False))

    @cached_property
    def _solution(self) -> Floats:
        return np.asarray(self._precision @ (self.estimates.value - self._centre))


def usual_weights() -> Floats:
    """Log weights before any column has taught, shape ``(K,)``."""
    return np.full(len(LIKENESSES), START)


def tuned_weights(kernels: Floats, estimates: Estimates, *, steps: int = STEPS) -> Floats:
    """Log weights ``(K,)`` of kernels ``(K, n * n)`` by marginal likelihood, with a weak prior."""
    from scipy import optimize  # here: it takes a while to load, and a kept fit does without

    value = estimates.value - np.mean(estimates.value)
    found = optimize.minimize(
        _misfit, usual_weights(), args=(kernels, value, estimates.noise), jac=True, method="L-BFGS-B",
        bounds=[NARROW] * len(kernels), options={"maxiter": steps},
    )  # fmt: skip
    return np.asarray(found.x)


def _misfit(log_weights: Floats, kernels: Floats, value: Floats, noise: Floats) -> tuple[float, Floats]:
    """Negative log posterior of the weights, and its gradient."""
    n = len(value)
    weights = np.exp(log_weights)
    factor = linalg.cholesky((weights @ kernels).reshape(n, n) + np.diag(noise), lower=True, check_finite=False)
    precision = linalg.cho_solve((factor, True), np.eye(n), check_finite=False)
    solution = precision @ value
    away = (log_weights - PRIOR_CENTRE) / PRIOR_WIDTH
    misfit = 0.5 * value @ solution + np.log(np.diag(factor)).sum() + 0.5 * away @ away
    slope = 0.5 * weights * (kernels @ (precision - np.outer(solution, solution)).ravel())
    return float(misfit), slope + away / PRIOR_WIDTH
