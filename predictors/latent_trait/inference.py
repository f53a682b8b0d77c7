"""Normal posteriors of abilities and of curves, each side given the posterior of the other.

A cell's trait is level_b + sum over k of slope_bk ability_mk. Given what is believed of one side, the expected log
posterior of a member of the other is quadratic once the curve is replaced by its tangent, and models are independent
of each other: one Newton step is a small system a member, all solved at once. What is not known of the other side
enters as expected squares, which is what keeps the factors of thinly measured members from fitting noise.
"""

from __future__ import annotations

import numpy as np

from predictors.latent_trait.regression import Side, inverse
from predictors.sums import Grouping
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


def mean_squares(ability: Side, curve: Side) -> Floats:
    """Mean square of the trait of every model on every benchmark, shape ``(M, B)``: one product of two matrices."""
    of_curves = curve.covariance + curve.mean[:, :, None] * curve.mean[:, None, :]
    of_models = _squares_with_one(ability)
    return np.asarray(of_models.reshape(len(of_models), -1) @ of_curves.reshape(len(of_curves), -1).T)


def curve_variance(ability: Floats, curve: Side) -> Floats:
    """Variance of the trait that comes from the curves alone, shape ``(n,)``."""
    beside = _with_one(ability)
    return np.asarray(np.einsum("ni,nij,nj->n", beside, curve.covariance, beside))


def abilities(by: Grouping, curve: Side, told: Floats, weight: Floats, *, mean: Floats, precision: Floats) -> Side:
    """Posterior of the abilities of models.

    Args:
        by: c cells by model.
        curve: of the benchmarks.
        told: trait that each cell tells of, shape ``(c,)``.
        weight: inverse variance of that.
        mean: of the prior, shape ``(M, k)``.
        precision: of the prior, shape ``(k, k)`` or one for each model.
    """
    level, slopes, doubt = curve.mean[:, 0], curve.mean[:, 1:], curve.covariance
    square = slopes[:, :, None] * slopes[:, None, :] + doubt[:, 1:, 1:]
    beside = slopes * level[:, None] + doubt[:, 1:, 0]
    moment = by.sums(weight * told, slopes) - by.sums(weight, beside)
    return _posterior(by.sums(weight, square), moment, mean, precision)


def curves(by: Grouping, ability: Side, told: Floats, weight: Floats, *, mean: Floats, precision: Floats) -> Side:
    """Posterior of the curves of benchmarks; arguments as in ``abilities``, the sides exchanged."""
    moment = by.sums(weight * told, _with_one(ability.mean))
    return _posterior(by.sums(weight, _squares_with_one(ability)), moment, mean, precision)


def _posterior(told: Floats, moment: Floats, mean: Floats, precision: Floats) -> Side:
    """Join what cells tell, precisions ``(n, k, k)`` and moments ``(n, k)``, with a prior."""
    linear = moment + np.einsum("...ij,nj->ni" if precision.ndim == 2 else "nij,nj->ni", precision, mean)
    covariance = inverse(told + precision)
    return Side(np.einsum("nij,nj->ni", covariance, linear), covariance)


def _squares_with_one(ability: Side) -> Floats:
    """Mean squares and products of ones and abilities, shape ``(M, 1 + k, 1 + k)``."""
    beside = _with_one(ability.mean)
    square = beside[:, :, None] * beside[:, None, :]
    square[:, 1:, 1:] += ability.covariance
    return np.asarray(square)


def _with_one(ability: Floats) -> Floats:
    return np.column_stack([np.ones(len(ability)), ability])
