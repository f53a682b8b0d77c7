"""How long a batch of statistics takes: a made-up plan on the starter corpus, in a store of its own, step by step.

Processor time and memory are those of this process; workers on this machine tell theirs, those of a cluster do not.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from records.importers.rows import Rows
from records.names.catalogue import Catalogue
from scorecast.batch import jobs
from scorecast.batch.crew import Calling
from scorecast.batch.engine import Engine, jobs_folder
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import read_plan, table_of
from scorecast.batch.processes.carriage import begin_server
from scorecast.batch.processes.crew import on_machine
from scorecast.batch.processes.serving import Used, peak
from scorecast.batch.progress import Progress
from scorecast.settings import Settings
from scorecast.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from scorecast.batch.cluster.connecting import Cluster

T = TypeVar("T")


class Step(NamedTuple):
    """What one step took: seconds by the clock and of processors, and the peak of the process after it.

    ``within`` says that it is a part of the step before it.
    """

    name: str
    seconds: float
    cpu_seconds: float
    megabytes: float
    within: bool = False


def measure(
    settings: Settings,
    *,
    items: int,
    seed: int,
    now: dt.datetime,
    busy: Callable[[str], None],
    cluster: Cluster | None = None,
    workers: int = 1,
) -> Iterator[Step]:
    """Forecast a made-up plan; the forecaster is fitted before the first step, the user's store is not touched.

    Args:
        settings: whose kept fits are used.
        items: of the plan.
        seed: of its models and benchmarks.
        now: as of when it is forecast.
        busy: told before work that takes seconds.
        cluster: where; None for this machine.
        workers: processes of this machine.

    Raises:
        StoreError: the home or the folder for temporary files cannot be written to.
    """
    with tempfile.TemporaryDirectory(prefix="scorecast-batch-") as folder:
        apart = replace(settings, database_url=f"sqlite:///{Path(folder) / 'store.db'}")
        with open_workspace(apart, now=now, busy=busy) as workspace:
            _fit(workspace, now)
            used: list[Used] = []
            if cluster is not None:
                from scorecast.batch.cluster.crew import on_cluster

                crew, workers = on_cluster(cluster, settings, busy=busy), 1
            else:
                crew = on_machine(workers, busy=busy, ended=used.extend)
            table = made_up(workspace.store.catalogue(), items, seed=seed)
            if workers > 1:
                begin_server()  # as the command does once it has the rows
            yield from _steps(workspace, Path(folder), table, now, crew, used)


def _fit(workspace: Workspace, now: dt.datetime) -> None:
    pipeline = workspace.pipeline()
    pipeline.predictor.fit(pipeline.source.history(as_of=now.date()))


def _steps(
    workspace: Workspace, folder: Path, table: Rows, now: dt.datetime, crew: Calling, used: Sequence[Used]
) -> Iterator[Step]:
    catalogue, options = workspace.store.catalogue(), BatchOptions(output=str(folder / "forecasts.parquet"))
    plan, step = _timed("read the plan", lambda: read_plan(table, catalogue, name="made up", today=now.date()))
    yield step
    job, step = _timed("keep it", lambda: jobs.begin(workspace.store, plan, options, now=now))
    yield step
    watch = _Watch()
    _, step = _timed(
        "forecast and enter in the ledger", lambda: Engine(workspace, lambda: now, watch.tell, crew=crew).work(job)
    )
    yield step
    if watch.first is not None:
        yield watch.first
    if used:
        cpu, most = sum(one.cpu_seconds for one in used), max(one.megabytes for one in used)
        yield Step(f"  {len(used)} workers, each up to so many MB", step.seconds, cpu, most, within=True)
    _, step = _timed("write Parquet", lambda: jobs.Files.of(options).write(workspace.store, job))
    yield step
    for left in jobs_folder(workspace).glob(f"{job.id}.*"):
        left.unlink()


def made_up(catalogue: Catalogue, items: int, *, seed: int) -> Rows:
    """Return a plan that asks models about benchmarks, as many of the ones as of the others, drawn at random."""
    rng, side = np.random.default_rng(seed), math.ceil(math.sqrt(items))
    drawn = [rng.choice(list(names), size=side) for names in (catalogue.models, catalogue.benchmarks)]
    pairs = islice(product(*drawn), items)
    return table_of({"run": f"run {n}", "model": str(m), "benchmark": str(b)} for n, (m, b) in enumerate(pairs))


class _Watch:
    """Notes when the first items are settled: until then a cluster is called together and gets what was fitted."""

    def __init__(self) -> None:
        self._started, self._cpu = time.perf_counter(), time.process_time()
        self.first: Step | None = None

    def tell(self, far: Progress) -> None:
        if self.first is None:
            seconds, cpu = time.perf_counter() - self._started, time.process_time() - self._cpu
            self.first = Step(f"  of which until the first {far.settled:,}", seconds, cpu, peak(), within=True)


def _timed(name: str, work: Callable[[], T]) -> tuple[T, Step]:
    started, cpu = time.perf_counter(), time.process_time()
    done = work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return done, Step(name, seconds, cpu, peak())
