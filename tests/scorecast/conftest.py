"""A small catalogue and store with names that are easily mixed up."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time
from collections.abc import Callable

import pytest

from records.batch import Batch, ImportReport
from records.metric import Metric, Unit
from records.names.catalogue import Catalogue
from records.store import Store
from scorecast.cli import main

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="session")
def models(make_model):
    """Efforts, near names, two families."""
    return (
        make_model("qwen3-32b", name="Qwen3 32B", family="qwen3", params_b=32.8, released=dt.date(2025, 4, 28)),
        make_model("qwen3-30b-a3b", name="Qwen3 30B A3B", family="qwen3", params_b=30.5, released=dt.date(2025, 4, 28)),
        make_model("o3-high", name="o3 (high)", base_model="o3", effort="high", released=dt.date(2025, 4, 16)),
        make_model("o3-low", name="o3 (low)", base_model="o3", effort="low", released=dt.date(2025, 4, 16)),
        make_model("deepseek-r1", name="DeepSeek-R1", family="deepseek", released=dt.date(2025, 1, 20)),
        make_model("gpt-4.1", name="GPT-4.1", released=dt.date(2025, 4, 14)),
        *(make_model(f"old-{i}", released=dt.date(2024, 1 + i, 1), params_b=2.0 + i) for i in range(8)),
    )


@pytest.fixture(scope="session")
def benchmarks(make_benchmark):
    """Two GPQAs, a rating, an error rate."""
    rating, errors = Metric(name="rating", unit=Unit.RATING), Metric(name="error_rate", higher_is_better=False)
    return (
        make_benchmark("gpqa_diamond", name="GPQA Diamond", aliases=("GPQA-D", "GPQA"), part_of=("gpqa_main",)),
        make_benchmark("gpqa_main", name="GPQA main", aliases=("GPQA",)),
        make_benchmark("swe_bench_verified", name="SWE-bench Verified"),
        make_benchmark("aime_2024", name="AIME 2024"),
        make_benchmark("arena", name="Arena", metric=rating),
        make_benchmark("speech_errors", name="Speech errors", metric=errors),
    )


@pytest.fixture(scope="session")
def catalogue(models, benchmarks, make_source):
    """What a store of these would know."""
    return Catalogue.of(models, benchmarks, (make_source("source-a"),))


@pytest.fixture(scope="session")
def batch(models, benchmarks, make_source, make_record):
    """A score for most cells: dearer models score higher, and one cell reported twice."""
    records = [
        make_record(
            value=(1000.0 if b.id == "arena" else 20.0) + 3.0 * i + 2.0 * j,
            model=m.id,
            benchmark=b.id,
            published=max(m.released, dt.date(2025, 2, 1)),
        )
        for i, m in enumerate(reversed(models))
        for j, b in enumerate(benchmarks)
        if (i + 2 * j) % 5
    ]
    again = make_record(value=64.0, model="deepseek-r1", benchmark="aime_2024", published=dt.date(2025, 3, 1))
    again_later = make_record(value=66.0, model="deepseek-r1", benchmark="aime_2024", published=dt.date(2025, 5, 1))
    return Batch(
        report=ImportReport(path="planted", format="table", taken=len(records) + 2),
        sources=(make_source("source-a"),),
        models=tuple(models),
        benchmarks=tuple(benchmarks),
        records=(*records, again, again_later),
    )


@pytest.fixture(scope="session")
def store(tmp_path_factory, batch):
    """A store that holds the batch."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('small') / 'store.db'}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened


@pytest.fixture(scope="session")
def corpus_home(tmp_path_factory, kept_fits):
    """A home that the first command fills with the starter corpus, shared by all that ask it."""
    home = tmp_path_factory.mktemp("home")
    (home / "fits").symlink_to(kept_fits)
    return home


@pytest.fixture
def run(corpus_home, monkeypatch, capsys, tmp_path):
    """Run a command in the shared home, from a folder of the test; returns exit code, stdout and stderr."""
    monkeypatch.setenv("SCORECAST_HOME", str(corpus_home))
    monkeypatch.delenv("SCORECAST_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.root, "handlers", [*logging.root.handlers])  # a command that serves sets up its own

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["scorecast", *arguments])
        capsys.readouterr()
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        else:
            code = 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


Lines = list[dict[str, object]]


@pytest.fixture
def audit_log(caplog) -> Callable[[Callable[[Lines], bool]], Lines]:
    """Read the audit log of a service in this process once it holds something: lines come a moment after answers."""
    caplog.set_level(logging.INFO, logger="scorecast.audit")

    def lines(holds: Callable[[Lines], bool]) -> Lines:
        last = time.monotonic() + 120.0
        while True:
            told = [json.loads(record.message) for record in caplog.records if record.name == "scorecast.audit"]
            if holds(told) or time.monotonic() > last:
                return told
            time.sleep(0.01)

    return lines
