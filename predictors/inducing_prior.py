"""The prior of a large Gaussian process: features of what models share, by inducing points, and exact blocks of kin.

In: weights of the kernels and training cells; out: ``Prior``, which lays out the features of any cells and the blocks
of kin groups, and is kept as arrays. The inference on it, and the source, are in ``predictors.inducing``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
        models: covariance factors of all models, where they are at hand; they take too long for a few forecasts.
    """

    hyper: Hyperparameters
    training: Training
    level: Floats
    benchmarks: list[Floats]
    bases: list[tuple[Basis, Basis]]
    model_features: list[Floats]
    benchmark_features: list[Floats]
    models: list[Floats] | None = None

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
        on_models = [basis.features(matrix) for (basis, _), matrix in zip(bases, shared, strict=True)]
        on_benchmarks = [basis.features(matrix) for (_, basis), matrix in zip(bases, benchmarks, strict=True)]
        return cls(hyper, training, level, benchmarks, bases, on_models, on_benchmarks, models)

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

    def blocks(self) -> Iterator[Block]:
        """All kin groups, those of one size together."""
        by_size: dict[int, list[Ints]] = {}
        for cells in self.groups.values():
            by_size.setdefault(len(cells), []).append(cells)
        for together in by_size.values():
            yield self.block(np.array(together))

    def block(self, cells: Ints) -> Block:
        """Kin groups of equal size, from positions of their cells, shape ``(g, s)``."""
        row, column = self.training.row[cells], self.training.column[cells]
        features = products([f[row] for f in self.model_features], [f[column] for f in self.benchmark_features])
        models, place = self._compared(row)
        rest = between(models, self.benchmarks, (place, column), (place, column)) - features @ turned(features)
        rest[:, np.arange(cells.shape[1]), np.arange(cells.shape[1])] += self.noise[cells]
        whitener = np.linalg.inv(np.linalg.cholesky(rest))
        value = (whitener @ self.training.value[cells][..., None])[..., 0]
        return Block(row, column, whitener @ features, whitener, value)

    def _compared(self, row: Ints) -> tuple[list[Floats], Ints]:
        """Covariance factors of the models of some cells, and the places of these models in them."""
        if self.models is not None:
            return self.models, row
        models, place = np.unique(row, return_inverse=True)
        among = self.training.models.take(models)
        return self.hyper.between_models(among, among)[1:], place.reshape(row.shape)

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
        # One by one: which others are asked for together must not move the last digit.
        wanted = sorted(set(rows.values()) & self.groups.keys())
        found = {group: Block(*(array[0] for array in self.block(self.groups[group][None]))) for group in wanted}
        return {row: found[group] for row, group in rows.items() if group in found}


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


def turned(stack: Floats) -> Floats:
    """Transpose each matrix of a stack."""
    return np.swapaxes(stack, -1, -2)


def grouped(codes: Ints) -> dict[int, Ints]:
    """Positions of each code."""
    order = np.argsort(codes, kind="stable")
    found, start = np.unique(codes[order], return_index=True)
    return {int(code): cells for code, cells in zip(found, np.split(order, start[1:]), strict=True)}
