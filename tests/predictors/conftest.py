"""Worlds of models and benchmarks with a planted truth, and the histories that show part of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from records.barrier import behind_barrier
from records.benchmark import Benchmark
from records.exclusion import Exclusion
from records.history import History, to_frame
from records.metric import Metric
from records.model import Model
from records.question import Question
from records.record import Record
from records.source import DateBasis, Source

AS_OF = dt.date(2026, 6, 1)
SOURCE = Source(id="lab", name="Lab")


@dataclass(frozen=True)
class World:
    """Models, benchmarks and the true working-scale score of every cell."""

    models: tuple[Model, ...]
    benchmarks: tuple[Benchmark, ...]
    truth: np.ndarray
    records: tuple[Record, ...] = field(default=())

    def history(self, exclude: Exclusion | None = None, records: Iterable[Record] | None = None) -> History:
        return behind_barrier(
            to_frame(list(self.records if records is None else records)),
            models={m.id: m for m in self.models},
            benchmarks={b.id: b for b in self.benchmarks},
            sources={SOURCE.id: SOURCE},
            as_of=AS_OF,
            exclude=exclude or Exclusion(),
        )

    def question(self, i: int, j: int, **more: object) -> Question:
        return Question(model=self.models[i], benchmark=self.benchmarks[j], as_of=AS_OF, **more)

    def score(self, i: int, j: int) -> float:
        return float(self.benchmarks[j].metric.from_working(self.truth[i, j]))

    def without(self, cells: Iterable[tuple[int, int]]) -> tuple[History, list[Question]]:
        """The history with some cells withheld, and the questions that ask for them."""
        chosen = list(cells)
        names = frozenset((self.models[i].id, self.benchmarks[j].id) for i, j in chosen)
        return self.history(Exclusion(cells=names)), [self.question(i, j) for i, j in chosen]


def world(
    truth: np.ndarray,
    *,
    metrics: Mapping[int, Metric] | None = None,
    share: float = 1.0,
    noise: float = 0.0,
    seed: int = 0,
) -> World:
    """Build a world from a truth of shape ``(M, B)``; models are released evenly from 2023 to 2026."""
    rng = np.random.default_rng(seed)
    rows, columns = truth.shape
    days = np.linspace(0, 1200, rows).astype(int)
    models = tuple(
        Model(id=f"m{i}", name=f"Model {i}", released=dt.date(2023, 1, 1) + dt.timedelta(days=int(days[i])))
        for i in range(rows)
    )
    metrics = metrics or {}
    benchmarks = tuple(
        Benchmark(id=f"b{j}", name=f"Benchmark {j}", metric=metrics.get(j, Metric(name="accuracy")))
        for j in range(columns)
    )
    shown = rng.random(truth.shape) < share
    records = tuple(
        report(models[i], benchmarks[j], float(benchmarks[j].metric.from_working(truth[i, j] + noise * rng.normal())))
        for i, j in np.argwhere(shown).tolist()
    )
    return World(models, benchmarks, truth, records)


def report(model: Model, benchmark: Benchmark, value: float, **more: object) -> Record:
    return Record(
        model=model.id, benchmark=benchmark.id, value=value, items=5000, published=AS_OF,
        date_basis=DateBasis.REPORTED, source=SOURCE.id, **more,
    )  # fmt: skip


def additive_truth(rows: int = 40, columns: int = 15, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.7, rows)[:, None] + rng.normal(0, 0.8, columns)[None, :]


@pytest.fixture(scope="session")
def additive_world() -> World:
    return world(additive_truth(), share=0.7, noise=0.05)


@pytest.fixture
def make_world() -> Callable[..., World]:
    return world


@pytest.fixture
def make_report() -> Callable[..., Record]:
    return report
