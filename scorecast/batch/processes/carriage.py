"""Pipes as the carriage: workers are processes of this machine, each at the end of a pipe of its own.

They are forked from a server process that has loaded the libraries and does nothing else: no thread, no connection to
a database and no lock of ours is copied into them. What goes through the pipes comes from processes that we began;
nobody else can reach them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler

from scorecast.batch.processes.serving import NOTHING, Answered, Used, serve
from scorecast.batch.processes.sizing import cores
from scorecast.batch.sent.carriage import Lost
from scorecast.batch.sent.errors import WorkersFailed

LOADED = [
    "scorecast.batch.processes.serving",
    "scorecast.batch.sent.worker",
    "predictors.registry",
    "retrieval.nearest",
]
"""Modules that the server process loads before any worker is forked."""
SAFE_PATH = "PYTHONSAFEPATH"
PATIENCE = 5.0
"""Seconds for which a worker that has ended may take to be gone."""


@dataclass(eq=False)
class Process:
    """A worker.

    Attributes:
        process: that it is.
        pipe: our end of its pipe.
        asked: what it was asked and has not answered, in the order in which it answers.
        used: what it has taken so far.
    """

    process: BaseProcess
    pipe: Connection
    asked: deque[Asked] = field(default_factory=deque)
    used: Used = NOTHING


@dataclass(eq=False)
class Place:
    """A place for a worker, which is begun when there is something to send."""

    taken: Process | None = None


@dataclass(eq=False)
class Asked:
    """A request on its way.

    Attributes:
        worker: who was asked.
        answered: what came.
        lost: why nothing will come; empty while something may.
    """

    worker: Process
    answered: Answered | None = None
    lost: str = ""

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.answered is not None or bool(self.lost)


@dataclass(frozen=True, eq=False)
class Packed:
    """What all workers are sent, packed once."""

    content: memoryview


def begin_server() -> None:
    """Have the server process load the libraries, without waiting for it; one that was begun before is kept."""
    forkserver.set_forkserver_preload(LOADED)
    with _undisturbed():
        forkserver.ensure_running()


class Pipes:
    """Reaches workers of one kind; a ``scorecast.batch.sent.carriage.Carriage``. Belongs to one thread."""

    team = "this machine"
    remedy = "`--workers 1` does without."
    most_false_starts = 3

    def __init__(self, kind: type) -> None:
        begin_server()
        self._kind, self._places = kind, list[Place]()
        self._context = multiprocessing.get_context("forkserver")

    @property
    def used(self) -> Sequence[Used]:
        """What each worker has taken, those that are gone included."""
        return [place.taken.used for place in self._places if place.taken]

    def hire(self) -> Place:
        """Keep a place for a worker."""
        self._places.append(Place())
        return self._places[-1]

    def dismiss(self, worker: Place) -> None:
        """End a worker, whatever it does."""
        if gone := worker.taken:
            gone.process.kill()
            gone.process.join(PATIENCE)
            gone.pipe.close()
            _forget(gone, "it was let go")

    def put(self, ground: object) -> Packed:
        """Pack what all workers are to stand on; those that are still to begin do so at the same time."""
        for place in self._places:
            self._taken(place)
        return Packed(ForkingPickler.dumps(ground))

    def ask(self, worker: Place, method: str, *arguments: object) -> Asked:
        """Send a request; where it cannot be sent, its answer is lost."""
        process = self._taken(worker)
        asked = Asked(process)
        process.asked.append(asked)
        try:
            process.pipe.send((method, len(arguments)))
            for one in arguments:
                process.pipe.send_bytes(one.content) if isinstance(one, Packed) else process.pipe.send(one)
        except OSError:
            _forget(process, _end_of(process))
        return asked

    def arrived(self, refs: Collection[Asked], *, timeout: float) -> list[Asked]:
        """Wait until something has come, or will never come; returns all of that."""
        if not any(one.over for one in refs):
            senders = list(dict.fromkeys(one.worker for one in refs))
            ready = set(wait([one.pipe for one in senders], timeout))
            for sender in senders:
                if sender.pipe in ready:
                    _receive(sender)
        return [one for one in refs if one.over]

    def take(self, ref: Asked) -> object:
        """Return what came.

        Raises:
            Lost: its worker died.
            WorkersFailed: its worker failed.
        """
        if ref.answered is None:
            raise Lost(ref.lost)
        if ref.answered.failure:
            raise WorkersFailed(f"A worker of this machine failed: {ref.answered.failure}")
        return ref.answered.came

    def processors(self) -> float:
        """Count the processors of this machine."""
        return float(cores())

    def _taken(self, place: Place) -> Process:
        """Return the worker of a place, which begins now if there is none."""
        if place.taken is None:
            ours, its = self._context.Pipe()
            process = self._context.Process(target=serve, args=(self._kind, its), name="statistics", daemon=True)
            with _undisturbed():
                process.start()
            its.close()  # so that only the worker has it: then its end is seen when the worker's is
            place.taken = Process(process, ours)
        return place.taken


def _receive(worker: Process) -> None:
    """Take an answer off a pipe."""
    try:
        answered: Answered = worker.pipe.recv()
    except (EOFError, OSError):
        _forget(worker, _end_of(worker))
        return
    worker.used = answered.used
    worker.asked.popleft().answered = answered


def _forget(worker: Process, why: str) -> None:
    """Expect nothing of a worker any more."""
    for one in worker.asked:
        one.lost = why
    worker.asked.clear()


def _end_of(worker: Process) -> str:
    """How a worker ended."""
    worker.process.join(PATIENCE)
    code = worker.process.exitcode
    if code is None:
        return f"process {worker.process.pid} keeps silent."
    if code >= 0:
        return f"process {worker.process.pid} ended with exit code {code}."
    short = ", perhaps for want of memory" if code == -signal.SIGKILL else ""
    return f"process {worker.process.pid} was ended by {signal.Signals(-code).name}{short}."


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Begin processes that load our libraries, whatever lies in the current folder, and that Ctrl-C does not reach.

    It goes to all processes of a terminal, and what becomes of these is decided here.
    """
    resource_tracker.ensure_running()  # which would let the signal through again
    path, mask = os.environ.get(SAFE_PATH), signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.environ.pop(SAFE_PATH)
        if path is not None:
            os.environ[SAFE_PATH] = path
