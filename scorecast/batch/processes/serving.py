"""What a worker process does: it is asked through a pipe, and answers through it, one request after the other.

It ends at once when the other end of its pipe is gone, however the process there ended; Ctrl-C is left to that one.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, NamedTuple

MEGABYTE = 1024.0 if sys.platform != "darwin" else 1024.0**2
"""What the operating system counts peak memory in, a megabyte."""

SELDOM = 200_000, 20, 50
"""When cycles of objects are looked for: answers are made of many objects, hardly any of which lie in one."""


class Used(NamedTuple):
    """What a worker has taken so far: seconds of a processor, and megabytes at its peak."""

    cpu_seconds: float = 0.0
    megabytes: float = 0.0


NOTHING = Used()


class Answered(NamedTuple):
    """What came of one request.

    Attributes:
        came: what the method returned; None where it failed.
        failure: what it failed of; empty where it did not.
        used: by the worker so far.
    """

    came: object
    failure: str
    used: Used


def serve(kind: type, pipe: Connection) -> None:
    """Be a worker, until nobody asks any more.

    Args:
        kind: of worker; its methods are what is asked for.
        pipe: on which requests come, and answers go.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*SELDOM)
    requests: SimpleQueue[tuple[str, tuple[Any, ...]]] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, requests), daemon=True).start()
    worker = kind()
    while True:
        method, arguments = requests.get()
        answered = _answered(worker, method, arguments)
        try:
            pipe.send(answered)
        except OSError:
            os._exit(0)


def _listen(pipe: Connection, requests: SimpleQueue[tuple[str, tuple[Any, ...]]]) -> None:
    """Take requests off the pipe also while one is worked on, so that whoever asks never waits for an answer's end."""
    try:
        while True:
            method, count = pipe.recv()
            requests.put((method, tuple(pipe.recv() for _ in range(count))))
    except (EOFError, OSError):
        os._exit(0)  # whatever is being worked on: nobody is left to take it


def _answered(worker: object, method: str, arguments: tuple[object, ...]) -> Answered:
    try:
        came, failure = getattr(worker, method)(*arguments), ""
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        came, failure = None, f"{type(error).__name__}: {error}"
    return Answered(came, failure, Used(time.process_time(), peak()))


def peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
