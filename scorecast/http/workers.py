"""Workers: several processes that serve one socket; who dies or hangs is replaced, and all end together.

Each worker is a fresh interpreter that gets the listening socket handed over. The operating system gives each
connection to one of them. A worker shows that it is awake by a beat every second, from the loop that answers requests.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from socket import socket
from types import FrameType

LOG = logging.getLogger("scorecast.http")

QUICK = 5.0
"""Seconds: a worker that ends sooner than this has a fault that the next one would have too."""

MOST_QUICK = 3
"""Workers in succession that may end so soon before the service gives up."""

BEGINNING = 120.0
"""Seconds that a worker may take until its first beat."""

Beat = Callable[[], None]
"""Called by a worker about once a second, for as long as it answers."""

Work = Callable[[socket, Beat], None]


@dataclass
class _Worker:
    """A process, the end of the pipe on which it beats, when it began, and until when it may keep still."""

    process: SpawnProcess
    pulse: Connection
    began: float
    patience: float


class Workers:
    """The workers of one service.

    Attributes:
        work: what each does; a module's function or a partial of one, since it goes to another process.
        listening: the socket that they share.
        count: how many there are.
        patience: seconds that they may take to end.
        hung_after: seconds without a beat after which one is ended and replaced.
    """

    def __init__(self, work: Work, listening: socket, *, count: int, patience: float, hung_after: float) -> None:
        self._work, self._listening, self._patience, self._hung_after = work, listening, patience, hung_after
        self._context = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        self._quick = 0
        self._count = count
        self._workers: list[_Worker] = []

    def run(self) -> bool:
        """Serve until told to stop by SIGTERM or SIGINT; returns False when workers could not be kept alive."""
        with self._signals():
            for _ in range(self._count):
                self._start()
            while not self._stopping.is_set() and self._quick < MOST_QUICK:
                wait([worker.process.sentinel for worker in self._workers], timeout=0.2)
                self._end_the_hung()
                self._replace_the_dead()
            self._end()
        return self._quick < MOST_QUICK

    def _start(self) -> None:
        pulse, beating = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_begin, args=(self._work, self._listening, beating, os.getpid()))
        process.start()
        beating.close()
        began = time.monotonic()
        self._workers.append(_Worker(process, pulse, began, began + BEGINNING))
        LOG.info("worker %d began", process.pid)

    def _end_the_hung(self) -> None:
        for worker in self._workers:
            now = time.monotonic()
            if _heard(worker.pulse):
                worker.patience = now + self._hung_after
            elif now > worker.patience and worker.process.exitcode is None:
                LOG.error("worker %d keeps still: it is ended", worker.process.pid)
                worker.process.kill()  # one that is stopped heeds nothing less
                worker.process.join()

    def _replace_the_dead(self) -> None:
        dead = [worker for worker in self._workers if worker.process.exitcode is not None]
        for worker in dead:
            self._workers.remove(worker)
            worker.pulse.close()
            if self._stopping.is_set():
                return
            lived, code = time.monotonic() - worker.began, worker.process.exitcode or 0
            LOG.warning(
                "worker %d ended with %d after %.0f s: another takes its place", worker.process.pid, code, lived
            )
            failed = lived < QUICK and code > 0  # ended by itself, not by a signal
            self._quick = self._quick + 1 if failed else 0
            self._start()

    def _end(self) -> None:
        """Tell all to finish what they do, and end those that take too long."""
        last = time.monotonic() + self._patience
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(max(0.0, last - time.monotonic()))
            if worker.process.exitcode is None:
                LOG.error("worker %d did not end in time", worker.process.pid)
                worker.process.kill()
                worker.process.join()
            worker.pulse.close()

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


def _heard(pulse: Connection) -> bool:
    """Whether a worker has beaten since it was last listened to; takes all its beats."""
    heard = False
    try:
        while pulse.poll():
            pulse.recv_bytes()
            heard = True
    except EOFError:
        pass  # it has ended
    return heard


def _begin(work: Work, listening: socket, beating: Connection, parent: int) -> None:
    """Run in a worker: it does not outlive the process that would replace it."""
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    work(listening, partial(_beat, beating))


def _beat(beating: Connection) -> None:
    with suppress(OSError):  # nobody listens any more: the end is near
        beating.send_bytes(b".")


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
