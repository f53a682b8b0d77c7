"""Normal posteriors of abilities and of curves, each side given the posterior of the other.

A cell's trait is level_b + sum over k of slope_bk ability_mk. Given what is believed of one side, the expected log
posterior of a member of the other is quadratic once the curve is replaced by its tangent, and models are independent
of each other: one Newton step is a small system a member, all solved at once. What is not known of the other side
enters as expected squares, which is what keeps the factors of thinly measured members from fitting noise.
"""

from __future__ import annotations

import numpy as np

from predictors.latent_trait.regression import Side, inverse
from predictors.models import Ints
from records.metric import Floats


def trait(ability: Floats, curve: Floats) -> Floats:
    """Trait of n cells from abilities ``(n, k)`` and curves ``(n, 1 + k)``, the level first."""
    return np.asarray(curve[:, 0] + np.einsum("nk,nk->n", ability, curve[:, 1:]))


def trait_variance(ability: Side, curve: Side) -> Floats:
    """Variance of the trait of n cells when abilities and curves are independent, shape ``(n,)``."""
    slopes, doubt = curve.mean[:, 1:], ability.covariance
    from_ability = np.einsum("ni,nij,nj->n", slopes, doubt, slopes)
    both = np.einsum("nij,nij->n", doubt, curve.covariance[:, 1:, 1:])
    return np.asarray(from_ability + curve_variance(ability.mean, curve) + both)


def curve_variance(ability: Floats, curve: Side) -> Floats:
    """Variance of the trait that comes from the curves alone, shape ``(n,)``."""
    beside = _with_one(ability)
    return np.asarray(np.einsum("ni,nij,nj->n", beside, curve.covariance, beside))


def abilities(member: Ints, curve: Side, told: Floats, weight: Floats, *, mean: Floats, precision: Floats) -> Side:
    """Posterior of the abilities of models.

    Args:
        member: model of each of c cells.
        curve: of the benchmark of each cell.
        told: trait that each cell tells of.
        weight: inverse variance of that.
        mean: of the prior, shape ``(M, k)``.
        precision: of the prior, shape ``(k, k)`` or one for each model.
    """
    slopes, doubt = curve.mean[:, 1:], curve.covariance
    square = slopes[:, :, None] * slopes[:, None, :] + doubt[:, 1:, 1:]
    moment = slopes * (told - curve.mean[:, 0])[:, None] - doubt[:, 1:, 0]
    return _posterior(member, square, moment, weight, mean=mean, precision=precision)


def curves(member: Ints, ability: Side, told: Floats, weight: Floats, *, mean: Floats, precision: Floats) -> Side:
    """Posterior of the curves of benchmarks; arguments as in ``abilities``, the sides exchanged."""
    beside = _with_one(ability.mean)
    square = beside[:, :, None] * beside[:, None, :]
    square[:, 1:, 1:] += ability.covariance
    return _posterior(member, square, beside * told[:, None], weight, mean=mean, precision=precision)


def _posterior(
    member: Ints, square: Floats, moment: Floats, weight: Floats, *, mean: Floats, precision: Floats
) -> Side:
    n, k = mean.shape
    total = np.empty((n, k, k))
    linear = np.einsum("...ij,nj->ni" if precision.ndim == 2 else "nij,nj->ni", precision, mean)
    for i in range(k):
        linear[:, i] += np.bincount(member, weight * moment[:, i], minlength=n)
        for j in range(i, k):
            total[:, i, j] = total[:, j, i] = np.bincount(member, weight * square[:, i, j], minlength=n)
    covariance = inverse(total + precision)
    return Side(np.einsum("nij,nj->ni", covariance, linear), covariance)


def _with_one(ability: Floats) -> Floats:
    return np.column_stack([np.ones(len(ability)), ability])
