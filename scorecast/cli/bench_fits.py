"""``scorecast bench fits``: what fitting takes as records grow."""

from __future__ import annotations

from typing import Annotated

import typer

from scorecast.cli.bench_options import Seed


def fits(
    *,
    records: Annotated[
        list[int] | None, typer.Option("--records", min=100, max=500_000, help="Records to fit on; repeatable.")
    ] = None,
    forecaster: Annotated[
        list[str] | None, typer.Option("--forecaster", "-f", help="Whom to measure; repeatable. Default: the pool.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Measure time and memory of a fit on made-up records, each in a process of its own."""
    from rich.table import Table

    from predictors.registry import DEFAULT
    from scorecast.bench.fit_speed import QUESTIONS, fit_costs
    from scorecast.cli.output import console

    table = Table(
        "forecaster",
        "records",
        "fit s",
        "CPU s",
        f"{QUESTIONS:,} forecasts s",
        "peak MB",
        box=None,
        header_style="bold",
    )
    for cost in fit_costs(forecaster or [DEFAULT], records or [1_000, 5_000, 20_000, 100_000], seed=seed):
        typer.echo(f"{cost.predictor}, {cost.records:,} records: {cost.fit_seconds:.1f} s", err=True)
        seconds = (f"{value:.2f}" for value in (cost.fit_seconds, cost.cpu_seconds, cost.forecast_seconds))
        table.add_row(cost.predictor, f"{cost.records:,}", *seconds, f"{cost.megabytes:,.0f}")
    console().print(table)
