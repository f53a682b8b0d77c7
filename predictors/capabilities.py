"""Capabilities of models: linear in log compute, at an efficiency of each family's own (Ruan et al. 2024).

theta[m] = design[m] . shared + level[family] + slope[family] (scale[m] - centre[family]) + own[m], K capabilities each.

Levels, slopes and own terms are drawn from normal distributions whose covariances are learned. What the scores of a
model say of its capabilities comes in as a precision matrix and a moment; own terms are integrated out, and families
eliminated by Schur complement, so that one solve gives all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from predictors.compute import Scales
from predictors.models import Ints
from records.metric import Floats
from records.stages import State

PRIOR_VARIANCES = (0.1, 1.0, 0.1, 0.02)
"""``Variances`` before any is seen."""

PRIOR_COUNT = 5.0
"""How many models or families these count for."""

SHARED_VARIANCE = 4.0


class Evidence(NamedTuple):
    """What scores say of capabilities: precisions ``(R, K, K)`` and moments ``(R, K)``, without any prior."""

    precision: Floats
    moment: Floats

    def of_mean(self, own: Floats) -> Evidence:
        """What they say of the mean that a model's own term, of covariance ``own`` ``(R, K, K)``, is added to."""
        left = np.linalg.inv(np.eye(own.shape[1]) + self.precision @ own)
        return Evidence(_symmetric(left @ self.precision), np.einsum("rij,rj->ri", left, self.moment))


class Gaussians(NamedTuple):
    """Means ``(n, k)`` and covariances ``(n, k, k)``."""

    mean: Floats
    covariance: Floats


class Variances(NamedTuple):
    """Covariances, each ``(K, K)``: of own terms with and without a scale, of levels and of slopes of families."""

    scaled: Floats
    unscaled: Floats
    level: Floats
    slope: Floats

    @classmethod
    def start(cls, size: int) -> Variances:
        """Nothing seen."""
        return cls(*(variance * np.eye(size) for variance in PRIOR_VARIANCES))

    def own(self, scales: Scales) -> Floats:
        """Covariance of each model's own term: what an unknown scale would explain is part of it."""
        return np.where(scales.told[:, None, None], self.scaled, self.unscaled)

    @property
    def family(self) -> Floats:
        """Covariance of a family's level and slope, shape ``(2K, 2K)``."""
        none = np.zeros_like(self.level)
        return np.block([[self.level, none], [none, self.slope]])


class Hierarchy(NamedTuple):
    """What was learned of families.

    Attributes:
        shared: coefficients of the design, shape ``(p, K)``.
        precision, moment: of each family's level and slope, shapes ``(F, 2K, 2K)`` and ``(F, 2K)``.
        variances: of own terms, levels and slopes.
        centre: mean scale of each family, shape ``(F,)``.
    """

    shared: Floats
    precision: Floats
    moment: Floats
    variances: Variances
    centre: Floats

    @classmethod
    def fit(cls, scales: Scales, evidence: Evidence, variances: Variances, centre: Floats) -> Hierarchy:
        """Solve for what is shared and for all families at once."""
        size, families = evidence.moment.shape[1], len(centre)
        about = evidence.of_mean(variances.own(scales))
        lines, design = _lines(scales, centre), scales.design
        precision = np.linalg.inv(variances.family)
        precision = precision + _sums(scales.family, _products(lines, about.precision, lines), families)
        across = _sums(scales.family, _products(lines, about.precision, design), families)
        moment = _sums(scales.family, _flat(lines, about.moment), families)
        solved = np.linalg.solve(precision, np.concatenate([across, moment[:, :, None]], axis=2))
        normal = _total(design, about.precision) - np.tensordot(across, solved[:, :, :-1], axes=([0, 1], [0, 1]))
        right = (design.T @ about.moment).ravel() - np.tensordot(across, solved[:, :, -1], axes=([0, 1], [0, 1]))
        shared = np.linalg.solve(normal + np.eye(len(normal)) / SHARED_VARIANCE, right)
        return cls(
            np.asarray(shared.reshape(-1, size), dtype=float), precision, moment - across @ shared, variances, centre
        )

    def state(self) -> State:
        """Return what was learned; the centres are those of the compute rule."""
        told = {f"{name}_variance": variance for name, variance in self.variances._asdict().items()}
        return told | {"shared": self.shared, "family_precision": self.precision, "family_moment": self.moment}

    @classmethod
    def recall(cls, centre: Floats, state: State) -> Hierarchy:
        """Return the hierarchy of this state."""
        variances = Variances(*(state[f"{name}_variance"] for name in Variances._fields))
        return cls(state["shared"], state["family_precision"], state["family_moment"], variances, centre)

    def prior(self, scales: Scales, *, without: Evidence | None = None) -> Gaussians:
        """Capabilities of models before their own scores.

        Args:
            scales: of the models.
            without: what the training scores of each model have told its family, to be taken back.
        """
        lines, common = _lines(scales, self.centre), scales.design @ self.shared
        known = scales.family >= 0
        precision = np.where(known[:, None, None], self.precision[scales.family], np.linalg.inv(self.variances.family))
        moment = np.where(known[:, None], self.moment[scales.family], 0.0)
        if without is not None:
            about = without.of_mean(self.variances.own(scales))
            rest = about.moment - np.einsum("rij,rj->ri", about.precision, common)
            precision = precision - _products(lines, about.precision, lines)
            moment = moment - _flat(lines, rest)
        covariance = np.linalg.inv(precision)
        effect = np.einsum("rij,rj->ri", covariance, moment)
        size = self.shared.shape[1]
        blocks = covariance.reshape(-1, 2, size, 2, size)
        spread = np.einsum("rz,rzkyl,ry->rkl", lines, blocks, lines)
        mean = common + np.einsum("rz,rzk->rk", lines, effect.reshape(-1, 2, size))
        return Gaussians(mean, _symmetric(spread) + self.variances.own(scales))

    def learned(self, scales: Scales, seen: np.ndarray, posterior: Gaussians) -> Variances:
        """Update the variances from the families' effects and the models' posteriors; ``seen`` models count."""
        covariance = np.linalg.inv(self.precision)
        effect = np.einsum("fij,fj->fi", covariance, self.moment)
        counted = np.bincount(scales.family[seen], minlength=len(self.centre)) > 0
        second = (effect[:, :, None] * effect[:, None, :] + covariance)[counted]
        size = self.shared.shape[1]
        mean = scales.design @ self.shared
        lines = _lines(scales, self.centre)
        mean += np.einsum("rz,rzk->rk", lines, effect[scales.family].reshape(-1, 2, size))
        away = posterior.mean - mean
        own = away[:, :, None] * away[:, None, :] + posterior.covariance
        found = own[seen & scales.told], own[seen & ~scales.told], second[:, :size, :size], second[:, size:, size:]
        return Variances(*(_pooled(each, usual) for each, usual in zip(found, PRIOR_VARIANCES, strict=True)))


def conditioned(prior: Gaussians, evidence: Evidence) -> Gaussians:
    """Capabilities once the scores are seen."""
    before = np.linalg.inv(prior.covariance)
    covariance = np.linalg.inv(_symmetric(before + evidence.precision))
    moment = np.einsum("rij,rj->ri", before, prior.mean) + evidence.moment
    return Gaussians(np.einsum("rij,rj->ri", covariance, moment), np.asarray(covariance, dtype=float))


def _lines(scales: Scales, centre: Floats) -> Floats:
    """Design of level and slope of each model's family, shape ``(R, 2)``; no slope where either is unknown."""
    away = np.where(scales.told & (scales.family >= 0), scales.scale - centre[scales.family], 0.0)
    return np.column_stack([np.ones(len(away)), away])


def _products(left: Floats, precision: Floats, right: Floats) -> Floats:
    """Precision of coefficients of two designs ``(R, p)`` and ``(R, q)``, for each model, shape ``(R, p K, q K)``."""
    rows, size, _ = precision.shape
    product = left[:, :, None, None, None] * right[:, None, None, :, None] * precision[:, None, :, None, :]
    return np.asarray(product.reshape(rows, left.shape[1] * size, right.shape[1] * size))


def _total(design: Floats, precision: Floats) -> Floats:
    """Sum over models of ``_products`` of a design with itself, without forming them."""
    rows, size, _ = precision.shape
    wide = design.shape[1]
    pairs = (design[:, :, None] * design[:, None, :]).reshape(rows, -1)
    total = (pairs.T @ precision.reshape(rows, -1)).reshape(wide, wide, size, size)
    return np.asarray(total.transpose(0, 2, 1, 3).reshape(wide * size, wide * size))


def _flat(lines: Floats, moment: Floats) -> Floats:
    return np.asarray((lines[:, :, None] * moment[:, None, :]).reshape(len(lines), -1))


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    """Sum values ``(R, ...)`` by group."""
    member = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=(groups, len(group)))
    return np.asarray(member @ values.reshape(len(group), -1)).reshape(groups, *values.shape[1:])


def _pooled(second: Floats, usual: float) -> Floats:
    size = second.shape[1]
    return np.asarray((second.sum(axis=0) + PRIOR_COUNT * usual * np.eye(size)) / (len(second) + PRIOR_COUNT))


def _symmetric(matrices: Floats) -> Floats:
    return (matrices + np.swapaxes(matrices, -1, -2)) / 2.0
