"""What the cells of kin groups say of the weights of a large Gaussian process, summed by model before all else.

A feature of a cell is one of its model times one of its benchmark. So what a kin group says is first summed into one
small matrix over features of benchmarks for each pair of its models, and only that meets the features of models: the
same sums, with as many terms as there are such pairs instead of cells (a tenth on the starter corpus).

In: the prior of ``predictors.inducing_prior``. Out: precision and moment of the weights, levels first. Here q is the
number of features of benchmarks, and r that of models, of all components side by side.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from predictors.inducing_prior import Prior, grouped, turned
from predictors.models import Ints
from records.metric import Floats

AT_ONCE = 1_024
"""Pairs of models at a time, which bounds the memory."""


def told(prior: Prior) -> tuple[Floats, Floats]:
    """Precision ``(B + p, B + p)``, its lower half, and moment ``(B + p,)``, the prior of the levels left out."""
    size, features = len(prior.level), _Features.of(prior)
    stacks = [_Stack.of(prior, features.benchmarks, cells) for _, cells in prior.stacks(prior.groups)]
    pairs, reached = _Pairs.of(stacks), _Reached.of(stacks)
    width = size + features.width
    precision = np.zeros((width, width), order="F")
    for stack in stacks:
        np.add.at(precision, (stack.column[:, :, None], stack.column[:, None, :]), stack.precision)
    precision[size:, :size] = features.of_columns(reached, size).T
    precision[size:, size:] = features.squares(pairs)
    return precision, _moment(prior, features, stacks)


class _Stack(NamedTuple):
    """Kin groups with equal numbers s of cells and k of models.

    Attributes:
        cells: their positions, shape ``(g, s)``.
        column: of each cell, shape ``(g, s)``.
        models: shape ``(g, k)``.
        precision: of what features leave over, shape ``(g, s, s)``.
        sides: features of the benchmark of each cell under its own model, zeros under the others, ``(g, s, k, q)``.
        reach: precision times these.
    """

    cells: Ints
    column: Ints
    models: Ints
    precision: Floats
    sides: Floats
    reach: Floats

    @classmethod
    def of(cls, prior: Prior, benchmarks: Floats, cells: Ints) -> Self:
        """Invert what the features leave over."""
        row, column = prior.training.row[cells], prior.training.column[cells]
        groups, size = cells.shape
        whitener = prior.whitener(cells, prior.compared, row)
        precision = turned(whitener) @ whitener
        names = len(prior.training.models.model)
        found, place = np.unique(row + names * np.arange(groups)[:, None], return_inverse=True)
        models = (found % names).reshape(groups, -1)
        sides = np.zeros((groups, size, models.shape[1], benchmarks.shape[1]))
        own = place.reshape(cells.shape) % models.shape[1]
        sides[np.arange(groups)[:, None], np.arange(size), own] = benchmarks[column]
        reach = precision @ sides.reshape(groups, size, -1)
        return cls(cells, column, models, precision, sides, reach.reshape(sides.shape))


class _Pairs(NamedTuple):
    """Pairs of models of one kin group ``(n,)``, and the products of what their cells say, shape ``(n, q, q)``."""

    left: Ints
    right: Ints
    products: Floats

    @classmethod
    def of(cls, stacks: list[_Stack]) -> Self:
        """Sum over the cells of every pair."""
        left = [np.repeat(stack.models, stack.models.shape[1], axis=1).ravel() for stack in stacks]
        right = [np.tile(stack.models, stack.models.shape[1]).ravel() for stack in stacks]
        return cls(np.concatenate(left), np.concatenate(right), np.concatenate([_products(one) for one in stacks]))


def _products(stack: _Stack) -> Floats:
    groups, size, models, q = stack.sides.shape
    product = turned(stack.sides.reshape(groups, size, -1)) @ stack.reach.reshape(groups, size, -1)
    return product.reshape(groups, models, q, models, q).swapaxes(2, 3).reshape(-1, q, q)


class _Reached(NamedTuple):
    """Cells, once for each model of their kin group: column and model ``(m,)``, what reaches that model ``(m, q)``."""

    column: Ints
    model: Ints
    reach: Floats

    @classmethod
    def of(cls, stacks: list[_Stack]) -> Self:
        """Lay out all cells."""
        column = [np.repeat(stack.column, stack.models.shape[1]) for stack in stacks]
        model = [np.repeat(stack.models, stack.column.shape[1], axis=0).ravel() for stack in stacks]
        reach = [stack.reach.reshape(-1, stack.reach.shape[-1]) for stack in stacks]
        return cls(np.concatenate(column), np.concatenate(model), np.concatenate(reach))


class _Features(NamedTuple):
    """Features of all models ``(M, r)`` and benchmarks ``(B, q)``, and where those of each component are in both."""

    models: Floats
    benchmarks: Floats
    places: list[tuple[slice, slice]]

    @classmethod
    def of(cls, prior: Prior) -> Self:
        """Lay the components side by side."""
        sides = prior.model_features, prior.benchmark_features
        stops = (np.cumsum([part.shape[1] for part in side]).tolist() for side in sides)
        places = [[slice(a, b) for a, b in zip([0, *stop], stop, strict=False)] for stop in stops]
        models, benchmarks = (np.concatenate(side, axis=1) for side in sides)
        return cls(models, benchmarks, list(zip(*places, strict=True)))

    @property
    def width(self) -> int:
        """Number of their products, p."""
        return sum((r.stop - r.start) * (q.stop - q.start) for r, q in self.places)

    def chosen(self, full: Floats) -> Floats:
        """Choose from products of everything ``(r, q)`` those within a component, shape ``(p,)``."""
        return np.concatenate([full[place].ravel() for place in self.places])

    def of_columns(self, reached: _Reached, size: int) -> Floats:
        """Products of levels and features, shape ``(B, p)``."""
        total = np.zeros((size, self.width))
        for column, cells in grouped(reached.column).items():
            total[column] = self.chosen(self.models[reached.model[cells]].T @ reached.reach[cells])
        return total

    def squares(self, pairs: _Pairs) -> Floats:
        """Products of features, the lower half, shape ``(p, p)``; the prior's own, one each, included."""
        total, start = np.eye(self.width), 0
        for k, one in enumerate(self.places):
            rows = np.concatenate([self._square(pairs, one, other) for other in self.places[: k + 1]], axis=1)
            total[start : start + len(rows), : rows.shape[1]] += rows
            start += len(rows)
        return total

    def _square(self, pairs: _Pairs, one: tuple[slice, slice], other: tuple[slice, slice]) -> Floats:
        (r, q), (s, t) = one, other
        total: Floats = np.zeros(1)
        for start in range(0, len(pairs.left), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            right = pairs.products[some, q, None, t] * self.models[pairs.right[some], s][:, None, :, None]
            total = total + self.models[pairs.left[some], r].T @ right.reshape(len(right), -1)
        return np.asarray(total.reshape((r.stop - r.start) * (q.stop - q.start), -1))


def _moment(prior: Prior, features: _Features, stacks: list[_Stack]) -> Floats:
    training = prior.training
    explained = np.zeros(len(training.value))
    for stack in stacks:
        explained[stack.cells] = (stack.precision @ training.value[stack.cells][..., None])[..., 0]
    levels = np.bincount(training.column, explained, minlength=len(prior.level))
    full = features.models[training.row].T @ (features.benchmarks[training.column] * explained[:, None])
    return np.append(levels, features.chosen(full))
