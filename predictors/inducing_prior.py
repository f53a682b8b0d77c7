"""The prior of a large Gaussian process: features of what models share, by inducing points, and exact blocks of kin.

In: weights of the kernels and training cells; out: ``Prior``, which lays out the features of any cells and the blocks
of kin groups, and is kept as arrays. The inference on it, and the source, are in ``predictors.inducing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from scipy import linalg

from predictors.bases import Basis, products
from predictors.exact import Where
from predictors.hyperparameters import Hyperparameters, Training, model_grid, noise_of
from predictors.kernels import COMPONENTS
from predictors.models import Ints
from records.metric import Floats
from records.stages import State


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
        return between(where.across[1:], where.benchmarks[1:], (self.row, self.column), there)


class Compared(NamedTuple):
    """How models vary with each other, a matrix ``(n, n)`` for each component but the level.

    Attributes:
        every: covariance factors.
        carried: what the features carry of them.
    """

    every: list[Floats]
    carried: list[Floats]


@dataclass(frozen=True, eq=False)
class Prior:
    """The features of the shared part, and the blocks of the rest.

    Attributes:
        hyper: weights of the kernels.
        training: the cells.
        level: covariance of the levels, shape ``(B, B)``.
        benchmarks: covariance factors of the benchmarks for each component but the level, ``(B, B)`` each.
        bases: inducing models and benchmarks of each of these components.
        model_features: of each of these components, shape ``(M, r)``.
        benchmark_features: likewise, shape ``(B, q)``.
    """

    hyper: Hyperparameters
    training: Training
    level: Floats
    benchmarks: list[Floats]
    bases: list[tuple[Basis, Basis]]
    model_features: list[Floats]
    benchmark_features: list[Floats]

    @classmethod
    def of(cls, hyper: Hyperparameters, training: Training, ranks: Mapping[str, tuple[int, int]]) -> Self:
        """Choose inducing models and benchmarks for each component."""
        shared = model_grid(hyper, training.models).shared[1:]
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
        on_models = [basis.features(matrix) for (basis, _), matrix in zip(bases, shared, strict=True)]
        on_benchmarks = [basis.features(matrix) for (_, basis), matrix in zip(bases, benchmarks, strict=True)]
        return cls(hyper, training, level, benchmarks, bases, on_models, on_benchmarks)

    @classmethod
    def recall(cls, hyper: Hyperparameters, training: Training, state: State) -> Self:
        """Return what ``of`` returned for these cells, from its state."""
        level, *benchmarks = hyper.between_benchmarks(training.benchmarks, training.benchmarks)
        names = [component.name for component in COMPONENTS[1:]]
        bases = [(Basis.recall(state, f"{name} models"), Basis.recall(state, f"{name} benchmarks")) for name in names]
        on_models = [state[f"{name} models features"] for name in names]
        on_benchmarks = [state[f"{name} benchmarks features"] for name in names]
        return cls(hyper, training, level, benchmarks, bases, on_models, on_benchmarks)

    def state(self) -> State:
        """Return what was chosen."""
        found: dict[str, Floats] = {}
        parts = zip(COMPONENTS[1:], self.bases, self.model_features, self.benchmark_features, strict=True)
        for component, (model, benchmark), on_models, on_benchmarks in parts:
            found |= model.state(f"{component.name} models") | benchmark.state(f"{component.name} benchmarks")
            found[f"{component.name} models features"] = on_models
            found[f"{component.name} benchmarks features"] = on_benchmarks
        return found

    @cached_property
    def noise(self) -> Floats:
        """Variance of each cell around its latent score."""
        return noise_of(self.hyper, self.training)

    @cached_property
    def groups(self) -> Mapping[int, Ints]:
        """Positions of the cells of each kin group."""
        return grouped(self.training.models.root[self.training.row])

    @cached_property
    def carried(self) -> list[Floats]:
        """What the features carry of the covariance factors of the benchmarks."""
        return [features @ features.T for features in self.benchmark_features]

    @cached_property
    def compared(self) -> Compared:
        """All models, compared with each other: worth it for many forecasts."""
        every = model_grid(self.hyper, self.training.models).every[1:]
        return Compared(every, [features @ features.T for features in self.model_features])

    def stacks(self, groups: Iterable[int]) -> Iterator[tuple[list[int], Ints]]:
        """Kin groups with equal numbers of cells and of models together: which, and their cells, shape ``(g, s)``."""
        alike: dict[tuple[int, int], list[int]] = {}
        for group in groups:
            cells = self.groups[group]
            alike.setdefault((len(cells), len(np.unique(self.training.row[cells]))), []).append(group)
        for together in alike.values():
            yield together, np.array([self.groups[group] for group in together])

    def whitener(self, cells: Ints, models: Compared, place: Ints) -> Floats:
        """Inverse Cholesky factors of what the features leave over in kin groups of equal size, noise included.

        Args:
            cells: positions of their cells, shape ``(g, s)``.
            models: compared with each other.
            place: of the model of each cell among these, shape ``(g, s)``.
        """
        column = self.training.column[cells]
        rest = within(models.every, self.benchmarks, place, column)
        rest -= within(models.carried, self.carried, place, column)
        rest[:, np.arange(cells.shape[1]), np.arange(cells.shape[1])] += self.noise[cells]
        return np.asarray(np.linalg.inv(np.linalg.cholesky(rest)))

    def block(self, cells: Ints, models: Compared, place: Ints) -> Block:
        """Kin groups of equal size; arguments as of ``whitener``."""
        row, column = self.training.row[cells], self.training.column[cells]
        features = products([f[row] for f in self.model_features], [f[column] for f in self.benchmark_features])
        whitener = self.whitener(cells, models, place)
        value = (whitener @ self.training.value[cells][..., None])[..., 0]
        return Block(row, column, whitener @ features, whitener, value)

    def _alone(self, group: int) -> Block:
        """One kin group, whose models are compared with each other and no others."""
        cells = self.groups[group]
        models, place = np.unique(self.training.row[cells], return_inverse=True)
        compared = self._of_kin.get(group) or self._of_kin.setdefault(group, self._among(models))
        return _each(self.block(cells[None], compared, place[None]))[0]

    @cached_property
    def _of_kin(self) -> dict[int, Compared]:
        """The models of kin groups that were asked for, compared with each other: a few numbers each."""
        return {}

    def _among(self, models: Ints) -> Compared:
        """Compare some models with each other."""
        traits = self.training.models.take(models)
        carried = [features[models] @ features[models].T for features in self.model_features]
        return Compared(self.hyper.between_models(traits, traits)[1:], carried)

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
        found: dict[int, Block] = {}
        if where.compared:
            for together, cells in self.stacks(wanted):
                block = self.block(cells, self.compared, self.training.row[cells])
                found |= dict(zip(together, _each(block), strict=True))
        else:
            # One by one: which others are asked for together must not move the last digit.
            found = {group: self._alone(group) for group in wanted}
        return {row: found[group] for row, group in rows.items() if group in found}


def _each(block: Block) -> list[Block]:
    """The kin groups of a block, one by one."""
    return [Block(*arrays) for arrays in zip(*block, strict=True)]


def between(
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


def within(models: list[Floats], benchmarks: list[Floats], row: Ints, column: Ints) -> Floats:
    """Covariance of the cells of each group ``(g, s)`` with each other, ``(g, s, s)``; places are worked out once."""
    here = row[:, :, None] * len(models[0]) + row[:, None, :]
    there = column[:, :, None] * len(benchmarks[0]) + column[:, None, :]
    parts = (model.take(here) * benchmark.take(there) for model, benchmark in zip(models, benchmarks, strict=True))
    return np.asarray(sum(parts))


def turned(stack: Floats) -> Floats:
    """Transpose each matrix of a stack."""
    return np.swapaxes(stack, -1, -2)


def grouped(codes: Ints) -> dict[int, Ints]:
    """Positions of each code."""
    order = np.argsort(codes, kind="stable")
    found, start = np.unique(codes[order], return_index=True)
    return {int(code): cells for code, cells in zip(found, np.split(order, start[1:]), strict=True)}
