"""Working on a job from the command line: shown while it runs, written when it ends, told what to do when it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.job import Job
    from scorecast.batch.cluster.connecting import Cluster
    from scorecast.batch.crew import Calling
    from scorecast.settings import Settings
    from scorecast.workspace import Workspace


def finish(workspace: Workspace, job: Job, cluster: Cluster | None = None, *, quiet: bool, as_json: bool) -> None:
    """Work on a job until it is done, here or on a cluster, and write its files.

    Raises:
        StoreError, UsageError, ClusterFailed: with what to do to go on.
    """
    from records.errors import StoreError, UsageError
    from records.job import JobState
    from scorecast.batch.cluster.errors import ClusterFailed
    from scorecast.batch.engine import Engine
    from scorecast.batch.jobs import Files
    from scorecast.batch.options import BatchOptions
    from scorecast.cli import batch_show, session

    how = f"`scorecast jobs resume {job.id}` goes on."
    try:
        with batch_show.watching(job, quiet=quiet, as_json=as_json) as tell:
            crew = crew_of(workspace.settings, cluster, busy=workspace.busy)
            far = Engine(workspace, session.now, tell, crew=crew).work(job)
        options = BatchOptions.of(job)
        job = workspace.store.jobs.find(job.id)
        if not far.left:
            Files.of(options).write(workspace.store, job)
    except KeyboardInterrupt:
        typer.echo(f"Interrupted; what was answered is kept: {how}", err=True)
        batch_show.tell_going_on(workspace, job, how="resume")
        raise typer.Exit(130) from None
    except (StoreError, UsageError, ClusterFailed) as error:
        raise type(error)(f"{error} What was answered is kept: {how}") from error
    written = [str(path) for path in options.files] if not far.left else []
    if not (quiet or as_json):
        batch_show.tell_going_on(workspace, job, how="resume" if job.state is JobState.OPEN else "retry")
    batch_show.tell_end(job, far, written, quiet=quiet, as_json=as_json)


def crew_of(settings: Settings, cluster: Cluster | None, *, busy: Callable[[str], None]) -> Calling:
    """Return what calls together who works: this process, or a cluster where one is given."""
    from scorecast.batch.crew import alone

    if cluster is None:
        return alone
    from scorecast.batch.cluster.crew import on_cluster

    return on_cluster(cluster, settings, busy=busy)
