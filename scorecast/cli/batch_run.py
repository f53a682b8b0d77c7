"""Working on a job from the command line: shown while it runs, written when it ends, told what to do when it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from records.job import Job
    from scorecast.batch.cluster.connecting import Cluster
    from scorecast.batch.crew import Calling
    from scorecast.workspace import Workspace


def finish(
    workspace: Workspace,
    job: Job,
    cluster: Cluster | None = None,
    *,
    workers: int | None = None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Work on a job until it is done, here or on a cluster, and write its files.

    Args:
        workspace: with the store that holds it.
        job: what to do.
        cluster: where; None for this machine.
        workers: processes of this machine; as many as are worth their start by default.
        quiet: tell nothing but errors.
        as_json: tell JSON lines.

    Raises:
        StoreError, UsageError, WorkersFailed: with what to do to go on.
    """
    from records.errors import StoreError, UsageError
    from records.job import JobState
    from scorecast.batch.engine import Engine
    from scorecast.batch.jobs import Files
    from scorecast.batch.options import BatchOptions
    from scorecast.batch.sent.errors import WorkersFailed
    from scorecast.cli import batch_show, session

    how = f"`scorecast jobs resume {job.id}` goes on."
    try:
        with batch_show.watching(job, quiet=quiet, as_json=as_json) as tell:
            crew = crew_of(workspace, job, cluster, workers)
            far = Engine(workspace, session.now, tell, crew=crew).work(job)
        options = BatchOptions.of(job)
        job = workspace.store.jobs.find(job.id)
        if not far.left:
            Files.of(options).write(workspace.store, job)
    except KeyboardInterrupt:
        typer.echo(f"Interrupted; what was answered is kept: {how}", err=True)
        batch_show.tell_going_on(workspace, job, how="resume")
        raise typer.Exit(130) from None
    except (StoreError, UsageError, WorkersFailed) as error:
        raise type(error)(f"{error} What was answered is kept: {how}") from error
    written = [str(path) for path in options.files] if not far.left else []
    if not (quiet or as_json):
        batch_show.tell_going_on(workspace, job, how="resume" if job.state is JobState.OPEN else "retry")
    batch_show.tell_end(job, far, written, quiet=quiet, as_json=as_json)


def crew_of(workspace: Workspace, job: Job, cluster: Cluster | None, workers: int | None) -> Calling:
    """Return what calls together who works on a job: this process, several, or a cluster where one is given.

    Raises:
        UsageError: several processes for conversations of the agent.
    """
    from records.job import ItemState
    from scorecast.batch.crew import alone
    from scorecast.batch.options import BatchOptions
    from scorecast.batch.processes.crew import on_machine
    from scorecast.batch.processes.sizing import usual

    if cluster is not None:
        from scorecast.batch.cluster.crew import on_cluster

        return on_cluster(cluster, workspace.settings, busy=workspace.busy)
    agent = BatchOptions.of(job).agent
    check_workers(workers, agent=agent)
    if agent:
        return alone
    left = workspace.store.jobs.tally(job.id).get(ItemState.OPEN, 0)
    return on_machine(workers or usual(left), busy=workspace.busy)


def check_workers(workers: int | None, *, agent: bool) -> None:
    """Make sure that who asks for several processes has something for them to do.

    Raises:
        UsageError: the agent waits for its calls, which one process does as well.
    """
    from records.errors import UsageError

    if agent and (workers or 1) > 1:
        raise UsageError("--workers spreads statistics; conversations of the agent wait for calls: leave it out.")
