"""Inference for a Gaussian process of scores in many cells, by inducing models and benchmarks.

    score(i, b) = level(b) + features(i, b) @ weights + rest(i, b)

The levels are exact, what models share is carried by features of low rank, and the rest is kept exactly within each
kin group: the partially independent conditional approximation (Snelson and Ghahramani 2007, "Local and global sparse
Gaussian process approximations") with kin groups as blocks. Prior variances, and covariances inside a kin group, are
exact; with every model and benchmark inducing, so is everything. The first component of the kernel is the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from scipy import linalg, sparse

from predictors.bases import Basis, products
from predictors.exact import Where
from predictors.hyperparameters import Hyperparameters, Training, model_grid, noise_of
from predictors.kernels import COMPONENTS
from predictors.models import Ints
from records.metric import Floats
from records.stages import State

RANKS = {"ability": (64, 1), "trend": (12, 12), "profile": (32, 10), "factors": (32, 9)}
"""Most inducing models and benchmarks of each component."""


class Block(NamedTuple):
    """Cells of g kin groups of equal size s; of a single one without the first axis.

    Attributes:
        row, column: coordinates, shape ``(g, s)``.
        features: shape ``(g, s, p)``, whitened.
        whitener: inverse Cholesky factor of the rest, noise included, shape ``(g, s, s)``.
        value: whitened values, shape ``(g, s)``.
    """

    row: Ints
    column: Ints
    features: Floats
    whitener: Floats
    value: Floats

    def across(self, where: Where, cells: Ints) -> Floats:
        """Prior covariance, levels left out, of one group's cells with some asked ones, shape ``(s, m)``."""
        there = where.row[cells], where.column[cells]
        return _between(where.across[1:], where.benchmarks[1:], (self.row, self.column), there)


@dataclass(frozen=True, eq=False)
class Prior:
    """The features of the shared part, and the blocks of the rest."""

    training: Training
    noise: Floats
    level: Floats
    models: list[Floats]
    shared: list[Floats]
    benchmarks: list[Floats]
    bases: list[tuple[Basis, Basis]]
    groups: Mapping[int, Ints]

    @classmethod
    def of(cls, hyper: Hyperparameters, training: Training, ranks: Mapping[str, tuple[int, int]]) -> Self:
        """Choose inducing models and benchmarks for each component."""
        models, shared = (part[1:] for part in model_grid(hyper, training.models))
        level, *benchmarks = hyper.between_benchmarks(training.benchmarks, training.benchmarks)
        by_row = np.bincount(training.row, minlength=len(training.models.model))
        by_column = np.bincount(training.column, minlength=len(training.benchmarks.benchmark))
        bases = [
            (
                Basis.of(model, most=ranks[component.name][0], usage=by_row),
                Basis.of(benchmark, most=ranks[component.name][1], usage=by_column),
            )
            for component, model, benchmark in zip(COMPONENTS[1:], shared, benchmarks, strict=True)
        ]
        groups = _grouped(training.models.root[training.row])
        return cls(training, noise_of(hyper, training), level, models, shared, benchmarks, bases, groups)

    @cached_property
    def model_features(self) -> list[Floats]:
        """Of each component, shape ``(M, r)``."""
        return [basis.features(matrix) for (basis, _), matrix in zip(self.bases, self.shared, strict=True)]

    @cached_property
    def benchmark_features(self) -> list[Floats]:
        """Of each component, shape ``(B, q)``."""
        return [basis.features(matrix) for (_, basis), matrix in zip(self.bases, self.benchmarks, strict=True)]

    def blocks(self, groups: Iterable[int]) -> Iterator[tuple[list[int], Block]]:
        """Some kin groups, those of one size together."""
        by_size: dict[int, list[int]] = {}
        for group in groups:
            by_size.setdefault(len(self.groups[group]), []).append(group)
        for together in by_size.values():
            yield together, self.block(np.array([self.groups[group] for group in together]))

    def block(self, cells: Ints) -> Block:
        """Kin groups of equal size, from positions of their cells, shape ``(g, s)``."""
        row, column = self.training.row[cells], self.training.column[cells]
        features = products([f[row] for f in self.model_features], [f[column] for f in self.benchmark_features])
        rest = _between(self.models, self.benchmarks, (row, column), (row, column)) - features @ _turned(features)
        rest[:, np.arange(cells.shape[1]), np.arange(cells.shape[1])] += self.noise[cells]
        whitener = np.linalg.inv(np.linalg.cholesky(rest))
        value = (whitener @ self.training.value[cells][..., None])[..., 0]
        return Block(row, column, whitener @ features, whitener, value)

    def features_of(self, where: Where) -> Floats:
        """Features of any cells, shape ``(n, p)``."""
        size = len(self.level)
        sides = zip(self.bases, where.shared[1:], where.benchmarks[1:], strict=True)
        models, benchmarks = [], []
        for (model, benchmark), across, matrix in sides:
            models.append(model.features(across)[where.row])
            benchmarks.append(benchmark.features(matrix[:size])[where.column])
        return products(models, benchmarks)

    def levels_of(self, where: Where) -> tuple[Floats, Floats]:
        """How the level of each column hangs on the known ones, and the covariance that these leave open.

        Returns:
            Arrays of shape ``(B + strangers, B)`` and ``(B + strangers, B + strangers)``.
        """
        size, every = len(self.level), where.benchmarks[0]
        hang, spare = np.eye(len(every), size), np.zeros_like(every)
        if len(every) > size:
            hang[size:] = linalg.solve(self.level, every[:size, size:], assume_a="pos").T
            spare[size:, size:] = every[size:, size:] - hang[size:] @ every[:size, size:]
        return hang, spare

    def kin_of(self, where: Where) -> dict[int, Block]:
        """The kin group of each row that has one in the training cells."""
        rows = {int(row): int(where.root[row]) for row in np.unique(where.row)}
        wanted = sorted(set(rows.values()) & self.groups.keys())
        found = {
            group: Block(*(array[k] for array in block))
            for groups, block in self.blocks(wanted)
            for k, group in enumerate(groups)
        }
        return {row: found[group] for row, group in rows.items() if group in found}


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
        precision, moment = _told(prior)
        factor = linalg.cholesky(precision, lower=True, overwrite_a=True, check_finite=False)
        mean = linalg.cho_solve((factor, True), moment, check_finite=False)
        return cls(prior, np.asarray(mean), np.asarray(factor))

    @classmethod
    def recall(cls, hyper: Hyperparameters, training: Training, state: State) -> Self:
        """Return what ``of`` returned for these cells, from its state."""
        return cls(Prior.of(hyper, training, RANKS), state["mean"], state["factor"])

    def state(self) -> State:
        """Return the posterior of the weights."""
        return {"mean": self.mean, "factor": self.factor}

    def project(self, where: Where) -> InducingProjection:
        """Work out the posterior of cells."""
        level, spare = self.prior.levels_of(where)
        draft = _Draft(where, self.prior.features_of(where), level[where.column], np.zeros(len(where.row)))
        kin = self.prior.kin_of(where)
        blocks: dict[int, Floats] = {}
        for row, cells in _grouped(where.row).items():
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
        for cells in _grouped(self.where.row).values():
            place[cells] = np.arange(len(cells))
        return place

    @cached_property
    def variance(self) -> Floats:
        """Shape ``(n,)``."""
        own = np.empty(len(self.mean))
        for row, cells in _grouped(self.where.row).items():
            own[cells] = np.diag(self.blocks[row])
        return np.asarray(np.maximum(own + np.einsum("pn,pn->n", self.reach, self.reach), 0.0))

    def block(self, cells: Ints) -> Floats:
        """Covariance of some cells of one model, shape ``(m, m)``."""
        place, reach = self.place[cells], self.reach[:, cells]
        return np.asarray(self.blocks[int(self.where.row[cells[0]])][np.ix_(place, place)] + reach.T @ reach)


def _between(
    models: list[Floats], benchmarks: list[Floats], left: tuple[Ints, Ints], right: tuple[Ints, Ints]
) -> Floats:
    """Covariance between cells at coordinates ``(g, s)`` and ``(g, t)``, shape ``(g, s, t)``."""
    (row, column), (other_row, other_column) = left, right
    pairs = zip(models, benchmarks, strict=True)
    return np.asarray(
        sum(
            model[row[..., :, None], other_row[..., None, :]]
            * benchmark[column[..., :, None], other_column[..., None, :]]
            for model, benchmark in pairs
        )
    )


def _told(prior: Prior) -> tuple[Floats, Floats]:
    """Precision of the weights, its lower half, and their moment: what the prior says, and what each kin group adds."""
    size = len(prior.level)
    width = size + sum(len(model.points) * len(benchmark.points) for model, benchmark in prior.bases)
    precision, moment = np.zeros((width, width), order="F"), np.zeros(width)
    precision[:size, :size] = linalg.inv(prior.level)
    gram = np.eye(width - size, order="F")
    for _, block in prior.blocks(prior.groups):
        features = block.features.reshape(-1, width - size)
        # Only the lower half is worked out: half the work of the largest product.
        gram = linalg.blas.dsyrk(1.0, features.T, beta=1.0, c=gram, lower=True, overwrite_c=True)
        levels = _Levels.of(block, size)
        precision[:size, :size] += levels.squares
        precision[size:, :size] += levels.with_features.T
        moment += np.append(levels.with_value, features.T @ block.value.ravel())
    precision[size:, size:] = gram
    return precision, moment


class _Levels(NamedTuple):
    """Products of the whitened indicators of the columns, with themselves ``(B, B)``, features ``(B, p)``, values."""

    squares: Floats
    with_features: Floats
    with_value: Floats

    @classmethod
    def of(cls, block: Block, size: int) -> Self:
        """Sum what kin groups say into the columns of their cells."""
        turned, cells = _turned(block.whitener), block.column.size
        first, second = np.broadcast_arrays(block.column[:, :, None], block.column[:, None, :])
        squares = ((turned @ block.whitener).ravel(), (first.ravel(), second.ravel()))
        seen = sparse.csr_matrix((np.ones(cells), (block.column.ravel(), np.arange(cells))), shape=(size, cells))
        features, value = turned @ block.features, turned @ block.value[..., None]
        return cls(
            sparse.csr_matrix(squares, shape=(size, size)).toarray(),
            np.asarray(seen @ features.reshape(cells, -1)),
            np.asarray(seen @ value.ravel()),
        )


def _turned(stack: Floats) -> Floats:
    return np.swapaxes(stack, -1, -2)


def _grouped(codes: Ints) -> dict[int, Ints]:
    """Positions of each code."""
    order = np.argsort(codes, kind="stable")
    found, start = np.unique(codes[order], return_index=True)
    return {int(code): cells for code, cells in zip(found, np.split(order, start[1:]), strict=True)}
