"""A small store of planted scores, and contestants whose answers are known beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eval.backtest import Backtest
from eval.contestants import Contestant
from eval.judged import ABSTAINED, ANSWERED, Judged
from eval.runs import Provenance, Runs
from eval.suites import Suite, cells
from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.distribution import Distribution
from records.errors import NotEnoughRecords
from records.evidence import EvidenceLevel
from records.forecast import Abstention, Answer, Forecast
from records.forecast import Provenance as Provenanced
from records.history import History
from records.metric import Metric, Unit
from records.model import Model
from records.quantiles import LEVELS
from records.question import Question
from records.record import Record
from records.source import Source
from records.store import Store

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory,
    make_model: Callable[..., Model],
    make_benchmark: Callable[..., Benchmark],
    make_record: Callable[..., Record],
    make_source: Callable[..., Source],
) -> Iterator[Store]:
    """Twelve models on nine benchmarks, one of them a rating, one score a cell; a copy from a second source."""
    models = tuple(make_model(f"m{i:02d}", released=dt.date(2024, 1 + i % 12, 1)) for i in range(12))
    rating = Metric(name="rating", unit=Unit.RATING)
    benchmarks = (*(make_benchmark(f"b{j}") for j in range(8)), make_benchmark("elo", metric=rating))
    records = [
        make_record(value=20.0 + 4.0 * i + 2.0 * j, model=m.id, benchmark=b.id)
        for i, m in enumerate(models)
        for j, b in enumerate(benchmarks)
    ]
    copy = make_record(
        value=records[0].value, model="m00", benchmark="b0", source="source-b", duplicate_of=records[0].id
    )
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records) + 1),
        sources=(make_source("source-a"), make_source("source-b")),
        models=models,
        benchmarks=benchmarks,
        records=(*records, copy),
    )
    path: Path = tmp_path_factory.mktemp("planted") / "store.db"
    with Store.open(f"sqlite:///{path}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened


@pytest.fixture(scope="module")
def history(store: Store) -> History:
    """Everything the planted store holds."""
    return store.history(as_of=TODAY)


@pytest.fixture(scope="module")
def suite(history: History) -> Suite:
    """Every planted cell in three folds."""
    return Suite("cells", "cells", {"folds": 3}, 0, history.fingerprint, tuple(cells(history, folds=3, seed=0)))


@pytest.fixture
def backtest(store: Store, suite: Suite, tmp_path: Path) -> Callable[..., Backtest]:
    """Make a backtest of some contestants; its runs are kept in a folder of the test."""

    def make(*contestants: Contestant, suite: Suite = suite) -> Backtest:
        return Backtest(
            suite=suite,
            contestants=contestants,
            runs=Runs(tmp_path / "runs"),
            open_source=lambda: nullcontext(store),
            provenance=Provenance.here(corpus=store.history(as_of=TODAY).content_fingerprint),
            clock=lambda: dt.datetime(2025, 6, 1, tzinfo=dt.UTC),
        )

    return make


def fifty(question: Question) -> Distribution:
    """State 50, give or take 5, whatever is asked."""
    return Distribution.from_array(50.0 + np.linspace(-5.0, 5.0, 99), question.metric)


@dataclass(frozen=True)
class Scripted:
    """A contestant that answers what a function says; None makes it abstain."""

    name: str
    answer: Callable[[Question], Distribution | None] = fifty
    seen: list[History] = field(default_factory=list)
    version: str = "1"
    batch: int | None = None

    def fit(self, history: History, *, fold: str) -> ScriptedOn:
        """Keep the history, so that a test can look at what was visible."""
        self.seen.append(history)
        return ScriptedOn(self, history)

    def _one(self, question: Question) -> Answer:
        stated = self.answer(question)
        if stated is None:
            return Abstention(question=question, method=self.name, reason="told to be silent")
        level = EvidenceLevel(model_scores=3, benchmark_scores=9)
        return Forecast.model_construct(question=question, distribution=stated, method=self.name, evidence_level=level,
                                        evidence=(), components=(), caveats=(), provenance=Provenanced())  # fmt: skip


@dataclass(frozen=True)
class ScriptedOn:
    """A scripted contestant on one history."""

    contestant: Scripted
    history: History

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer each question from the script."""
        return [self.contestant._one(question) for question in questions]


@dataclass(frozen=True)
class Failing(Scripted):
    """A contestant that cannot be fitted."""

    def fit(self, history: History, *, fold: str) -> ScriptedOn:
        """Refuse."""
        raise NotEnoughRecords(f"{len(history)} records are not enough")


@pytest.fixture
def constant() -> Callable[[float, float], Callable[[Question], Distribution]]:
    """Make a script that states a uniform distribution around one value."""

    def make(centre: float, half_width: float) -> Callable[[Question], Distribution]:
        spread = np.linspace(-half_width, half_width, 99)
        return lambda question: Distribution.from_array(centre + spread, question.metric)

    return make


@pytest.fixture
def scripted() -> type[Scripted]:
    """The class of scripted contestants."""
    return Scripted


@pytest.fixture
def failing() -> type[Failing]:
    """The class of contestants that cannot be fitted."""
    return Failing


NORMAL = stats.norm.ppf(LEVELS)


@pytest.fixture(scope="session")
def answers() -> Callable[..., Judged]:
    """Make the answers of a forecaster whose errors have effects of the model, of the benchmark and of the cell.

    ``spread`` 1 states just the uncertainty that there is; ``noise`` stretches the errors; ``silent`` is the share of
    questions without an answer. Outcomes depend on ``seed`` alone, errors also on the name.
    """

    def make(
        name: str = "synthetic",
        *,
        models: int = 30,
        benchmarks: int = 12,
        seed: int = 0,
        spread: float = 1.0,
        noise: float = 1.0,
        effect: float = 0.0,
        bias: float = 0.0,
        silent: float = 0.0,
        unit: str = "percent",
    ) -> Judged:
        rng, own = np.random.default_rng(seed), np.random.default_rng([seed, *name.encode()])
        model, benchmark = (axis.ravel() for axis in np.indices((models, benchmarks)))
        observed = 50.0 + rng.normal(0.0, 12.0, models)[model] + rng.normal(0.0, 5.0, benchmarks)[benchmark]
        lower, upper = (0.0, 100.0) if unit == "percent" else (-np.inf, np.inf)
        shared = own.normal(0.0, effect, models)[model] + own.normal(0.0, effect, benchmarks)[benchmark]
        own_scale = own.choice([2.0, 4.0], model.size)
        error = noise * (shared + own_scale * own.normal(size=model.size)) + bias
        scale = spread * np.hypot(own_scale, np.sqrt(2.0) * effect)
        stated = np.clip((observed + error)[:, None] + scale[:, None] * NORMAL, lower, upper)
        hushed = own.random(model.size) < silent
        stated[hushed] = np.nan
        table = pd.DataFrame(
            {
                "question": [f"q{i}" for i in range(model.size)],
                "fold": [f"fold {i}" for i in (model + benchmark) % 3],
                "group": [f"k = {k}" for k in (model % 2) * 3],
                "model": [f"m{i:03d}" for i in model],
                "family": [f"family-{i}" for i in model % 4],
                "benchmark": [f"b{j:03d}" for j in benchmark],
                "unit": unit,
                "lower": lower,
                "upper": upper,
                "higher_is_better": True,
                "level": np.where(hushed, "", "3-9 scores / 20+ models"),
                "shown": 3,
                "observed": np.clip(observed, lower, upper),
                "status": np.where(hushed, ABSTAINED, ANSWERED),
                "reason": np.where(hushed, "told to be silent", ""),
            }
        )
        return Judged(name, table, stated, fit_seconds=1.5, forecast_seconds=0.5)

    return make
