"""What the curve of a benchmark, its level and its slopes, is regressed on before any score on it is seen."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from predictors.benchmarks import BenchmarkSide
from predictors.cells import USUAL_ITEMS
from predictors.latent_trait.curve import FLOOR, floors
from predictors.latent_trait.design import Block, Design, directions, indicators, shared
from predictors.traits import BenchmarkTraits, Texts
from records.metric import Floats

YEAR = 2023.5
"""Year from which release dates of benchmarks are counted."""

TEXTS = 16
"""Directions of names, and of descriptions."""


class KnownBenchmarks(NamedTuple):
    """Benchmarks as arrays, and what is compared of them."""

    side: BenchmarkSide
    traits: BenchmarkTraits

    @classmethod
    def of(cls, benchmarks: BenchmarkSide, texts: Texts) -> Self:
        """Lay out what is known of benchmarks; how columns vary is for the curves themselves to learn."""
        unknown = np.zeros(len(benchmarks))
        return cls(benchmarks, texts.of_benchmarks(benchmarks, unknown, unknown[:, None]))


def benchmark_design(benchmarks: KnownBenchmarks) -> Design[KnownBenchmarks]:
    """Learn the vocabulary of a catalogue of benchmarks: groups and words."""
    told = benchmarks.traits
    domains, formats, stems, wholes = (
        shared(groups) for groups in (told.domain, told.answer_format, told.stem, told.whole)
    )
    names, descriptions = directions(told.name, most=TEXTS), directions(told.description, most=TEXTS)
    return Design(
        (
            Block("usual", lambda known: np.ones((len(known.side), 1)), 10.0, learned=False),
            Block("traits", _traits, 1.0, learned=False),
            Block("domain", lambda known: indicators(known.traits.domain, domains), 0.2, groups=True),
            Block("answer format", lambda known: indicators(known.traits.answer_format, formats), 0.2, groups=True),
            Block("stem", lambda known: indicators(known.traits.stem, stems), 0.2, groups=True),
            Block("whole", lambda known: indicators(known.traits.whole, wholes), 0.2, groups=True),
            Block("name", lambda known: known.traits.name @ names, 0.3),
            Block("description", lambda known: known.traits.description @ descriptions, 0.3),
        )
    )


def _traits(known: KnownBenchmarks) -> Floats:
    """Release date, chance, and number of items, each with whether it is told."""
    year = known.traits.released - YEAR
    items = np.array([benchmark.items or np.nan for benchmark in known.side.benchmarks])
    size = np.nan_to_num(np.log10(items / USUAL_ITEMS))
    return np.column_stack([np.nan_to_num(year), np.isnan(year), floors(known.side) / FLOOR, size, np.isnan(items)])
