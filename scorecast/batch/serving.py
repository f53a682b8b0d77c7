"""Working on jobs inside a service: one after the other in a thread, and again after a restart.

Several processes and machines may share the jobs: whoever holds a job works on it. While there is nothing to do, the
open jobs are looked at every few seconds, so that one whose worker died is gone on with by another.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator

from records.errors import ScorecastError, UsageError
from records.job import Job, JobState
from scorecast.batch.engine import Engine
from scorecast.batch.jobs import working_on
from scorecast.batch.options import BatchOptions
from scorecast.batch.settling import Clock
from scorecast.workspace import Workspace

LOG = logging.getLogger("scorecast.batch")
EVERY = 5.0
"""Seconds between two looks at open jobs."""
LAST_WORDS = 5.0
"""Seconds in which a job comes to a stop when the service does."""
REST = 60.0
"""Seconds for which a job that broke off by itself is left alone."""


class JobRunner:
    """Works on the jobs that a service was given."""

    def __init__(self, workspace: Workspace, *, clock: Clock, every: float = EVERY) -> None:
        self._workspace, self._store, self._stopped = workspace, workspace.store, threading.Event()
        self._engine = Engine(workspace, clock, stopped=self._stopped.is_set)
        self._every = every
        self._resting: dict[str, int] = {}
        """Looks that are left until a job that broke off is tried again."""
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work_all, name="jobs", daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Work on a job as soon as those before it are done."""
        self._waiting.put(job.id)

    def resume(self) -> int:
        """Go on with every open job that a service was given; returns their number.

        Raises:
            StoreError: the store cannot be read.
        """
        found = self._open()
        for job in found:
            self.add(job)
        return len(found)

    def close(self) -> None:
        """Stop soon; what is answered is settled, and the rest, a fit in the middle too, waits for the next start."""
        self._stopped.set()
        self._waiting.put(None)
        self._thread.join(LAST_WORDS)

    def _open(self) -> list[Job]:
        """The open jobs that services were given, the oldest first."""
        found = self._store.jobs.all(state=JobState.OPEN, limit=1_000)
        return [job for job in reversed(found) if BatchOptions.of(job).served]

    def _work_all(self) -> None:
        for job_id in self._next():
            if self._stopped.is_set():
                return
            self._work(job_id)

    def _next(self) -> Iterator[str]:
        """Yield the jobs that come in, and while none does those that nobody works on."""
        while True:
            try:
                job_id = self._waiting.get(timeout=self._every)
            except queue.Empty:
                yield from self._left()
                continue
            if job_id is None:
                return
            yield job_id

    def _left(self) -> list[str]:
        """Open jobs that nobody works on, at most one: others may have come in when it is done."""
        try:
            found = self._open()
            busy = working_on(self._workspace, found)
        except ScorecastError as error:
            LOG.warning("jobs that are left cannot be seen: %s", error)
            return []
        # Who is worked on by another did not break off: what follows when that one ends is another matter.
        self._resting = {key: looks - 1 for key, looks in self._resting.items() if looks > 1 and key not in busy}
        return [job.id for job in found if job.id not in busy and job.id not in self._resting][:1]

    def _work(self, job_id: str) -> None:
        self._resting[job_id] = round(REST / self._every) + 1
        try:
            job = self._store.jobs.find(job_id)
            if job.state is JobState.OPEN:
                self._engine.work(job)
        except UsageError as error:
            LOG.info("job %s waits: %s", job_id, error)
        except ScorecastError as error:
            LOG.warning("job %s stopped and is tried again: %s", job_id, error)
        except Exception:
            LOG.exception("job %s stopped", job_id)
        else:
            del self._resting[job_id]
