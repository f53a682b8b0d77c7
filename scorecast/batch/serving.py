"""Working on jobs inside a service: one after the other in a thread, and again after a restart.

Several processes of one service may share the jobs: whoever holds a job's lock works on it.
"""

from __future__ import annotations

import logging
import queue
import threading

from records.errors import ScorecastError, UsageError
from records.job import Job, JobState
from scorecast.batch.engine import Engine
from scorecast.batch.options import BatchOptions
from scorecast.batch.settling import Clock
from scorecast.workspace import Workspace

LOG = logging.getLogger("scorecast.batch")


class JobRunner:
    """Works on the jobs that a service was given."""

    def __init__(self, workspace: Workspace, *, clock: Clock) -> None:
        self._store, self._stopped = workspace.store, threading.Event()
        self._engine = Engine(workspace, clock, stopped=self._stopped.is_set)
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
        found = [job for job in self._store.jobs.all(state=JobState.OPEN, limit=1_000) if BatchOptions.of(job).served]
        for job in reversed(found):
            self.add(job)
        return len(found)

    def close(self) -> None:
        """Stop soon; what is answered is settled, and the rest waits for the next start."""
        self._stopped.set()
        self._waiting.put(None)
        self._thread.join()

    def _work_all(self) -> None:
        while (job_id := self._waiting.get()) is not None and not self._stopped.is_set():
            try:
                job = self._store.jobs.find(job_id)
                if job.state is JobState.OPEN:
                    self._engine.work(job)
            except UsageError as error:
                LOG.info("job %s waits: %s", job_id, error)
            except ScorecastError as error:
                LOG.warning("job %s stopped and can be retried: %s", job_id, error)
            except Exception:
                LOG.exception("job %s stopped", job_id)
