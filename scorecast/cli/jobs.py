"""``scorecast jobs``: batch jobs that were begun here, from the command line or over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scorecast.cli.cluster_options import Address, Engine, OnEngine, Processes, Workers, cluster_of

if TYPE_CHECKING:
    from records.job import Job
    from scorecast.workspace import Workspace

app = typer.Typer(help="List, show, resume, retry and cancel batch jobs.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(help="Id of the job, or its first digits.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Tell nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="Show at most so many.")] = 20,
    json: AsJson = False,
) -> None:
    """List jobs, the newest first."""
    from rich.table import Table
    from rich.text import Text

    from scorecast.cli import session
    from scorecast.cli.output import console, print_json

    with session.workspace(quiet=json) as workspace:
        found = workspace.store.jobs.all(limit=limit)
        told = [_told(workspace, job) for job in found]
    if json:
        print_json([*told])
        return
    columns = ("id", "begun (UTC)", "plan", "state", "items", "left", "spent", "worked on by")
    table = Table(*columns, box=None, header_style="bold")
    for one in told:
        row = (one["id"], one["made_at"][:16].replace("T", " "), one["name"], one["state"])
        figures = (f"{one['items']:,}", f"{one['left']:,}", f"${one['spent']['usd']:,.2f}")
        table.add_row(*map(Text, (*map(str, row), *figures, _worker(one))))
    console().print(table if told else "There is no job yet: `scorecast batch PLAN -o FILE` begins one.")


@app.command("show")
def show(job_id: JobId, *, json: AsJson = False) -> None:
    """Show where a job stands, and what went wrong how often."""
    from scorecast.batch.engine import jobs_folder
    from scorecast.batch.jobs import progress_of
    from scorecast.batch.provider import going_on
    from scorecast.cli import batch_show, session
    from scorecast.cli.output import print_json

    with session.workspace(quiet=json) as workspace:
        job = workspace.store.jobs.find(job_id)
        told, far = _told(workspace, job), progress_of(workspace.store, job)
        left_behind = going_on(jobs_folder(workspace), job)
    if json:
        print_json(told)
        return
    for line in batch_show.told_lines(job, far, [told["options"]["output"]] if told["options"]["output"] else []):
        typer.echo(line.replace("Written:", "Output:"))
    for line in left_behind:
        typer.echo(line)
    typer.echo(
        f"Plan {job.name}, begun {job.made_at:%Y-%m-%d %H:%M} UTC, last changed {job.changed_at:%Y-%m-%d %H:%M}."
    )
    if worker := _worker(told):
        typer.echo(f"Worked on by {worker}, since {told['worker']['since'][:16].replace('T', ' ')} UTC.")


@app.command("resume")
def resume(
    job_id: JobId,
    *,
    workers: Processes = None,
    engine: OnEngine = Engine.LOCAL,
    address: Address = "",
    ray_workers: Workers = None,
    quiet: Quiet = False,
    json: AsJson = False,
) -> None:
    """Go on with a job and write its files."""
    from records.errors import UsageError
    from records.job import JobState
    from scorecast.cli import session
    from scorecast.cli.batch_run import finish

    cluster = cluster_of(engine, address, ray_workers, workers)
    with session.workspace(quiet=quiet or json) as workspace:
        job = workspace.store.jobs.find(job_id)
        if job.state is JobState.CANCELLED:
            raise UsageError(f"Job {job.id} was cancelled: `scorecast jobs retry {job.id}` opens it again.")
        finish(workspace, job, cluster, workers=workers, quiet=quiet, as_json=json)


@app.command("retry")
def retry(
    job_id: JobId,
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", help="US dollars that the whole job may cost from now on.")
    ] = None,
    workers: Processes = None,
    engine: OnEngine = Engine.LOCAL,
    address: Address = "",
    ray_workers: Workers = None,
    quiet: Quiet = False,
    json: AsJson = False,
) -> None:
    """Ask again what failed, was left over or fell back to statistics; what is cached costs nothing again."""
    from records.errors import UsageError
    from scorecast.batch.jobs import Files, again
    from scorecast.batch.options import BatchOptions
    from scorecast.cli import session
    from scorecast.cli.batch_run import finish

    cluster = cluster_of(engine, address, ray_workers, workers)
    with session.workspace(quiet=quiet or json) as workspace:
        job = workspace.store.jobs.find(job_id)
        told = BatchOptions.of(job).model_dump()
        told |= {"output": str(output.absolute())} if output else {}
        if max_usd is not None:
            if not (told["agent"] and max_usd > 0.0):
                raise UsageError(f"--max-usd {max_usd:g}: a limit lies above 0, and only a job of the agent has one.")
            told["max_usd"] = max_usd
        options = BatchOptions.model_validate(told)
        Files.of(options).check()
        count = again(workspace, job, options, now=session.now())
        if not (quiet or json):
            typer.echo(f"{count:,} items of job {job.id} are asked again.", err=True)
        finish(workspace, workspace.store.jobs.find(job.id), cluster, workers=workers, quiet=quiet, as_json=json)


@app.command("cancel")
def cancel(job_id: JobId) -> None:
    """Cancel a job, also at the provider; what is settled stays, and who works on it stops within seconds."""
    from records.job import JobState
    from scorecast.agents.home import AgentHome
    from scorecast.batch import jobs
    from scorecast.batch.engine import jobs_folder
    from scorecast.batch.provider import cancel_batches, going_on
    from scorecast.cli import session

    with session.workspace() as workspace:
        job, folder = workspace.store.jobs.find(job_id), jobs_folder(workspace)
        left_behind = job.state is JobState.DONE and going_on(folder, job)  # of a run whose time was up
        if not left_behind:
            job = jobs.cancel(workspace.store, job, now=session.now())
        for line in cancel_batches(folder, job, AgentHome.of(workspace.settings)):
            typer.echo(line)
    state = "is done" if left_behind else "is cancelled"
    typer.echo(f"Job {job.id} {state}; `scorecast jobs retry {job.id}` would open it again.")


def _told(workspace: Workspace, job: Job) -> dict[str, Any]:
    from scorecast.batch.jobs import job_json, working_on

    lease = working_on(workspace, [job]).get(job.id)
    worker = {"host": lease.holder.host, "process": lease.holder.process} if lease else None
    since = {"since": lease.taken_at.isoformat()} if lease else {}
    return job_json(workspace, job) | {"worker": worker and worker | since}


def _worker(told: dict[str, Any]) -> str:
    worker = told["worker"]
    return f"process {worker['process']} on {worker['host']}" if worker else ""
