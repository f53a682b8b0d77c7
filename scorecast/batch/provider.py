"""Batches of the provider under a job: whether there are any, how far they are, what goes on without us."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.access.batched.batching import Rounds
from agent.access.batched.journal import Kept, read_journal
from agent.access.pausing import Pause
from agent.access.settings import AccessSettings
from records.errors import StoreError, UsageError
from records.job import Job, JobState
from records.store import Store
from scorecast.agents.home import AgentHome
from scorecast.batch.options import BatchOptions
from scorecast.batch.progress import Paused, Progress

LOOKS = 5.0
"""Seconds between two looks whether a job was cancelled."""


def journal_of(folder: Path, job_id: str) -> Path:
    """The file of the batches of a job."""
    return folder / f"{job_id}.batches"


def check_offered(options: BatchOptions, home: AgentHome) -> None:
    """Make sure, before anything is asked, that the provider takes batches.

    Raises:
        UsageError: it does not.
        AgentError: it could not be asked.
    """
    if not options.provider_batch or not isinstance(home.access, AccessSettings):
        return
    from agent.access.batched.desk import offered

    if not offered(home.access):
        raise UsageError(
            f"--provider-batch: {home.access.host} has no batch API (nothing at /batches). Nothing was asked; "
            "leave the option out to ask directly."
        )


@dataclass
class Relay:
    """Tells how far a job is also while nothing is settled for hours, and looks whether it shall go on.

    Attributes:
        store: which knows whether the job was cancelled.
        job: the job.
        tell: told of the progress.
        stopped: whether to stop soon.
        last: the progress that was told last.
    """

    store: Store
    job: Job
    tell: Callable[[Progress], object]
    stopped: Callable[[], bool]
    last: Progress
    _looked: float = field(default_factory=time.monotonic)

    def progress(self, far: Progress) -> None:
        """Tell what was settled."""
        self.last = replace(far, rounds=self.last.rounds)
        self.tell(self.last)

    def pause(self, pause: Pause) -> None:
        """Tell why nothing moves; what is settled next ends that."""
        self.last = replace(self.last, pause=Paused(pause, time.monotonic() + pause.seconds))
        self.tell(self.last)

    def rounds(self, rounds: Rounds) -> None:
        """Tell which batches are on their way."""
        self.last = replace(self.last, rounds=rounds)
        self.tell(self.last)

    def go_on(self) -> bool:
        """Whether the job is still wanted."""
        if self.stopped():
            return False
        if time.monotonic() - self._looked < LOOKS:
            return True
        self._looked = time.monotonic()
        with suppress(StoreError):  # whoever settles meets it
            return self.store.jobs.find(self.job.id).state is not JobState.CANCELLED
        return True


def going_on(folder: Path, job: Job) -> list[str]:
    """Say which batches of a job go on at the provider though nobody works on it here."""
    return [_going_on(kept) for kept in read_journal(journal_of(folder, job.id)) if kept.file_id]


def _going_on(kept: Kept) -> str:
    name = kept.batch_id or f"of file {kept.file_id}"
    return f"Batch {name} with {len(kept.requests):,} requests goes on at the provider, and is charged."


def cancel_batches(folder: Path, job: Job, home: AgentHome) -> list[str]:
    """Ask the provider to stop working on the batches of a job; returns what to tell, a line for each."""
    kept = [one for one in read_journal(journal_of(folder, job.id)) if one.batch_id]
    if not kept or not isinstance(home.access, AccessSettings):
        return going_on(folder, job)
    from agent.access.batched.desk import cancel

    return cancel(home.access, kept)
