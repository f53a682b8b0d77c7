"""Inference for a Gaussian process of scores in many cells, by inducing models and benchmarks.

    score(i, b) = level(b) + features(i, b) @ weights + rest(i, b)

The levels are exact, what models share is carried by features of low rank, and the rest is kept exactly within each
kin group: the partially independent conditional approximation (Snelson and Ghahramani 2007, "Local and global sparse
Gaussian process approximations") with kin groups as blocks. Prior variances, and covariances inside a kin group, are
exact; with every model and benchmark inducing, so is everything. The first component of the kernel is the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from scipy import linalg

from predictors.exact import Where
from predictors.hyperparameters import Hyperparameters, Training
from predictors.inducing_prior import Block, Prior, grouped
from predictors.kin_sums import told
from predictors.models import Ints
from records.metric import Floats
from records.stages import State

RANKS = {"ability": (64, 1), "trend": (12, 12), "profile": (32, 10), "factors": (32, 9)}
"""Most inducing models and benchmarks of each component."""


@dataclass(frozen=True, eq=False)
class InducingProcess:
    """The process and the posterior of its weights: the levels first, then those of the features.

    Attributes:
        mean: of the weights, shape ``(B + p,)``.
        factor: lower Cholesky factor of their precision, shape ``(B + p, B + p)``.
    """

    prior: Prior
    mean: Floats
    factor: Floats

    @classmethod
    def of(cls, hyper: Hyperparameters, training: Training, *, ranks: Mapping[str, tuple[int, int]] = RANKS) -> Self:
        """Work out the posterior of the weights."""
        prior = Prior.of(hyper, training, ranks)
        precision, moment = told(prior)
        precision[: len(prior.level), : len(prior.level)] += linalg.inv(prior.level)
        factor = linalg.cholesky(precision, lower=True, overwrite_a=True, check_finite=False)
        mean = linalg.cho_solve((factor, True), moment, check_finite=False)
        # Without what was worked out on the way, which takes a hundred megabytes.
        return cls(replace(prior), np.asarray(mean), np.asarray(factor))

    @classmethod
    def recall(cls, hyper: Hyperparameters, training: Training, state: State) -> Self:
        """Return what ``of`` returned for these cells, from its state."""
        return cls(Prior.recall(hyper, training, state), state["mean"], state["factor"])

    def state(self) -> State:
        """Return the posterior of the weights, and what they weigh."""
        return {"mean": self.mean, "factor": self.factor} | dict(self.prior.state())

    def project(self, where: Where) -> InducingProjection:
        """Work out the posterior of cells."""
        level, spare = self.prior.levels_of(where)
        draft = _Draft(where, self.prior.features_of(where), level[where.column], np.zeros(len(where.row)))
        kin = self.prior.kin_of(where)
        blocks: dict[int, Floats] = {}
        for row, cells in grouped(where.row).items():
            columns = np.ix_(where.column[cells], where.column[cells])
            features = draft.features[cells]
            blocks[row] = where.prior_block(cells) - where.benchmarks[0][columns] - features @ features.T
            if row in kin:
                blocks[row] -= draft.given(cells, kin[row])
            blocks[row] += spare[columns]
        weights = np.concatenate([draft.levels, draft.features], axis=1)
        reach = linalg.solve_triangular(self.factor, weights.T, lower=True, check_finite=False)
        return InducingProjection(where, np.asarray(weights @ self.mean + draft.rest), np.asarray(reach), blocks)


@dataclass(frozen=True, eq=False)
class _Draft:
    """Cells on the way to their posterior: how they hang on features and levels, and what their kin add."""

    where: Where
    features: Floats
    levels: Floats
    rest: Floats

    def given(self, cells: Ints, kin: Block) -> Floats:
        """Condition the rest of one model's cells on one kin group, in place; return the variance explained."""
        seen = kin.whitener @ kin.across(self.where, cells) - kin.features @ self.features[cells].T
        self.rest[cells] = kin.value @ seen
        self.features[cells] -= seen.T @ kin.features
        change = np.zeros((self.levels.shape[1], len(cells)))
        np.add.at(change, kin.column, kin.whitener.T @ seen)
        self.levels[cells] -= change.T
        return np.asarray(seen.T @ seen)


@dataclass(frozen=True, eq=False)
class InducingProjection:
    """Posterior of n cells.

    Attributes:
        reach: how the weights' doubt reaches each cell, shape ``(B + p, n)``.
        blocks: covariance of what is not in the weights, by row.
    """

    where: Where
    mean: Floats
    reach: Floats
    blocks: Mapping[int, Floats]

    @cached_property
    def place(self) -> Ints:
        """Place of each cell in the block of its row, shape ``(n,)``."""
        place = np.empty(len(self.mean), dtype=np.int64)
        for cells in grouped(self.where.row).values():
            place[cells] = np.arange(len(cells))
        return place

    @cached_property
    def variance(self) -> Floats:
        """Shape ``(n,)``."""
        own = np.empty(len(self.mean))
        for row, cells in grouped(self.where.row).items():
            own[cells] = np.diag(self.blocks[row])
        return np.asarray(np.maximum(own + np.einsum("pn,pn->n", self.reach, self.reach), 0.0))

    def block(self, cells: Ints) -> Floats:
        """Covariance of some cells of one model, shape ``(m, m)``."""
        place, reach = self.place[cells], self.reach[:, cells]
        return np.asarray(self.blocks[int(self.where.row[cells[0]])][np.ix_(place, place)] + reach.T @ reach)
