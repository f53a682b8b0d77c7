"""``scorecast batch``: forecasts of a whole plan, kept in the store as they come."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.agent_options import Blind, Level, Think, UseAgent
from scorecast.cli.cluster_options import Address, Engine, OnEngine, Processes, Workers, cluster_of

if TYPE_CHECKING:
    from records.importers.rows import Rows
    from records.job import Job
    from scorecast.batch.options import BatchOptions
    from scorecast.batch.plan import Plan
    from scorecast.workspace import Workspace

Repeated = list[str]
GRID = "A grid in place of a file"
LIMITS = "Limits, of the whole job"


class Left(StrEnum):
    """What becomes of items that the agent could not be asked about; as ``scorecast.batch.options.LeftOver``."""

    STATISTICS = "statistics"
    NOT_DONE = "not-done"


def batch(
    plan: Annotated[
        Path | None, typer.Argument(help="CSV, Parquet, JSON or JSON Lines; one row an experiment.", show_default=False)
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Table to write: .csv, .parquet or .jsonl.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Summary page to write, with plots.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
    models: Annotated[str, typer.Option("--models", help="Names, separated by commas.", rich_help_panel=GRID)] = "",
    benchmarks: Annotated[
        str, typer.Option("--benchmarks", help="Names, separated by commas.", rich_help_panel=GRID)
    ] = "",
    setting: Annotated[
        Repeated | None,
        typer.Option("--setting", "-s", help="KEY=VALUE,VALUE such as shots=0,5; repeatable.", rich_help_panel=GRID),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", "-t", help="Give the probability of it.", rich_help_panel=GRID)
    ] = None,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Know only what was published by this date; a row's own date wins.")
    ] = "",
    withhold: Annotated[
        bool, typer.Option("--withhold", help="Forecast as if none of the plan's scores had been reported.")
    ] = False,
    strict_dates: Annotated[
        bool, typer.Option("--strict-dates", help="Trust only reported dates and snapshots.")
    ] = False,
    without_source: Annotated[
        Repeated | None, typer.Option("--without-source", help="Know nothing from this source; repeatable.")
    ] = None,
    forecaster: Annotated[str, typer.Option("--forecaster", help="Which statistical forecaster answers.")] = "pool",
    agent: UseAgent = False,
    think: Think = None,
    blind: Blind = False,
    provider_batch: Annotated[
        bool,
        typer.Option(
            "--provider-batch",
            help="Let the agent's calls wait for batches of the provider (OpenAI Batch): hours, and half the price.",
        ),
    ] = False,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", help="US dollars that may be spent.", rich_help_panel=LIMITS)
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", help="Tokens that may be taken.", rich_help_panel=LIMITS)
    ] = None,
    max_minutes: Annotated[
        float | None, typer.Option("--max-minutes", help="Minutes that this run may take.", rich_help_panel=LIMITS)
    ] = None,
    left_over: Annotated[
        Left,
        typer.Option(
            "--left-over",
            help="Items that the agent could not be asked about: the statistical forecast, flagged, or none.",
            rich_help_panel=LIMITS,
        ),
    ] = Left.STATISTICS,
    workers: Processes = None,
    engine: OnEngine = Engine.LOCAL,
    address: Address = "",
    ray_workers: Workers = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the plan and estimate calls, tokens, cost and time.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Begin nothing while a row is bad.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last job of this plan, if there is one.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell nothing but errors.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each thing to tell.")] = False,
) -> None:
    """Forecast every row of a plan; what is answered is kept at once, so that nothing is lost or paid for twice.

    scorecast batch plan.csv -o forecasts.parquet --html summary.html

    scorecast batch --models "GPT-4.1,Qwen3-32B" --benchmarks gpqa_diamond,aime_2025 -s shots=0,5 -o grid.csv

    scorecast batch plan.csv -o forecasts.csv --agent --max-usd 5 --dry-run

    Columns: model, benchmark; threshold, as_of, known ("gpqa_diamond=71; aime_2025=40"), shots and the other settings;
    facts of your own models and benchmarks as in `scorecast forecast`; all others are carried along.

    Exit codes: 0 all is forecast; 1 it could not be done; 2 the request makes no sense; 3 rows were refused or left
    over; 130 interrupted: --resume goes on.
    """
    from records.errors import UsageError
    from scorecast.agents.home import AgentHome
    from scorecast.batch import jobs
    from scorecast.batch.estimate import estimate
    from scorecast.batch.processes.carriage import begin_server
    from scorecast.batch.processes.sizing import usual
    from scorecast.batch.provider import check_offered
    from scorecast.cli import batch_show, session
    from scorecast.cli.batch_run import check_workers, finish

    cluster = cluster_of(engine, address, ray_workers, workers)
    check_workers(workers, agent=agent)
    options = _options(
        forecaster=forecaster,
        agent=agent,
        think=think.value if think else Level.MEDIUM.value,
        blind=blind,
        provider_batch=provider_batch,
        withhold=withhold,
        strict_dates=strict_dates,
        without_sources=tuple(without_source or ()),
        left_over=left_over.value,
        max_usd=max_usd,
        max_tokens=max_tokens,
        max_minutes=max_minutes,
        output=str(output.absolute()) if output else "",
        html=str(html.absolute()) if html else "",
    )
    if cluster is not None and provider_batch:
        raise UsageError("--provider-batch with --engine ray: one process gathers batches; leave one of them out.")
    if not (output or html or dry_run):
        raise UsageError("Where to? Name a file by --output, or ask for --dry-run.")
    _keep_apart(plan, output, html)
    table, name = _table(plan, models, benchmarks, setting or [], threshold)
    if cluster is None and not (agent or dry_run) and (workers or usual(len(table.rows))) > 1:
        begin_server()  # while the store is opened and the plan is read
    with session.workspace(quiet=quiet or json) as workspace:
        told, options = _read(workspace, table, name, as_of=as_of, options=options)
        if not quiet or json:
            batch_show.tell_plan(told.faults, told.remarks, items=len(told.items), as_json=json)
        if strict and told.faults:
            raise UsageError(f"{len(told.faults)} cells of {name} are wrong, and --strict begins nothing then.")
        if jobs.refused(told.items) == len(told.items):
            raise UsageError(f"No row of {name} asks anything that makes sense.")
        if dry_run:
            found = estimate(told.items, options, AgentHome.of(workspace.settings))
            batch_show.tell_estimate(found, as_json=json)
            return
        check_offered(options, AgentHome.of(workspace.settings))
        job = _job(workspace, told, options, resume=resume, force=force, quiet=quiet or json)
        finish(workspace, job, cluster, workers=workers, quiet=quiet, as_json=json)


def _keep_apart(plan: Path | None, output: Path | None, html: Path | None) -> None:
    """Make sure that no file is written over the plan, or over another one."""
    from records.errors import UsageError

    named = {"the plan": plan, "--output": output, "--html": html}
    taken: dict[Path, str] = {}
    for what, path in named.items():
        if path is not None and (other := taken.setdefault(path.resolve(), what)) != what:
            raise UsageError(f"{what} {path}: that is {other}, which would be lost; choose another name.")


def _options(**told: object) -> BatchOptions:
    """Read the options, naming the one that cannot be."""
    from pydantic import ValidationError

    from records.errors import UsageError
    from scorecast.batch.options import BatchOptions
    from scorecast.questions.own_benchmark import first_problem

    if not told["agent"] and (told["blind"] or told["provider_batch"] or told["think"] != Level.MEDIUM.value):
        raise UsageError("--think, --blind and --provider-batch: only the agent can heed that; add --agent.")
    try:
        return BatchOptions.model_validate(told)
    except ValidationError as error:
        raise UsageError(f"{first_problem(error)}.") from None


def _table(
    plan: Path | None, models: str, benchmarks: str, setting: list[str], threshold: float | None
) -> tuple[Rows, str]:
    """Return the rows of the file or of the grid, and what it is called."""
    from records.errors import UsageError
    from scorecast.batch.plan import grid, plan_file

    gridded = bool(models or benchmarks or setting or threshold is not None)
    if plan is not None and gridded:
        raise UsageError(f"{plan} and a grid (--models, --benchmarks, --setting, --threshold): ask for one of them.")
    if plan is not None:
        return plan_file(plan), plan.name
    if not gridded:
        raise UsageError("Which plan? Name a file, or a grid by --models and --benchmarks.")
    choices = {}
    for item in setting:
        key, equals, values = item.partition("=")
        if not equals or not _listed(values):
            raise UsageError(f"--setting takes KEY=VALUE,VALUE such as shots=0,5; found {item!r}.")
        choices[key.strip()] = _listed(values)
    if threshold is not None:
        if not math.isfinite(threshold):
            raise UsageError(f"--threshold takes a score; found {threshold}.")
        choices["threshold"] = [repr(threshold)]
    return grid(_listed(models), _listed(benchmarks), choices), "grid"


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _read(
    workspace: Workspace, table: Rows, name: str, *, as_of: str, options: BatchOptions
) -> tuple[Plan, BatchOptions]:
    """Read the plan against the store, and complete the options by what the environment says."""
    from scorecast.agents.home import AgentHome
    from scorecast.batch.plan import read_plan
    from scorecast.cli import session
    from scorecast.questions.planned import check_sources
    from scorecast.workspace import forecaster

    catalogue = workspace.store.catalogue()
    check_sources(catalogue, options.without_sources)
    forecaster(options.forecaster)
    told = read_plan(
        table,
        catalogue,
        name=name,
        today=session.today(),
        as_of=session.parse_date(as_of, "--as-of") if as_of else None,
        withhold=options.withhold,
    )
    llm = AgentHome.of(workspace.settings).llm if options.agent else ""
    return told, options.model_copy(update={"llm": llm})


def _job(workspace: Workspace, plan: Plan, options: BatchOptions, *, resume: bool, force: bool, quiet: bool) -> Job:
    """Return the job to work on: the last one of this plan where that is wished, else a new one."""
    from records.exporters.writing import refuse_overwriting
    from scorecast.batch import jobs
    from scorecast.cli import session

    files = jobs.Files.of(options)
    found = jobs.earlier(workspace.store, plan, options)
    if found is not None and resume:
        files.check()
        if not quiet:
            typer.echo(f"Going on with job {found.id} of {found.made_at:%Y-%m-%d %H:%M} UTC.", err=True)
        return workspace.store.jobs.change(found.id, options=options.model_dump_json(), at=session.now())
    files.check()
    for path in options.files:
        refuse_overwriting(path, overwrite=force)
    if found is not None and found.state == "open" and not quiet:
        typer.echo(f"Job {found.id} of the same plan is unfinished; --resume would go on with it.", err=True)
    return jobs.begin(workspace.store, plan, options, now=session.now())
