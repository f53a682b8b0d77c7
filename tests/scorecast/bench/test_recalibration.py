"""Time replayed: nothing is learned before it is settled, and what was made wrong is mended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from records.batch import Batch, ImportReport
from records.source import DateBasis
from records.store import Store
from scorecast.bench.asked import BenchAsked, SuiteParameters, asked_suite
from scorecast.bench.backtests import Bench
from scorecast.bench.contestants import contestants
from scorecast.bench.recalibration import WRONG, Timeline, replays
from scorecast.settings import Settings

START, END = dt.date(2024, 1, 1), dt.date(2025, 6, 1)
NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory, make_model, make_benchmark, make_record, make_source):
    """Sixteen benchmarks, and a model a fortnight that is measured on most of them in the weeks after."""
    rng = np.random.default_rng(5)
    models = [make_model(f"model-{i}", released=START + dt.timedelta(days=14 * i)) for i in range(36)]
    benchmarks = [make_benchmark(f"bench-{j}") for j in range(16)]
    records = [
        make_record(
            float(100.0 / (1.0 + np.exp(-(0.04 * i - 0.1 * j + rng.normal(0, 0.6))))),
            model=model.id,
            benchmark=benchmark.id,
            published=model.released + dt.timedelta(days=j),
            date_basis=DateBasis.REPORTED,
        )
        for i, model in enumerate(models)
        for j, benchmark in enumerate(benchmarks)
        if (i + j) % 4
    ]
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records)),
        sources=(make_source("source-a"),),
        models=tuple(models),
        benchmarks=tuple(benchmarks),
        records=tuple(records),
    )
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('replay') / 'store.db'}") as opened:
        opened.add(batch, imported_at=NOON)
        yield opened


@pytest.fixture(scope="module")
def answered(store, tmp_path_factory):
    """What the additive forecaster answers at five dates."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, database_url="")
    asked = BenchAsked(suite="future", parameters=SuiteParameters(origins=5, every=60, window=60))
    suite = asked_suite(store, asked, today=END)
    chosen = [one for one in contestants(["additive"], folder=home) if one.name == "additive"]
    bench = Bench.on(store, lambda: store, settings, clock=lambda: NOON)
    [finished] = bench.backtest(suite, chosen).run()
    return suite, finished.judged


def test_what_was_made_too_narrow_is_mended_and_the_first_date_is_left_alone(store, answered) -> None:
    suite, judged = answered
    found = {one.made: one for one in replays(suite, [judged], store, seed=0)}
    assert list(found) == list(WRONG)
    narrow = found["half as wide"]
    assert narrow.questions == sum(len(fold.questions) for fold in suite.folds[1:])
    assert narrow.figures["crps"].high < 0.0
    assert narrow.figures["cover90"].difference > 0.0


def test_no_date_learns_from_what_was_settled_after_it(store, answered) -> None:
    suite, judged = answered
    timeline = Timeline.of(suite, store)
    told, taught = timeline.recalibrated(judged)
    before = sum(len(fold.questions) for fold in suite.folds[:3])
    planted = judged.table.assign(observed=np.where(np.arange(len(judged.table)) < before, judged.table["observed"], 1))
    other, _ = timeline.recalibrated(replace(judged, table=planted))
    first = len(suite.folds[0].questions)
    assert not taught[:first].any()
    assert np.array_equal(told.quantiles[:first], judged.quantiles[:first])
    until = before + len(suite.folds[3].questions)
    assert np.array_equal(told.quantiles[:until], other.quantiles[:until])
    assert not np.array_equal(told.quantiles[until:], other.quantiles[until:])
