"""``scorecast bench batch``: what a batch of statistics takes."""

from __future__ import annotations

from typing import Annotated

import typer

from scorecast.cli.bench_options import Seed
from scorecast.cli.cluster_options import Address, Engine, OnEngine, Processes, Workers, cluster_of


def batch(
    *,
    items: Annotated[int, typer.Option("--items", min=1, max=100_000, help="Items of the plan.")] = 10_000,
    workers: Processes = None,
    engine: OnEngine = Engine.LOCAL,
    address: Address = "",
    ray_workers: Workers = None,
    seed: Seed = 0,
) -> None:
    """Measure time and memory of a batch on a made-up plan, once the forecaster is fitted.

    CPU s and peak MB are those of the command itself; what its worker processes take is told in a line of its own.
    """
    from rich.table import Table

    from scorecast.batch.processes.sizing import usual
    from scorecast.batch.speed import measure
    from scorecast.cli import session
    from scorecast.cli.output import console
    from scorecast.settings import Settings

    table = Table("step", "s", "CPU s", "peak MB", box=None, header_style="bold")
    total = cpu = 0.0
    settings = Settings.from_environment()
    steps = measure(
        settings,
        items=items,
        seed=seed,
        now=session.now(),
        busy=session.tell,
        cluster=cluster_of(engine, address, ray_workers, workers),
        workers=workers or usual(items),
    )
    for step in steps:
        table.add_row(step.name, f"{step.seconds:.2f}", f"{step.cpu_seconds:.2f}", f"{step.megabytes:,.0f}")
        if not step.within:
            total, cpu = total + step.seconds, cpu + step.cpu_seconds
    table.add_row(f"{items:,} items in all", f"{total:.2f}", f"{cpu:.2f}", "")
    console().print(table)
