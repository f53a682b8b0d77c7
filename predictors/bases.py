"""Features of low rank for covariance matrices: inducing points by pivoted Cholesky.

The product of the features of two things approaches their covariance, from below: what is left over has no negative
variance (Fine and Scheinberg 2001, "Efficient SVM training using low-rank kernel representations").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from scipy import linalg

from predictors.models import Ints
from records.metric import Floats
from records.stages import State

NEGLIGIBLE = 1e-6
"""Points that would explain less than this share of the largest variance are left out."""


class Basis(NamedTuple):
    """Inducing points among N candidates, and the Cholesky factor of their covariance."""

    points: Ints
    factor: Floats

    @classmethod
    def of(cls, matrix: Floats, *, most: int, usage: Ints) -> Self:
        """Choose points one by one, each the one that explains most variance of most cells.

        Args:
            matrix: covariance of the candidates, shape ``(N, N)``.
            most: how many to choose at most.
            usage: number of cells of each candidate, shape ``(N,)``.
        """
        features = np.zeros((len(matrix), min(most, len(matrix))))
        left = np.diag(matrix).copy()
        least = NEGLIGIBLE * float(left.max(initial=0.0))
        points: list[int] = []
        for k in range(features.shape[1]):
            gain = np.where(left > least, left * (1.0 + usage), 0.0)
            point = int(np.argmax(gain))
            if gain[point] <= 0.0:
                break
            points.append(point)
            features[:, k] = (matrix[:, point] - features[:, :k] @ features[point, :k]) / np.sqrt(left[point])
            left = left - features[:, k] ** 2
        chosen = np.array(points, dtype=np.int64)
        return cls(chosen, features[chosen, : len(points)])

    @classmethod
    def recall(cls, state: State, name: str) -> Self:
        """Return the basis of this state."""
        return cls(state[f"{name} points"].astype(np.int64), state[f"{name} factor"])

    def state(self, name: str) -> dict[str, Floats]:
        """Return the basis as arrays, under a name."""
        return {f"{name} points": self.points.astype(float), f"{name} factor": self.factor}

    def features(self, across: Floats) -> Floats:
        """Features ``(n, r)`` of things whose covariance with all candidates is ``across``, shape ``(N, n)``."""
        return np.asarray(linalg.solve_triangular(self.factor, across[self.points], lower=True, check_finite=False).T)


def products(models: Sequence[Floats], benchmarks: Sequence[Floats]) -> Floats:
    """Products of the features of each cell's model and benchmark, components side by side, shape ``(..., p)``."""
    parts = [m[..., :, None] * b[..., None, :] for m, b in zip(models, benchmarks, strict=True)]
    return np.concatenate([part.reshape(*part.shape[:-2], part.shape[-2] * part.shape[-1]) for part in parts], axis=-1)
