"""How alike two benchmarks are by what is told of them before anybody has run them.

In: benchmarks. Out: kernels over them, each positive semidefinite and of the order of 1: text of name and description,
domain, answer format, metric, kin of the id, release date, chance level, number of items. None of them looks at a
score, so that a benchmark that nobody has run is compared like any other.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.kernels import BENCHMARK_KERNELS
from predictors.models import Ints
from predictors.traits import BenchmarkTraits, Texts
from records.metric import Floats, Metric

DATE_ORIGIN, DATE_STEP = 2023.0, 2.0
"""Year from which release dates are counted, and the years that make one step of the linear kernel."""

CHANCE_STEP = 1.0 / 3.0
"""Share of the range that makes one step of the linear kernel in the chance level."""

CHANCE_NEAR = 0.08
"""Share of the range within which chance levels are alike."""

USUAL_ITEMS = 2.8
"""log10 of the number of items from which numbers of items are counted."""


class Told(NamedTuple):
    """What kernels compare of n benchmarks; NaN and code 0 where nothing is told.

    Attributes:
        traits: as of the Gaussian process.
        metric: code of the metric's name.
        chance: share of the range that guessing gets.
        items: log10 of the number of items.
    """

    traits: BenchmarkTraits
    metric: Ints
    chance: Floats
    items: Floats

    @classmethod
    def of(cls, benchmarks: BenchmarkSide, texts: Texts) -> Told:
        """Lay out what is told of benchmarks; texts are weighed as in ``texts``."""
        told, n = benchmarks.benchmarks, len(benchmarks)
        return cls(
            texts.of_benchmarks(benchmarks, np.ones(n), np.zeros((n, 1))),
            np.array([1 + zlib.crc32(b.metric.name.encode()) for b in told], dtype=np.int64),
            np.array([_chance(b.metric) for b in told], dtype=float),
            np.array([np.nan if b.items is None else np.log10(b.items) - USUAL_ITEMS for b in told], dtype=float),
        )

    def take(self, columns: Ints) -> Told:
        """Return some of the benchmarks."""
        return Told(self.traits.take(columns), self.metric[columns], self.chance[columns], self.items[columns])


Likeness = Callable[[Told, Told], Floats]


def _same(left: Ints, right: Ints) -> Floats:
    return np.asarray((left[:, None] == right[None, :]) & (left[:, None] != 0), dtype=float)


def _product(left: Floats, right: Floats) -> Floats:
    """Linear kernel; what is unknown counts as usual."""
    return np.multiply.outer(np.nan_to_num(left), np.nan_to_num(right))


def _both_unknown(left: Floats, right: Floats) -> Floats:
    return np.multiply.outer(np.isnan(left), np.isnan(right)).astype(float)


def _shared(name: str) -> Likeness:
    """A kernel of the Gaussian process."""
    kernel = BENCHMARK_KERNELS[name]
    return lambda left, right: kernel(left.traits, right.traits)


def _dates(told: Told) -> Floats:
    return (told.traits.released - DATE_ORIGIN) / DATE_STEP


def _chances(left: Told, right: Told) -> Floats:
    """Squared exponential in the chance level; 0 where it is unknown."""
    apart = np.subtract.outer(left.chance, right.chance) / CHANCE_NEAR
    return np.nan_to_num(np.exp(-0.5 * apart**2))


def _kind(left: Told, right: Told) -> Floats:
    """Whether two benchmarks are of one domain and one answer format."""
    of_one_domain = _same(left.traits.domain, right.traits.domain)
    return of_one_domain * _same(left.traits.answer_format, right.traits.answer_format)


LIKENESSES: Mapping[str, Likeness] = MappingProxyType(
    {name: _shared(name) for name in ("all", "domain", "format", "stem", "whole", "description", "name", "era")}
    | {
        "kind": _kind,
        "metric": lambda left, right: _same(left.metric, right.metric),
        "date": lambda left, right: _product(_dates(left), _dates(right)),
        "undated": lambda left, right: _both_unknown(left.traits.released, right.traits.released),
        "chance": lambda left, right: _product(left.chance / CHANCE_STEP, right.chance / CHANCE_STEP),
        "chances near": _chances,
        "chance unknown": lambda left, right: _both_unknown(left.chance, right.chance),
        "items": lambda left, right: _product(left.items, right.items),
        "items unknown": lambda left, right: _both_unknown(left.items, right.items),
        "benchmark": _shared("benchmark"),
    }
)
"""Kernels over benchmarks by name."""


def likeness(weights: Floats, left: Told, right: Told) -> Floats:
    """Sum the kernels with weights ``(K,)``, shape ``(n, m)``."""
    total = np.zeros((len(left.metric), len(right.metric)))
    for weight, kernel in zip(weights, LIKENESSES.values(), strict=True):
        total += weight * kernel(left, right)
    return total


def stacked(told: Told) -> Floats:
    """Every kernel of n benchmarks with themselves, flat, shape ``(K, n * n)``."""
    return np.stack([kernel(told, told).ravel() for kernel in LIKENESSES.values()])


def _chance(metric: Metric) -> float:
    """Share of the range that guessing gets, counted from the worse end."""
    if metric.chance is None or metric.lower is None or metric.upper is None:
        return np.nan
    share = (metric.chance - metric.lower) / (metric.upper - metric.lower)
    return share if metric.higher_is_better else 1.0 - share
