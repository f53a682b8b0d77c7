"""``scorecast bench``: how good are the forecasts? Backtests on the user's own records, and public protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scorecast.bench.suites import SUITES
from scorecast.cli.bench_batch import batch
from scorecast.cli.bench_fits import fits
from scorecast.cli.bench_options import (
    Asking,
    Batch,
    Forecasters,
    Fresh,
    HtmlFile,
    Jobs,
    JsonFile,
    Judging,
    suite_command,
)
from scorecast.cli.bench_plan import next_cells, subset
from scorecast.cli.bench_recalibration import recalibration
from scorecast.cli.bench_retrieval import retrieval
from scorecast.cli.bench_runs import list_runs, show_run
from scorecast.cli.bench_service import service

if TYPE_CHECKING:
    from eval.backtest import Finished
    from eval.contestants import Contestant
    from eval.suites import Suite
    from scorecast.bench.backtests import Bench
    from scorecast.workspace import Workspace

app = typer.Typer(help="Measure forecasters out of sample.", no_args_is_help=True)
app.command("retrieval")(retrieval)
app.command("fits")(fits)
app.command("service")(service)
app.command("batch")(batch)
app.command("subset")(subset)
app.command("next")(next_cells)
app.command("recalibration")(recalibration)
app.command("list")(list_runs)
app.command("show")(show_run)


def _measure(name: str, own: Mapping[str, Any], asking: Asking, judging: Judging) -> None:
    from scorecast.bench.backtests import Bench
    from scorecast.cli import session

    judged = _contestants(judging)
    with session.workspace() as workspace:
        suite = _suite(workspace, name, own, asking)
        if asking.save_suite:
            _save(suite, asking.save_suite)
        _judge(Bench.of(workspace, clock=session.now), suite, judged, judging)


for _name in SUITES:
    app.command(_name)(suite_command(_name, _measure))


@app.command("benchpress")
def benchpress(
    *,
    data: Annotated[Path, typer.Option("--data", help="Folder of matrix.json and folds.json.", show_default=False)],
    protocol: Annotated[
        str, typer.Option("--protocol", help="folds (its 30 folds), releases (its newest models), or all.")
    ] = "folds",
    forecaster: Forecasters = None,
    jobs: Jobs = 1,
    batch: Batch = None,
    fresh: Fresh = False,
    json: JsonFile = None,
    html: HtmlFile = None,
) -> None:
    """Ask the public BenchPress protocols, and check the harness by the peer's published figures."""
    from eval.benchpress.leaderboards import order
    from eval.benchpress.protocols import HIDDEN_CELLS
    from eval.benchpress.published import METHOD, check, check_order
    from records.errors import UsageError
    from scorecast.bench import public_protocols
    from scorecast.cli import bench_tables, session
    from scorecast.cli.output import console
    from scorecast.settings import Settings

    if protocol == "all" and (json or html):
        raise UsageError("--json and --html hold one protocol: ask --protocol folds and releases one after the other.")
    public_protocols.check_protocol(protocol)
    judging = Judging(forecaster, jobs, batch, fresh, json, html)
    entrants = _contestants(judging, reference=METHOD)
    with public_protocols.opened(data, Settings.from_environment(), clock=session.now) as bench:
        for suite in public_protocols.suites(data, bench.source, protocol):
            finished = _judge(bench, suite, entrants, judging)
            told = [one.judged for one in finished]
            [judged] = [one for one in told if one.forecaster == METHOD]
            checks = check(judged)
            if suite.name == HIDDEN_CELLS:
                orders = [order(one) for one in told if len(one.answered.table) == len(one.table)]
                console().print(bench_tables.leaderboards(orders))
                checks += tuple(check_order(one) for one in orders if one.forecaster == METHOD)
            console().print(bench_tables.harness_check(checks))


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="Result of a backtest, from --json.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another result of the same suite.", show_default=False)],
) -> None:
    """Hold two results of one suite against each other."""
    from eval.result import Result
    from scorecast.bench.backtests import compared
    from scorecast.cli import bench_tables
    from scorecast.cli.output import console
    from scorecast.settings import Settings

    found = compared(Result.read(first), Result.read(second), Settings.from_environment())
    console().print(bench_tables.comparison(found))
    console().print(found.note)


@app.command("questions")
def questions(
    suite: Annotated[Path, typer.Argument(help="A saved suite (from --save-suite).", show_default=False)],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV file to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write the questions of a suite without their answers, for forecasters that live elsewhere.

    Add the columns level and value, a row a quantile, and judge the file with --forecaster FILE --suite SUITE.
    """
    from eval.suites import load
    from scorecast.bench.backtests import write_questions

    told = load(suite)
    write_questions(told, output, overwrite=force)
    typer.echo(f"{len(told):,} questions in {len(told.folds)} folds written to {output}", err=True)


def _suite(workspace: Workspace, name: str, own: Mapping[str, Any], asking: Asking) -> Suite:
    from eval.suites import load
    from scorecast.bench.asked import BenchAsked, SuiteParameters, asked_suite
    from scorecast.cli import session

    if asking.suite:
        return load(asking.suite)
    asked = BenchAsked(
        suite=name,
        parameters=SuiteParameters.typed(own),
        seed=asking.seed,
        limit=asking.limit,
        as_of=session.parse_date(asking.as_of, "--as-of") if asking.as_of else None,
        without_sources=tuple(asking.without_source or ()),
        only_sources=tuple(asking.only_source or ()),
        strict_dates=asking.strict_dates,
    )
    return asked_suite(workspace.store, asked, today=session.today())


def _contestants(judging: Judging, *, reference: str = "") -> tuple[Contestant, ...]:
    """Find whom to judge, and tell what is wrong with single rows of their files."""
    from scorecast.bench.agent_contestants import Agents
    from scorecast.bench.contestants import contestants, remarks
    from scorecast.cli import bench_tables, session
    from scorecast.settings import Settings

    judged = contestants(
        judging.forecaster or (),
        folder=session.folder(),
        batch=judging.batch,
        reference=reference,
        agents=Agents.of(Settings.from_environment(), think=judging.think or "medium", usd=judging.max_usd),
    )
    for line in bench_tables.first(remarks(judged)):
        typer.echo(line, err=True)
    return judged


def _judge(bench: Bench, suite: Suite, judged: Sequence[Contestant], judging: Judging) -> list[Finished]:
    """Run, show and save; returns the finished runs."""
    from eval.report import write_html
    from records.exporters.writing import write_whole
    from scorecast.bench.backtests import result
    from scorecast.cli import bench_tables
    from scorecast.cli.output import console

    finished = _run(bench, suite, judged, judging)
    found = result(suite, finished)
    screen = console()
    screen.print(bench_tables.forecasters(found))
    if parts := bench_tables.groups(found, order=suite.groups):
        screen.print(parts)
    if remembered := bench_tables.memory(found):
        screen.print(remembered)
    if judging.json:
        write_whole(judging.json, found.write)
    if judging.html:
        write_whole(judging.html, partial(write_html, found, [one.judged for one in finished]))
    return finished


def _run(bench: Bench, suite: Suite, judged: Sequence[Contestant], judging: Judging) -> list[Finished]:
    from scorecast.cli.output import progress

    backtest = bench.backtest(suite, judged, jobs=judging.jobs)
    try:
        with progress(len(judged) * len(suite.folds)) as step:
            return backtest.run(jobs=judging.jobs, fresh=judging.fresh, progress=step)
    except KeyboardInterrupt:
        typer.echo("Interrupted. What was answered is kept: run the same command again to go on.", err=True)
        raise typer.Exit(130) from None


def _save(suite: Suite, path: Path) -> None:
    from eval.suites import save
    from records.exporters.writing import write_whole

    write_whole(path, partial(save, suite))
