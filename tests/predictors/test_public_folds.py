"""On the public BenchPress matrix and folds the default must stay ahead of the peer's 4.60 points and honest."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from calibration.registry import calibrator
from predictors.registry import predictor
from records.barrier import behind_barrier
from records.benchmark import Benchmark
from records.exclusion import Exclusion
from records.history import to_frame
from records.metric import Metric, Unit
from records.model import Model
from records.question import Question
from records.record import Record
from records.source import Source

AS_OF = dt.date(2026, 6, 26)
PEER = 4.60
OPEN = {"chatbot_arena_elo", "codeforces_rating", "gdpval_aa_elo", "swelancer_freelance_dollars", "vending_bench_2"}


def day(told: str) -> dt.date:
    year, month, *rest = (int(part) for part in f"{told}-7".split("-")[: max(2, told.count("-") + 1)])
    return dt.date(year, month, rest[0] if rest else 15)


def matrix(folder: Path) -> tuple[list[Model], list[Benchmark], list[list[float | None]]]:
    data = json.loads((folder / "matrix.json").read_text())
    models = [
        Model(
            id=m["id"].lower(), name=m["name"], organisation=m["provider"], reasoning=m["reasoning"],
            open_weights=m["open_weights"], released=day(m["release_date"]),
        )
        for m in data["models"]
    ]  # fmt: skip
    benchmarks = [
        Benchmark(
            id=b["id"].lower(),
            name=b["name"],
            metric=Metric(name="score", unit=Unit.RATING if b["id"] in OPEN else Unit.PERCENT),
        )
        for b in data["benchmarks"]
    ]
    return models, benchmarks, data["observed"]


@pytest.mark.shared_data
def test_the_default_is_ahead_of_the_peer_and_covers_what_it_says(shared_data) -> None:
    models, benchmarks, observed = matrix(shared_data / "benchpress")
    records = [
        Record(
            model=m.id, benchmark=b.id, value=observed[i][j],
            published=m.released, date_basis="release", source="matrix",
        )
        for i, m in enumerate(models)
        for j, b in enumerate(benchmarks)
        if observed[i][j] is not None
    ]  # fmt: skip
    folds = json.loads((shared_data / "benchpress" / "folds.json").read_text())["folds"][:2]
    errors, hits = [], []
    for fold in folds:
        cells = [(models[i], benchmarks[j], observed[i][j]) for i, j in fold["test_cells"]]
        history = behind_barrier(
            to_frame(records),
            models={m.id: m for m in models},
            benchmarks={b.id: b for b in benchmarks},
            sources={"matrix": Source(id="matrix", name="Matrix")},
            as_of=AS_OF,
            exclude=Exclusion(cells=frozenset((m.id, b.id) for m, b, _ in cells)),
        )
        fitted = predictor("pool", calibrator=calibrator()).fit(history)
        answers = fitted.forecast([Question(model=m, benchmark=b, as_of=AS_OF) for m, b, _ in cells])
        told = [
            (a.distribution, value) for a, (*_, value) in zip(answers, cells, strict=True) if hasattr(a, "distribution")
        ]
        assert len(told) > 0.99 * len(cells)
        errors.append(np.median([abs(d.median - value) for d, value in told]))
        hits += [d.interval(90)[0] <= value <= d.interval(90)[1] for d, value in told]
    assert np.mean(errors) < PEER
    assert 0.87 < np.mean(hits) < 0.93
