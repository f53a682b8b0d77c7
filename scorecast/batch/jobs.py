"""Jobs from beginning to end, for every adapter: begun from a plan, worked on, cancelled, asked again, written out."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.access.spending import Spent
from records.errors import UsageError
from records.job import AGAIN, Item, ItemState, Job, JobState
from records.lease import Lease
from records.store import Store
from scorecast.batch.engine import jobs_folder
from scorecast.batch.options import BatchOptions
from scorecast.batch.output import check_output, check_writable, table_of, write_table, write_text
from scorecast.batch.plan import Plan
from scorecast.batch.progress import Progress, common
from scorecast.batch.working import worker_of, workers
from scorecast.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def begin(
    store: Store,
    plan: Plan,
    options: BatchOptions,
    *,
    now: dt.datetime,
    owner: str = "",
    user: str = "",
    job_id: str | None = None,
) -> Job:
    """Keep a plan as a new job; nothing is asked yet.

    Raises:
        StoreError: the database refused; nothing was kept.
    """
    job = Job(
        id=job_id or secrets.token_hex(6),
        owner=owner,
        user=user,
        name=plan.name[:200],
        digest=options.digest(plan.digest),
        options=options.model_dump_json(),
        made_at=now,
        changed_at=now,
        size=len(plan.items),
    )
    store.jobs.add(job, plan.items)
    return job


def earlier(store: Store, plan: Plan, options: BatchOptions) -> Job | None:
    """Return the newest job of the same plan, asked for in the same way; None where there is none."""
    return store.jobs.newest(options.digest(plan.digest))


def cancel(store: Store, job: Job, *, now: dt.datetime) -> Job:
    """Cancel a job; whoever works on it stops soon, and what is settled stays.

    Raises:
        UsageError: it is done already.
    """
    if job.state is JobState.DONE:
        raise UsageError(f"Job {job.id} is done: there is nothing to cancel.")
    return store.jobs.set_state(job.id, JobState.CANCELLED, at=now)


def again(workspace: Workspace, job: Job, options: BatchOptions, *, now: dt.datetime) -> int:
    """Open again what was not done, failed or fell back to statistics; returns how many items are open now.

    Raises:
        UsageError: somebody works on it.
    """
    if lease := worker_of(workspace.store, jobs_folder(workspace), job.id):
        raise UsageError(f"Job {job.id} is being worked on by {lease.holder}: wait for it, or cancel it.")
    return workspace.store.jobs.reopen(job.id, at=now, options=options.model_dump_json())


def progress_of(store: Store, job: Job) -> Progress:
    """Tell how far a job is."""
    spent = Spent.model_validate_json(job.spent)
    return Progress(job.size, store.jobs.tally(job.id), spent=spent, reasons=common(store.jobs.reasons(job.id)))


def to_ask_again(progress: Progress) -> int:
    """How many items a retry would ask again."""
    return sum(progress.tally.get(state, 0) for state in AGAIN)


def table(store: Store, job: Job) -> pd.DataFrame:
    """Return what came of a job, one row an item, in the order of its plan."""
    return table_of(store.jobs.each_outcome(job.id))


@dataclass(frozen=True)
class Files:
    """What a job is written to.

    Attributes:
        output: table of the forecasts; None for none.
        html: summary page; None for none.
    """

    output: Path | None = None
    html: Path | None = None

    @classmethod
    def of(cls, options: BatchOptions) -> Files:
        """Read them from the options of a job."""
        return cls(Path(options.output) if options.output else None, Path(options.html) if options.html else None)

    def check(self) -> None:
        """Make sure, before anything is asked, that they can be written.

        Raises:
            UsageError: one of them cannot.
        """
        if self.output:
            check_output(self.output)
        if self.html:
            check_writable(self.html)

    def write(self, store: Store, job: Job) -> None:
        """Write them whole.

        Raises:
            UsageError: one of them cannot be written.
        """
        if not (self.output or self.html):
            return
        frame = table(store, job)
        if self.output:
            write_table(frame, self.output)
        if self.html:
            from scorecast.batch.summary import page

            text = page(frame, store.jobs.find(job.id), progress_of(store, job))
            write_text(self.html, text)


def working_on(workspace: Workspace, listed: Sequence[Job]) -> dict[str, Lease]:
    """Return who works on which of these jobs, by id."""
    open_jobs = [job.id for job in listed if job.state is JobState.OPEN]
    return workers(workspace.store, jobs_folder(workspace), open_jobs)


def job_json(workspace: Workspace, job: Job) -> dict[str, Any]:
    """Return where a job stands, as JSON values; ``running`` where somebody works on it, here or elsewhere."""
    far = progress_of(workspace.store, job).as_json()
    running = bool(working_on(workspace, [job]))
    return {
        "id": job.id,
        "name": job.name,
        "state": "running" if running else job.state.value,
        "made_at": job.made_at.isoformat(),
        "changed_at": job.changed_at.isoformat(),
        "items": job.size,
        "left": far["left"],
        "states": far["states"],
        "spent": far["spent"],
        "reasons": far["reasons"],
        "options": BatchOptions.of(job).model_dump(mode="json"),
    }


def refused(items: Sequence[Item]) -> int:
    """How many rows of a plan ask nothing that makes sense."""
    return sum(item.state is ItemState.REFUSED for item in items)
