"""Work on batch jobs for as long as the service runs; jobs that a restart interrupted go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from scorecast.batch.serving import JobRunner
from scorecast.service.desk import Desk

LOG = logging.getLogger("scorecast.service")


@contextmanager
def at_work(desk: Desk) -> Iterator[JobRunner]:
    """Yield what works on jobs; it stops when the service does, and loses nothing.

    Raises:
        StoreError: the jobs cannot be read.
    """
    runner = JobRunner(desk.workspace, clock=desk.clock)
    try:
        if count := runner.resume():
            LOG.info("going on with %d jobs", count)
        yield runner
    finally:
        runner.close()
