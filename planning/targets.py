"""What is to become less uncertain: a model's profile, a threshold, or the order of models on a benchmark.

Each is a set of weighted sums of cells of a belief. Of a profile the typical expected error counts, in points: the
square of the mean of the roots, so that a few scores that nothing tells of do not outweigh the many. Of thresholds and
orders, which are events, the entropy counts, in bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Self

import numpy as np

from planning.belief import MEAN_OF_HALF_NORMAL, Belief
from planning.events import entropy, expected_entropy, probability
from records.errors import UsageError
from records.metric import Floats


@dataclass(frozen=True, eq=False)
class Target:
    """Weighted sums of the n cells of a belief, and how their uncertainty is counted.

    Attributes:
        sums: shape ``(t, n)``.
        offset: added to each sum, shape ``(t,)``.
        weight: how much each sum counts, shape ``(t,)``; shares that add up to 1 for a profile.
        events: whether what counts is if each is at least 0, rather than what it is.
    """

    sums: Floats
    offset: Floats
    weight: Floats
    events: bool

    @property
    def unit(self) -> str:
        """What its uncertainty is told in."""
        return "bits" if self.events else "points"


def profile(cells: Sequence[int], *, size: int, weight: Sequence[float] | None = None) -> Target:
    """Typical expected error of the forecasts of some of ``size`` cells, which count alike unless told.

    Raises:
        UsageError: no cell is uncertain, or none counts.
    """
    if not cells:
        raise UsageError("Every score of the profile is known already: nothing is left to measure.")
    told = np.ones(len(cells)) if weight is None else np.asarray(weight, dtype=float)
    if not told.sum() > 0.0:
        raise UsageError("No cell of the profile counts: nothing is to become less uncertain.")
    return Target(np.eye(size)[list(cells)], np.zeros(len(cells)), told / told.sum(), events=False)


def threshold(cell: int, at: float, *, size: int, sign: float = 1.0) -> Target:
    """Whether a cell reaches a threshold, on the scale of the belief; ``sign`` is -1 where it is not to exceed it."""
    return Target(sign * np.eye(size)[[cell]], np.array([-sign * at]), np.ones(1), events=True)


def order(cells: Sequence[int], *, size: int, sign: float = 1.0) -> Target:
    """Which of every two of some cells is the higher one; ``sign`` is -1 where the lower one is ahead.

    The events are that the first is ahead of the second, of the third, and so on.

    Raises:
        UsageError: fewer than two cells.
    """
    pairs = list(combinations(cells, 2))
    if not pairs:
        raise UsageError("An order needs at least two models.")
    eye = np.eye(size)
    sums = np.array([sign * (eye[first] - eye[second]) for first, second in pairs])
    return Target(sums, np.zeros(len(pairs)), np.ones(len(pairs)), events=True)


@dataclass(frozen=True, eq=False)
class Aim:
    """A target under a belief; a ``planning.greedy.Uncertainty`` over the belief's cells.

    Attributes:
        target: what is aimed at.
        belief: before any measurement for the mean, after those taken so far for the covariance.
        variance: of the sums before any measurement, shape ``(t,)``.
        mean: of the sums, shape ``(t,)``.
        noise: of a new report of each sum, shape ``(t,)``; of profiles only.
    """

    target: Target
    belief: Belief
    variance: Floats
    mean: Floats
    noise: Floats

    @classmethod
    def of(cls, target: Target, belief: Belief) -> Self:
        """Start with nothing measured."""
        sums = target.sums
        variance = np.einsum("tn,nm,tm->t", sums, belief.covariance, sums)
        noise = np.zeros(len(sums)) if target.events else sums**2 @ belief.noise
        return cls(target, belief, np.maximum(variance, 0.0), sums @ belief.mean + target.offset, noise)

    @property
    def now(self) -> Floats:
        """Variance of the sums after the measurements so far, shape ``(t,)``."""
        sums = self.target.sums
        return np.asarray(np.maximum(np.einsum("tn,nm,tm->t", sums, self.belief.covariance, sums), 0.0))

    @property
    def chances(self) -> Floats:
        """Probability of each event as things stand, shape ``(t,)``."""
        return probability(self.mean, self.variance)

    def left(self) -> float:
        """Typical expected error, in points; or entropy expected to be left, summed over events, in bits."""
        return float(self._counted(self.now[:, None])[0])

    def after(self) -> Floats:
        """The same after measuring each cell as well, shape ``(n,)``."""
        across = self.target.sums @ self.belief.covariance
        explained = across**2 / (self.belief.variance + self.belief.noise)
        return self._counted(np.maximum(self.now[:, None] - explained, 0.0))

    def taking(self, item: int) -> Self:
        """Measure a cell."""
        return replace(self, belief=self.belief.measured(item))

    def _counted(self, variance: Floats) -> Floats:
        """Count variances of shape ``(t, c)``, one column a choice."""
        if not self.target.events:
            error = MEAN_OF_HALF_NORMAL * np.sqrt(variance + self.noise[:, None])
            return np.asarray((self.target.weight @ np.sqrt(error)) ** 2)
        return np.asarray(self.target.weight @ expected_entropy(self.mean[:, None], self.variance[:, None], variance))


__all__ = ["Aim", "Target", "entropy", "order", "profile", "threshold"]
