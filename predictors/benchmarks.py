"""What predictors know of benchmarks beside their scores, and the scale on which their columns are comparable.

Bounded metrics are modelled on the logit scale. Ratings, money and other open scales are centred and divided by
a robust spread of their own column. Where lower is better the sign is turned, so that on this *standard scale*
a higher value is always a better model, by about the same step in every column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from predictors.models import Ints, codes
from records.benchmark import Benchmark
from records.kinship import Kinship
from records.metric import Floats

NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

PRIOR_COLUMN = 4.0
"""How many models the usual spread of a unit counts for in the spread of an open-scaled column."""

BLOCKS = ("domain", "answer_format")
"""Groups of benchmarks that share an effect."""


@dataclass(frozen=True, eq=False)
class BenchmarkSide:
    """Benchmarks as arrays of length B.

    Attributes:
        benchmarks: the benchmarks themselves, in column order.
        bounded: whether the working scale is the logit.
        sign: 1 where higher is better, else -1.
        location, scale: standard = sign * (working - location) / scale; 0 and 1 where bounded.
        related: whether column j gives column i away, shape ``(B, B)``.
    """

    benchmarks: tuple[Benchmark, ...]
    bounded: np.ndarray
    sign: Floats
    location: Floats
    scale: Floats
    related: Floats

    @classmethod
    def of(cls, benchmarks: Sequence[Benchmark], kinship: Kinship) -> BenchmarkSide:
        """Lay benchmarks out as arrays, with open scales not yet fitted."""
        n = len(benchmarks)
        position = {benchmark.id: j for j, benchmark in enumerate(benchmarks)}
        related = np.eye(n)
        for j, benchmark in enumerate(benchmarks):
            related[j, [position[r] for r in kinship.relatives(benchmark) if r in position]] = 1.0
        return cls(
            benchmarks=tuple(benchmarks),
            bounded=np.array([b.metric.bounded for b in benchmarks], dtype=bool),
            sign=np.array([1.0 if b.metric.higher_is_better else -1.0 for b in benchmarks]),
            location=np.zeros(n),
            scale=np.ones(n),
            related=np.maximum(related, related.T),
        )

    def __len__(self) -> int:
        """Number of benchmarks."""
        return len(self.benchmarks)

    def scaled_to(self, column: Ints, working: Floats) -> BenchmarkSide:
        """Return these benchmarks with open scales fitted to working-scale values, both of shape ``(c,)``."""
        location, scale = self.location.copy(), self.scale.copy()
        usual: dict[str, list[float]] = {}
        open_columns = np.flatnonzero(~self.bounded)
        values = {int(j): working[column == j] for j in open_columns}
        for j, seen in values.items():
            if seen.size >= PRIOR_COLUMN:
                usual.setdefault(self.benchmarks[j].metric.unit, []).append(_spread(seen))
        for j, seen in values.items():
            spreads = usual.get(self.benchmarks[j].metric.unit, [])
            location[j], scale[j] = _robust(seen, spreads)
        return BenchmarkSide(self.benchmarks, self.bounded, self.sign, location, scale, self.related)

    def joined_by(self, strangers: Sequence[Benchmark]) -> BenchmarkSide:
        """Append benchmarks on which nobody has a score."""
        n = len(strangers)
        if not n:
            return self
        size = len(self) + n
        related = np.eye(size)
        related[: len(self), : len(self)] = self.related
        return BenchmarkSide(
            benchmarks=(*self.benchmarks, *strangers),
            bounded=np.append(self.bounded, [b.metric.bounded for b in strangers]).astype(bool),
            sign=np.append(self.sign, [1.0 if b.metric.higher_is_better else -1.0 for b in strangers]),
            location=np.append(self.location, np.zeros(n)),
            scale=np.append(self.scale, np.ones(n)),
            related=related,
        )

    def standard(self, column: Ints, working: Floats) -> Floats:
        """Map working-scale values ``(c,)`` or ``(c, q)`` of columns ``(c,)`` to the standard scale."""
        sign, location, scale = (_beside(a[column], working) for a in (self.sign, self.location, self.scale))
        return sign * (working - location) / scale

    def working(self, column: Ints, quantiles: Floats) -> Floats:
        """Map standard-scale quantiles ``(n, 99)`` to the working scale, still in increasing order."""
        turned = np.where(self.sign[column][:, None] < 0, quantiles[:, ::-1], quantiles)
        return self.location[column][:, None] + (self.sign * self.scale)[column][:, None] * turned

    def groups(self, block: str) -> tuple[str, ...]:
        """Group of each benchmark in one of ``BLOCKS``, empty when unknown."""
        return self._groups[block]

    @cached_property
    def _groups(self) -> Mapping[str, tuple[str, ...]]:
        return {block: tuple(str(getattr(benchmark, block)) for benchmark in self.benchmarks) for block in BLOCKS}

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """Smallest and largest possible scores, infinite where there are none, shape ``(B,)`` each."""
        told = np.array([benchmark.metric.bounds for benchmark in self.benchmarks], dtype=float).reshape(-1, 2)
        return told[:, 0], told[:, 1]

    def positions(self, benchmarks: Sequence[Benchmark]) -> Ints:
        """Column of each benchmark, -1 when it has none, shape ``(n,)``."""
        return codes([b.id for b in benchmarks], [b.id for b in self.benchmarks])


def _beside(per_row: Floats, values: Floats) -> Floats:
    return per_row.reshape(per_row.shape + (1,) * (values.ndim - 1))


def _spread(values: Floats) -> float:
    return float(NORMAL_MAD * np.median(np.abs(values - np.median(values))))


def _robust(values: Floats, usual: Sequence[float]) -> tuple[float, float]:
    """Location and spread of an open-scaled column, the spread shrunk to the usual one of its unit."""
    if values.size == 0:
        return 0.0, float(np.median(usual)) if usual else 1.0
    location = float(np.median(values))
    prior = float(np.median(usual)) if usual else 0.0
    if prior <= 0.0:
        prior = max(_spread(values), 0.1 * abs(location), 1e-6)
    n = values.size - 1
    return location, float(np.sqrt((PRIOR_COLUMN * prior**2 + n * _spread(values) ** 2) / (PRIOR_COLUMN + n)))
