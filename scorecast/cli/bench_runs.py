"""``scorecast bench list`` and ``show``: the benchmark runs that services on this home were given, by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scorecast.bench.served.folder import BenchRun, BenchRuns

RunId = Annotated[str, typer.Argument(help="Id of the run, or its first digits.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def list_runs(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="Show at most so many.")] = 20,
    json: AsJson = False,
) -> None:
    """List the runs that services were asked for, the newest first."""
    from rich.table import Table
    from rich.text import Text

    from scorecast.bench.served.told import standing
    from scorecast.cli.output import console, print_json

    found = _runs().all()[:limit]
    if json:
        print_json([standing(run) for run in found])
        return
    columns = ("id", "begun (UTC)", "suite", "state", "answered", "begun by")
    table = Table(*columns, box=None, header_style="bold")
    for run in found:
        begun = run.begun
        row = (f"{begun.made_at:%Y-%m-%d %H:%M}", begun.asked.suite, run.state.value, _answered(run), begun.user)
        table.add_row(*map(Text, (run.id, *row)))
    console().print(table if found else "There is no run yet: the service takes them at /v1/bench-runs.")


def show_run(run_id: RunId, *, json: AsJson = False) -> None:
    """Show where a run stands, and what it has shown once it is done."""
    from scorecast.bench.served.told import shown
    from scorecast.cli.output import print_json

    run = _runs().like(run_id)
    if json:
        print_json(shown(run))
        return
    begun, ended = run.begun, run.ended
    typer.echo(f"Benchmark run {run.id} is {run.state.value}: {begun.asked.suite}, {_answered(run) or 'not begun'}.")
    typer.echo(f"Begun {begun.made_at:%Y-%m-%d %H:%M} UTC{f' by {begun.user}' if begun.user else ''}.")
    if ended:
        typer.echo(f"Ended {ended.at:%Y-%m-%d %H:%M} UTC. {ended.reason}".rstrip())
    _scores(run)


def _scores(run: BenchRun) -> None:
    """Print the scores of a run that is done."""
    from scorecast.bench.served.folder import RunState
    from scorecast.bench.served.scores import REPORT, SUMMARY, Summary
    from scorecast.cli import bench_tables
    from scorecast.cli.output import console

    if run.state is not RunState.DONE:
        return
    summary = Summary.model_validate_json((run.folder / SUMMARY).read_bytes())
    console().print(bench_tables.forecasters(summary.result))
    typer.echo(summary.headline)
    typer.echo(f"Report: {run.folder / REPORT}")


def _runs() -> BenchRuns:
    from scorecast.bench.served.folder import BenchRuns
    from scorecast.settings import Settings

    return BenchRuns.of(Settings.from_environment())


def _answered(run: BenchRun) -> str:
    """How many of all questions to all forecasters are answered."""
    parts = run.progress.parts
    return f"{sum(part.answered for part in parts):,} of {sum(part.questions for part in parts):,}" if parts else ""
