"""What kernels compare of models and of benchmarks, as arrays.

In: both sides of a cell matrix. Out: ``ModelTraits`` and ``BenchmarkTraits``: groups as hashed codes, so that things
which no training has seen fall into the groups that it has; dates and sizes; names and descriptions as unit vectors.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.embeddings import Embedding
from predictors.models import FEATURES, Ints, ModelSide
from records.benchmark import Benchmark
from records.metric import Floats


@dataclass(frozen=True, eq=False)
class ModelTraits:
    """What kernels compare of n models; codes are hashes, 0 for unknown. Two are the same when they are one object."""

    model: Ints
    root: Ints
    organisation: Ints
    family: Ints
    reasoning: Ints
    released: Floats
    size: Floats
    effort: Floats
    name: Floats

    def take(self, rows: Ints) -> ModelTraits:
        """Return some of the models."""
        return ModelTraits(
            self.model[rows], self.root[rows], self.organisation[rows], self.family[rows],
            self.reasoning[rows], self.released[rows], self.size[rows], self.effort[rows], self.name[rows],
        )  # fmt: skip


class BenchmarkTraits(NamedTuple):
    """What kernels compare of n benchmarks, and the spread of each column."""

    benchmark: Ints
    domain: Ints
    answer_format: Ints
    stem: Ints
    whole: Ints
    released: Floats
    name: Floats
    description: Floats
    spread: Floats
    loadings: Floats

    def take(self, columns: Ints) -> BenchmarkTraits:
        """Return some of the benchmarks."""
        return BenchmarkTraits(
            self.benchmark[columns], self.domain[columns], self.answer_format[columns],
            self.stem[columns], self.whole[columns], self.released[columns],
            self.name[columns], self.description[columns], self.spread[columns], self.loadings[columns],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Texts:
    """How the texts of a catalogue are weighed."""

    models: Embedding
    benchmarks: Embedding
    descriptions: Embedding

    @classmethod
    def of(cls, models: Sequence[str], benchmarks: Sequence[Benchmark]) -> Texts:
        """Learn the weighing from one catalogue: the ids of its models, and its benchmarks."""
        return cls(
            Embedding.of(models),
            Embedding.of([_named(benchmark) for benchmark in benchmarks]),
            Embedding.of([_described(benchmark) for benchmark in benchmarks]),
        )

    def of_models(self, models: ModelSide) -> ModelTraits:
        """Lay out what kernels compare of models."""
        design = dict(zip(FEATURES, models.design.T, strict=True))
        thinks = np.where(design["reasoning unknown"] > 0, 0, 1 + (design["reasoning"] > 0))
        return ModelTraits(
            model=_codes(models.ids),
            root=_codes(models.groups["root"]),
            organisation=_codes(models.groups["organisation"]),
            family=_codes(models.groups["family"]),
            reasoning=thinks.astype(np.int64),
            released=models.released,
            size=np.where(design["size unknown"] > 0, np.nan, design["size"]),
            effort=design["effort"],
            name=self.models.embed(models.ids),
        )

    def of_benchmarks(self, benchmarks: BenchmarkSide, spread: Floats, loadings: Floats) -> BenchmarkTraits:
        """Lay out what kernels compare of benchmarks."""
        told = benchmarks.benchmarks
        return BenchmarkTraits(
            _codes([benchmark.id for benchmark in told]),
            _codes(benchmarks.groups("domain")),
            _codes(benchmarks.groups("answer_format")),
            _codes([_stem(benchmark.id) for benchmark in told]),
            _codes([_whole(benchmark) for benchmark in told]),
            np.array([_year(benchmark) for benchmark in told]),
            self.benchmarks.embed([_named(benchmark) for benchmark in told]),
            self.descriptions.embed([_described(benchmark) for benchmark in told]),
            spread,
            loadings,
        )


@lru_cache(maxsize=2)
def read(models: ModelSide, benchmarks: tuple[Benchmark, ...]) -> tuple[Texts, ModelTraits]:
    """Read the texts of a catalogue; kept, since all members, and fits to parts of the same scores, share it."""
    texts = Texts.of(models.ids, benchmarks)
    return texts, texts.of_models(models)


def _codes(names: Sequence[str]) -> Ints:
    """Stable codes of names, equal for equal names, 0 for the empty one."""
    return np.array([1 + zlib.crc32(name.casefold().encode()) if name else 0 for name in names], dtype=np.int64)


def _named(benchmark: Benchmark) -> str:
    return f"{benchmark.id.replace('_', ' ')} {benchmark.name}"


def _described(benchmark: Benchmark) -> str:
    """The description without its numbers: what is compared is what is asked."""
    return re.sub(r"\d", " ", benchmark.description)


def _stem(benchmark: str) -> str:
    """The first word of an id without its edition: ``aime`` of ``aime_2025``."""
    return re.sub(r"[\d.]+$", "", re.split(r"[_-]", benchmark)[0])


def _whole(benchmark: Benchmark) -> str:
    """The first of the benchmarks that this one is part of, or itself."""
    return min(benchmark.part_of, default=benchmark.id)


def _year(benchmark: Benchmark) -> float:
    day = benchmark.released
    return np.nan if day is None else day.year + (day.timetuple().tm_yday - 1) / 365.25
