"""A linear mixed model of scores: ability of the model minus difficulty of the benchmark, on the standard scale.

value = intercept + domain + answer format + benchmark                                (the benchmark's side)
      + features of the model + organisation + family + root + model + error          (the model's side)

Every term but the intercept is drawn from a normal distribution around zero whose variance is learned (empirical
Bayes; Robinson 1991, "That BLUP is a good thing"). Errors are Student t with a variance of their own in each
column. It is fitted by rounds of a sparse ridge solve and updates of variances and weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from predictors import benchmarks as columns_side
from predictors import models as rows_side
from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells
from predictors.models import FEATURES, Ints, ModelSide, codes
from records.metric import Floats
from records.stages import State

ROUNDS = 6
TAIL = 5.0
"""Degrees of freedom of the errors."""

PRIOR_VARIANCE = {
    "intercept": 100.0, "features": 0.25, "domain": 0.2, "answer_format": 0.2, "benchmark": 1.0,
    "organisation": 0.1, "family": 0.1, "root": 0.1, "model": 0.2,
}  # fmt: skip
"""Variance of each block of effects before any is seen; it counts for ``PRIOR_EFFECTS`` effects."""

PRIOR_EFFECTS = 5.0
PRIOR_ERRORS = 5.0
"""How many errors the usual error variance counts for in that of a column."""

FIXED = ("intercept", "features")
"""Blocks whose variance is not learned: they are few, and meant to be found, not shrunk."""


class Block(NamedTuple):
    """One block of effects: where it starts in the vector of effects, and the names of its members."""

    start: int
    members: tuple[str, ...]


class Normal(NamedTuple):
    """Means and variances of shape ``(n,)``."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class Effects:
    """A fitted mixed model.

    Attributes:
        blocks: the layout of ``value``.
        value: the effects, shape ``(p,)``.
        uncertainty: their posterior variances given all others, shape ``(p,)``.
        variance: of each block's effects, in the order of ``blocks``.
        error: error variance of each column, the usual one last, shape ``(B + 1,)``.
    """

    blocks: Mapping[str, Block]
    value: Floats
    uncertainty: Floats
    variance: Floats
    error: Floats

    def of_benchmarks(self, benchmarks: BenchmarkSide) -> Normal:
        """Level of each column: the score of a model of ability zero."""
        start = self.blocks["intercept"].start
        total = Normal(np.full(len(benchmarks), self.value[start]), np.zeros(len(benchmarks)))
        for name in columns_side.BLOCKS:
            total = self._plus(total, name, benchmarks.groups(name))
        return self._plus(total, "benchmark", [b.id for b in benchmarks.benchmarks])

    def prior_of_models(self, models: ModelSide) -> Normal:
        """Ability of each model before any of its scores is seen, from features, organisation, family and kin."""
        start = self.blocks["features"].start
        mean = models.design @ self.value[start : start + len(FEATURES)]
        total = Normal(mean, np.zeros(len(models)))
        for name in rows_side.BLOCKS:
            total = self._plus(total, name, models.groups[name])
        own = float(self.variance[list(self.blocks).index("model")])
        return Normal(total.mean, total.variance + own)

    def of_models(self, visible: Cells) -> Normal:
        """Ability of each row of ``visible``, its scores seen."""
        prior, level = self.prior_of_models(visible.models), self.of_benchmarks(visible.benchmarks)
        row, column = visible.row, visible.column
        weight = 1.0 / (self.errors(column) + visible.noise + level.variance[column])
        excess = visible.value - level.mean[column]
        # One reweighting keeps a single wild score from deciding what a model can do.
        first = _posterior(prior, row, excess, weight)
        weight *= _robust((excess - first.mean[row]) ** 2 * weight)
        return _posterior(prior, row, excess, weight)

    def of_cells(self, visible: Cells, row: Ints, column: Ints) -> Normal:
        """Score of cells ``(n,)``, the error of the model included."""
        ability, level = self.of_models(visible), self.of_benchmarks(visible.benchmarks)
        variance = ability.variance[row] + level.variance[column] + self.errors(column)
        return Normal(ability.mean[row] + level.mean[column], variance)

    def errors(self, column: Ints) -> Floats:
        """Error variance of columns ``(n,)``; the usual one beyond those that were fitted."""
        return self.error[np.minimum(column, len(self.error) - 1)]

    def state(self) -> State:
        """Return what was learned; the layout follows from the cells."""
        return {name: getattr(self, name) for name in ("value", "uncertainty", "variance", "error")}

    @classmethod
    def recall(cls, blocks: Mapping[str, Block], state: State) -> Effects:
        """Return the effects of this state."""
        return cls(blocks, state["value"], state["uncertainty"], state["variance"], state["error"])

    def _plus(self, total: Normal, name: str, groups: tuple[str, ...] | list[str]) -> Normal:
        block = self.blocks[name]
        place = codes(groups, block.members)
        known = place >= 0
        at = block.start + np.maximum(place, 0)
        usual = float(self.variance[list(self.blocks).index(name)])
        at = np.minimum(at, len(self.value) - 1)
        return Normal(
            total.mean + np.where(known, self.value[at], 0.0),
            total.variance + np.where(known, np.minimum(self.uncertainty[at], usual), usual),
        )


def layout(cells: Cells) -> dict[str, Block]:
    """Lay out the blocks of effects for a cell matrix."""
    members: dict[str, tuple[str, ...]] = {"intercept": ("intercept",), "features": FEATURES}
    for name in columns_side.BLOCKS:
        members[name] = _distinct(cells.benchmarks.groups(name))
    members["benchmark"] = tuple(b.id for b in cells.benchmarks.benchmarks)
    for name in rows_side.BLOCKS:
        members[name] = _distinct(cells.models.groups[name])
    members["model"] = cells.models.ids
    blocks: dict[str, Block] = {}
    start = 0
    for name, names in members.items():
        blocks[name] = Block(start, names)
        start += len(names)
    return blocks


def fit_effects(cells: Cells) -> Effects:
    """Fit the mixed model to cells."""
    blocks = layout(cells)
    design = _design(cells, blocks)
    sizes = [len(block.members) for block in blocks.values()]
    variance = np.array([PRIOR_VARIANCE[name] for name in blocks])
    columns = len(cells.benchmarks)
    error = np.full(columns + 1, 0.2)
    value = np.zeros(design.shape[1])
    tail = np.ones(len(cells))
    uncertainty = np.repeat(variance, sizes)
    for _ in range(ROUNDS):
        weight = tail / (error[cells.column] + cells.noise)
        precision = np.repeat(1.0 / variance, sizes)
        value, uncertainty = _ridge(design, cells.value, weight, precision, value)
        residual = cells.value - design @ value
        tail = _robust(residual**2 / (error[cells.column] + cells.noise))
        error = _errors(residual, tail, cells)
        variance = _variances(blocks, value, uncertainty, variance)
    return Effects(blocks, value, uncertainty, variance, error)


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _design(cells: Cells, blocks: Mapping[str, Block]) -> sparse.csr_matrix:
    """One row a cell, one column an effect."""
    n = len(cells)
    rows, columns, entries = [np.arange(n)], [np.zeros(n, dtype=np.int64)], [np.ones(n)]
    features = cells.models.design[cells.row]
    for j in range(features.shape[1]):
        used = np.flatnonzero(features[:, j])
        rows.append(used)
        columns.append(np.full(len(used), blocks["features"].start + j))
        entries.append(features[used, j])
    for name, place in _places(cells, blocks).items():
        used = np.flatnonzero(place >= 0)
        rows.append(used)
        columns.append(blocks[name].start + place[used])
        entries.append(np.ones(len(used)))
    width = sum(len(block.members) for block in blocks.values())
    coordinates = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(entries), coordinates), shape=(n, width))


def _places(cells: Cells, blocks: Mapping[str, Block]) -> dict[str, Ints]:
    """For each block but the fixed ones, which of its members each cell has, -1 for none."""
    places = {name: codes(cells.benchmarks.groups(name), blocks[name].members) for name in columns_side.BLOCKS}
    found = {name: place[cells.column] for name, place in places.items()} | {"benchmark": cells.column}
    for name in rows_side.BLOCKS:
        found[name] = codes(cells.models.groups[name], blocks[name].members)[cells.row]
    return found | {"model": cells.row}


def _ridge(
    design: sparse.csr_matrix, value: Floats, weight: Floats, precision: Floats, start: Floats
) -> tuple[Floats, Floats]:
    """Solve the weighted ridge regression by conjugate gradients, scaled by the diagonal, from the last solution."""
    from scipy.sparse.linalg import cg  # here: it takes a while to load, and a kept fit does without

    weighted = sparse.diags(weight) @ design
    normal = (design.T @ weighted + sparse.diags(precision)).tocsr()
    diagonal = normal.diagonal()
    solution, _ = cg(normal, weighted.T @ value, x0=start, rtol=1e-3, maxiter=200, M=sparse.diags(1.0 / diagonal))
    return np.asarray(solution, dtype=float), 1.0 / diagonal


def _errors(residual: Floats, tail: Floats, cells: Cells) -> Floats:
    """Error variance of each column, shrunk to that of all; what measurement explains is taken off."""
    columns = len(cells.benchmarks)
    square = np.maximum(tail * residual**2 - cells.noise, 0.0)
    usual = float(square.mean()) + 1e-3
    seen = cells.column_counts
    own = (np.bincount(cells.column, square, minlength=columns) + PRIOR_ERRORS * usual) / (seen + PRIOR_ERRORS)
    return np.append(own, usual)


def _variances(blocks: Mapping[str, Block], value: Floats, uncertainty: Floats, now: Floats) -> Floats:
    """Variance of each block's effects: the mean square, uncertainty included, shrunk to its prior."""
    updated = now.copy()
    for i, (name, (start, members)) in enumerate(blocks.items()):
        if name in FIXED:
            continue
        part = slice(start, start + len(members))
        square = np.sum(value[part] ** 2 + np.minimum(uncertainty[part], now[i]))
        updated[i] = (square + PRIOR_EFFECTS * PRIOR_VARIANCE[name]) / (len(members) + PRIOR_EFFECTS)
    return updated


def _posterior(prior: Normal, row: Ints, excess: Floats, weight: Floats) -> Normal:
    rows = len(prior.mean)
    precision = 1.0 / prior.variance + np.bincount(row, weight, minlength=rows)
    moment = prior.mean / prior.variance + np.bincount(row, weight * excess, minlength=rows)
    return Normal(moment / precision, 1.0 / precision)


def _robust(square: Floats) -> Floats:
    """Weights of Student t errors from their squares in units of the variance."""
    return (TAIL + 1.0) / (TAIL + square)
