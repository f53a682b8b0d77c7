"""How fitting grows: time and memory of predictors on made-up histories of any size.

The scores follow three hidden abilities and a trend in time, so that there is something to learn; models and
benchmarks grow with the square root of the records, as densely filled as the starter corpus. Each fit runs in a
process of its own, whose peak memory is its own.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from records.barrier import behind_barrier
from records.errors import UsageError
from records.history import History, to_frame
from records.question import Question
from records.record import Record
from records.source import DateBasis, Source
from scorecast.bench.made_up import START, made_up_benchmark, made_up_model

DAYS = 1_400
AS_OF = START + dt.timedelta(days=DAYS)
MODELS_PER_ROOT, BENCHMARKS_PER_ROOT = 8.0, 3.0
"""Models and benchmarks for each square root of the number of records: 4 cells in 100 are filled."""

NOISE = 0.25
ABILITIES = 3
QUESTIONS = 1_000
MEGABYTE = 1024.0 if sys.platform != "darwin" else 1024.0**2
"""What the operating system counts peak memory in, a megabyte."""


class FitCost(NamedTuple):
    """What a predictor takes for one size.

    Attributes:
        fit_seconds: by the clock.
        cpu_seconds: of all processors together, fit only.
        forecast_seconds: for ``QUESTIONS`` questions.
        megabytes: peak of the process beyond what the history takes.
    """

    predictor: str
    records: int
    fit_seconds: float
    cpu_seconds: float
    forecast_seconds: float
    megabytes: float


def fit_costs(predictors: Sequence[str], sizes: Sequence[int], *, seed: int) -> Iterator[FitCost]:
    """Fit each predictor on each size, the smaller ones first.

    Raises:
        UsageError: no predictor has this name.
    """
    from predictors.registry import PREDICTORS

    for name in predictors:
        if name not in PREDICTORS:
            raise UsageError(f"No predictor is called {name!r}; there are {', '.join(PREDICTORS)}.")
    for size in sorted(sizes):
        for name in predictors:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
                yield alone.submit(_cost, name, size, seed).result()


def _cost(name: str, size: int, seed: int) -> FitCost:
    from scorecast.workspace import forecaster

    history, questions = made_up(size, seed=seed)
    before = _peak()
    started, cpu = time.perf_counter(), time.process_time()
    fitted = forecaster(name).fit(history)
    fit, cpu = time.perf_counter() - started, time.process_time() - cpu
    started = time.perf_counter()
    fitted.forecast(questions)
    return FitCost(name, size, fit, cpu, time.perf_counter() - started, _peak() - before)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def made_up(records: int, *, seed: int) -> tuple[History, list[Question]]:
    """Return a history of so many records, and questions about cells that it leaves empty."""
    rng = np.random.default_rng(seed)
    root = np.sqrt(records)
    rows, columns = max(20, round(MODELS_PER_ROOT * root)), max(10, round(BENCHMARKS_PER_ROOT * root))
    models = {f"model-{i}": made_up_model(i, days=i * 7 % DAYS) for i in range(rows)}
    benchmarks = {f"task-{j}": made_up_benchmark(j, about=f"part {j}") for j in range(columns)}
    ability = rng.normal(0, 0.5, (rows, ABILITIES)) + np.linspace(-1.0, 1.0, rows)[:, None] / ABILITIES
    score = ability @ rng.normal(0.6, 0.5, (ABILITIES, columns)) + rng.normal(0, 1.0, columns)
    score += rng.normal(0, NOISE, score.shape)
    places = rng.choice(rows * columns, records + QUESTIONS, replace=False)
    cells = [divmod(int(place), columns) for place in places]
    percent = 100.0 / (1.0 + np.exp(-score))
    reports = [_record(i, j, float(percent[i, j])) for i, j in cells[:records]]
    history = behind_barrier(
        to_frame(reports),
        models=models,
        benchmarks=benchmarks,
        sources={"lab": Source(id="lab", name="Lab")},
        as_of=AS_OF,
    )
    asked = [(models[f"model-{i}"], benchmarks[f"task-{j}"]) for i, j in cells[records:]]
    return history, [Question(model=model, benchmark=benchmark, as_of=AS_OF) for model, benchmark in asked]


def _record(model: int, benchmark: int, value: float) -> Record:
    released = START + dt.timedelta(days=model * 7 % DAYS)
    return Record(
        model=f"model-{model}",
        benchmark=f"task-{benchmark}",
        value=round(value, 2),
        published=min(AS_OF, released + dt.timedelta(days=benchmark % 30)),
        date_basis=DateBasis.REPORTED,
        source="lab",
    )
