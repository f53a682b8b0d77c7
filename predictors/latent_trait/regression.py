"""The hierarchical regression behind a side: effects of features on its coordinates, with variances that are learned.

Member i has coordinates z_i ~ N(usual + features_i effects, own), effects ~ N(0, variance of their block). The
coordinates are not seen: their posterior is a mean and how far data, not this prior, decided it. The effects are
solved for with the coordinates integrated out, so that members without scores hold nothing back; each coordinate is
treated on its own. Source: empirical Bayes of the linear mixed model (Robinson 1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from scipy import linalg

from predictors.latent_trait.design import Laid
from records.metric import Floats

PRIOR_EFFECTS = 5.0
"""How many effects the prior variance of a block counts for."""

PRIOR_MEMBERS = 5.0
"""How many members the prior covariance of what features leave over counts for."""

LEAST_SHARE = 1e-3
"""Members of whom data decide less than this teach nothing."""


def inverse(matrices: Floats) -> Floats:
    """Invert one symmetric matrix, or each of many."""
    return np.asarray(np.linalg.inv(matrices), dtype=float)


def inverse_of_one(matrix: Floats) -> Floats:
    """Invert one large symmetric matrix in a third of the time, by its Cholesky factor."""
    factor = linalg.cholesky(matrix.T, lower=False, overwrite_a=True, check_finite=False)
    found, _ = linalg.lapack.dpotri(factor, lower=0, overwrite_c=1)
    whole = found + found.T  # of which the lower halves are zeros
    whole[np.diag_indices_from(whole)] /= 2.0
    return np.asarray(whole)


class Side(NamedTuple):
    """Posterior of the coordinates of n members: means ``(n, k)`` and covariances ``(n, k, k)``."""

    mean: Floats
    covariance: Floats

    def take(self, members: np.ndarray) -> Side:
        """Return some of the members."""
        return Side(self.mean[members], self.covariance[members])


@dataclass(frozen=True, eq=False)
class Regression:
    """What is usual of a side.

    Attributes:
        usual: of the coordinates where all effects are zero, shape ``(k,)``.
        effects: shape ``(p, k)``.
        scale: of the coordinates, in which the prior variances of blocks are told, shape ``(k,)``.
        variance: of each effect before any is seen, shape ``(p, k)``.
        own: covariance of the coordinates that features do not explain, shape ``(k, k)``.
        share: how far data decided each member's coordinates, shape ``(n, k)``.
    """

    usual: Floats
    scale: Floats
    effects: Floats
    variance: Floats
    own: Floats
    share: Floats

    @classmethod
    def start(cls, laid: Laid, *, usual: Floats, scale: Floats, own: Floats) -> Self:
        """Begin with no effects, and with members that are known by their scores."""
        variance = laid.prior_variances(scale)
        return cls(usual, scale, np.zeros_like(variance), variance, own, np.ones((len(laid.features), len(usual))))

    def expected(self, laid: Laid) -> Floats:
        """Prior means of members, shape ``(n, k)``."""
        return np.asarray(self.usual + laid.features @ self.effects)

    def precision(self) -> Floats:
        """Inverse of ``own``."""
        return inverse(self.own)

    def doubt(self, members: Laid) -> Floats:
        """Covariance of each effect with the others, one matrix a coordinate, shape ``(k, p, p)``."""
        return np.array([_solved(members.features, self._weight(k), self.variance[:, k]) for k in range(len(self.own))])

    def prior(self, laid: Laid, doubt: Floats) -> Side:
        """Coordinates of members of whom no score is seen."""
        features = laid.features
        extra = np.stack([np.einsum("np,np->n", features @ one, features) for one in doubt], axis=1)
        extra += laid.of_strangers(self.variance)
        covariance = self.own + extra[:, :, None] * np.eye(len(self.own))
        return Side(self.expected(laid), covariance)

    def refitted(self, laid: Laid, seen: Side) -> Regression:
        """Solve for the effects given a posterior of the coordinates, then update the variances of the blocks."""
        own, expected = np.diag(self.own), self.expected(laid)
        share = np.clip(1.0 - np.diagonal(seen.covariance, axis1=1, axis2=2) / own, 0.0, 1.0)
        # What the scores alone tell: the posterior mean with the pull of the prior taken out.
        alone = expected + (seen.mean - expected) / np.maximum(share, LEAST_SHARE) - self.usual
        effects, uncertainty = np.empty_like(self.effects), np.empty_like(self.effects)
        for k in range(len(own)):
            weight = _weights(share[:, k], own[k])
            covariance = _solved(laid.features, weight, self.variance[:, k])
            effects[:, k] = covariance @ (laid.features.T @ (weight * alone[:, k]))
            uncertainty[:, k] = np.diag(covariance)
        variance = _variances(laid, effects**2 + uncertainty, self.variance, self.scale)
        return replace(self, effects=effects, variance=variance, share=share)

    def with_own(self, laid: Laid, seen: Side, counted: np.ndarray, prior: Floats) -> Regression:
        """Update the covariance that features leave over from the members that have scores."""
        away = (seen.mean - self.expected(laid))[counted]
        square = away.T @ away + seen.covariance[counted].sum(axis=0) + PRIOR_MEMBERS * prior
        return replace(self, own=square / (counted.sum() + PRIOR_MEMBERS))

    def _weight(self, coordinate: int) -> Floats:
        return _weights(self.share[:, coordinate], float(self.own[coordinate, coordinate]))


def _weights(share: Floats, own: float) -> Floats:
    """Precision of a member's coordinate as its scores alone tell it, around what features expect."""
    return np.where(share > LEAST_SHARE, share / own, 0.0)


def _solved(features: Floats, weight: Floats, variance: Floats) -> Floats:
    """Covariance of the effects, shape ``(p, p)``."""
    told = weight > 0.0
    used = features[told] * np.sqrt(weight[told])[:, None]
    precision = used.T @ used
    precision[np.diag_indices_from(precision)] += 1.0 / variance
    return inverse_of_one(precision)


def _variances(laid: Laid, square: Floats, now: Floats, scale: Floats) -> Floats:
    """Variance of each block's effects: the mean square, uncertainty included, shrunk to its prior."""
    updated = now.copy()
    for place in laid.places:
        part = square[place.effects]
        if place.learned and len(part):
            before = PRIOR_EFFECTS * place.variance * scale
            updated[place.effects] = (part.sum(axis=0) + before) / (len(part) + PRIOR_EFFECTS)
    return updated
