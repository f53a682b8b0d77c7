"""Hits: from places in a ranking to passages, near-duplicates merged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from records.benchmark import Benchmark
from records.metric import Floats
from records.model import Model
from records.search import Passage
from retrieval.merging import Hit, merged
from retrieval.passages import benchmark_passage, model_passage, record_passage, setting_passage
from retrieval.visible import Numbers, Visible

CHUNK = 20
"""Records read at once: most searches need no more."""


def passages(visible: Visible, places: Numbers, relevance: Floats, *, limit: int) -> tuple[Passage, ...]:
    """Return the passages of the first ``limit`` places that are no near-duplicates of one another."""
    return tuple(_passage(visible, hit) for hit in merged(_hits(visible, places, relevance), limit=limit))


def describe_model(visible: Visible, model: Model, *, relevance: float = 1.0) -> Passage:
    """Return the passage of a visible model."""
    count = int(visible.model_counts[model.id])
    return model_passage(model, visible.history, records=count, relevance=relevance)


def describe_benchmark(visible: Visible, benchmark: Benchmark, *, relevance: float = 1.0) -> Passage:
    """Return the passage of a visible benchmark."""
    count = int(visible.benchmark_counts[benchmark.id])
    return benchmark_passage(benchmark, visible.history, records=count, relevance=relevance)


def _hits(visible: Visible, places: Numbers, relevance: Floats) -> Iterator[Hit]:
    """Yield hits in order; records are read a few at a time, as they are wanted."""
    for start in range(0, len(places), CHUNK):
        chunk, near = places[start : start + CHUNK], relevance[start : start + CHUNK]
        rows = chunk[chunk < len(visible.rows)]
        records = dict(zip(rows.tolist(), visible.records(rows), strict=True))
        for place, value in zip(chunk.tolist(), near.tolist(), strict=True):
            yield Hit(place, min(value, 1.0), records.get(place))


def _passage(visible: Visible, hit: Hit) -> Passage:
    if hit.record:
        return record_passage(hit.record, visible.history, relevance=hit.relevance, others=hit.merged)
    place = hit.place - len(visible.rows)
    if place < len(visible.models):
        return describe_model(visible, visible.models[place], relevance=hit.relevance)
    place -= len(visible.models)
    if place < len(visible.benchmarks):
        return describe_benchmark(visible, visible.benchmarks[place], relevance=hit.relevance)
    return _setting(visible, place - len(visible.benchmarks), hit.relevance)


def _setting(visible: Visible, number: int, relevance: float) -> Passage:
    rows = np.flatnonzero(visible.setting_of == number)
    return setting_passage(
        visible.settings[number],
        records=len(rows),
        models=len(np.unique(visible.model_of[rows])),
        benchmarks=len(np.unique(visible.benchmark_of[rows])),
        relevance=relevance,
    )
