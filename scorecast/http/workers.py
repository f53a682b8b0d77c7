"""Workers: several processes that serve one socket; who dies is replaced, and all end together.

Each worker is a fresh interpreter that gets the listening socket handed over. The operating system gives each
connection to one of them.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from socket import socket
from types import FrameType

LOG = logging.getLogger("scorecast.http")

QUICK = 5.0
"""Seconds: a worker that ends sooner than this has a fault that the next one would have too."""

MOST_QUICK = 3
"""Workers in succession that may end so soon before the service gives up."""

Work = Callable[[socket], None]


class Workers:
    """The workers of one service.

    Attributes:
        work: what each does; a module's function or a partial of one, since it goes to another process.
        listening: the socket that they share.
        count: how many there are.
        patience: seconds that they may take to end.
    """

    def __init__(self, work: Work, listening: socket, *, count: int, patience: float) -> None:
        self._work, self._listening, self._patience = work, listening, patience
        self._context = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        self._quick = 0
        self._count = count
        self._workers: dict[SpawnProcess, float] = {}

    def run(self) -> bool:
        """Serve until told to stop by SIGTERM or SIGINT; returns False when workers could not be kept alive."""
        with self._signals():
            for _ in range(self._count):
                self._start()
            while not self._stopping.is_set() and self._quick < MOST_QUICK:
                wait([worker.sentinel for worker in self._workers], timeout=0.2)
                self._replace_the_dead()
            self._end()
        return self._quick < MOST_QUICK

    def _start(self) -> None:
        worker = self._context.Process(target=_begin, args=(self._work, self._listening, os.getpid()))
        worker.start()
        self._workers[worker] = time.monotonic()
        LOG.info("worker %d began", worker.pid)

    def _replace_the_dead(self) -> None:
        dead = [worker for worker in self._workers if worker.exitcode is not None]
        for worker in dead:
            lived = time.monotonic() - self._workers.pop(worker)
            if self._stopping.is_set():
                return
            LOG.warning(
                "worker %d ended with %s after %.0f s: another takes its place", worker.pid, worker.exitcode, lived
            )
            failed = lived < QUICK and (worker.exitcode or 0) > 0  # ended by itself, not by a signal
            self._quick = self._quick + 1 if failed else 0
            self._start()

    def _end(self) -> None:
        """Tell all to finish what they do, and end those that take too long."""
        last = time.monotonic() + self._patience
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join(max(0.0, last - time.monotonic()))
            if worker.exitcode is None:
                LOG.error("worker %d did not end in time", worker.pid)
                worker.kill()
                worker.join()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stopping.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _begin(work: Work, listening: socket, parent: int) -> None:
    """Run in a worker: it does not outlive the process that would replace it."""
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    work(listening)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
