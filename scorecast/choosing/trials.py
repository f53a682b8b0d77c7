"""What trials of planning stand on: the records to run them on, and the joint forecasts that our choices rest on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eval.benchpress import matrix_store, read_matrix
from eval.planning.aims import Aimed, Cell
from predictors.joint import JointProcess, predictor
from records.benchmark import Benchmark
from records.errors import UsageError
from records.history import History
from records.joint import Joint
from records.stages import HistorySource
from scorecast.choosing.benchmarks import Subject, models_by_benchmark
from scorecast.workspace import Workspace

RANDOM = "random"
OURS = "ours"


@contextmanager
def all_records(
    data: Path | None, workspace: Workspace, *, clock: Callable[[], dt.datetime]
) -> Iterator[tuple[HistorySource, History]]:
    """Open what a trial runs on: the public matrix in a folder, or the user's own store, and all that it holds.

    Raises:
        DataError: the folder holds no matrix as it is published.
    """
    if data is None:
        yield workspace.store, workspace.store.history(as_of=clock().date())
        return
    matrix = read_matrix(data)
    with matrix_store(matrix) as store:
        yield store, store.history(as_of=matrix.as_of)


def numbers(told: str) -> list[int]:
    """Read numbers of revealed scores, in order and each once.

    Raises:
        UsageError: something else than whole numbers from 0 to 100.
    """
    try:
        found = sorted({int(one) for one in told.split(",")})
    except ValueError:
        found = []
    if not found or found[0] < 0 or found[-1] > 100:
        raise UsageError(f"--shown takes whole numbers of 0 to 100 with commas, such as 1,3,5; found {told!r}.")
    return found


@dataclass(frozen=True)
class Processes:
    """The Gaussian process of each history, fitted once, and its joint forecasts of each model, made once."""

    fitted: dict[str, JointProcess] = field(default_factory=dict)
    joints: dict[tuple[str, str], tuple[tuple[Cell, ...], tuple[Benchmark, ...], Joint]] = field(default_factory=dict)

    def of(self, history: History) -> JointProcess:
        """The process that has learned from a history."""
        key = history.fingerprint
        if key not in self.fitted:
            self.fitted.clear()
            self.joints.clear()
            self.fitted[key] = JointProcess.of(predictor().fit(history))
        return self.fitted[key]

    def on(self, history: History, aim: Aimed) -> tuple[tuple[Cell, ...], tuple[Benchmark, ...], Joint]:
        """All cells of an aim's models on benchmarks with scores, those benchmarks, and the joint forecast."""
        process, key = self.of(history), (history.fingerprint, aim.name)
        if key not in self.joints:
            told = [history.benchmarks[b] for b in sorted(models_by_benchmark(history))]
            asked = [(Subject(model), benchmark) for model in aim.models for benchmark in told]
            joint = process.joint([subject.ask(benchmark, history.as_of) for subject, benchmark in asked])
            cells = tuple((subject.model.id, benchmark.id) for subject, benchmark in asked)
            self.joints[key] = cells, tuple(benchmark for _, benchmark in asked), joint
        return self.joints[key]
