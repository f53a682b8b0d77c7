"""Working on runs inside a service: each in a process of its own, so many at once, and again after a restart.

All processes of a service look for open runs. Two locks see to it that only so many are worked on, and each by one: a
place, of which there are as many as runs may work at once, and the run itself. The working process inherits both, so
that they are free only when it has ended too, even where the service was killed.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from scorecast import settings as names
from scorecast.bench.served.folder import BenchRun, BenchRuns, Ended, RunState
from scorecast.bench.served.locks import held
from scorecast.bench.served.work import REFUSED
from scorecast.settings import Settings

LOG = logging.getLogger("scorecast.bench")

LOOK = 1.0
"""Seconds between two looks for open runs: those that other processes of the service were asked for, or left behind."""
WATCH = 0.2
"""Seconds between two looks at a run that is worked on."""
PATIENCE = 10.0
"""Seconds in which a process ends that is told to."""
MOST_SUDDEN = 3
"""Ends that nobody asked for, after which a run is given up."""
PAUSE = 5.0
"""Seconds after such an end: what was wrong may pass."""

Clock = Callable[[], dt.datetime]
Process = subprocess.Popen[bytes]


class BenchRunner:
    """Works on the runs of a home."""

    def __init__(self, settings: Settings, *, clock: Clock, at_once: int) -> None:
        """Begin to look for runs.

        Args:
            settings: say where the home is.
            clock: tells the present moment.
            at_once: runs that all processes of the service work on at a time; 0 lets them wait.
        """
        self.runs = BenchRuns.of(settings)
        self._settings, self._clock = settings, clock
        self._stopped, self._sudden = threading.Event(), Counter[str]()
        self._poked = [threading.Event() for _ in range(at_once)]
        self._threads = [
            threading.Thread(target=self._work_all, args=(place, poked), name="bench", daemon=True)
            for place, poked in enumerate(self._poked)
        ]
        for thread in self._threads:
            thread.start()

    def poke(self) -> None:
        """Look for runs now."""
        for poked in self._poked:
            poked.set()

    def cancel(self, run: BenchRun) -> bool:
        """End a run; what is answered stays. Returns whether it was open until now."""
        return run.end(Ended(state=RunState.CANCELLED, at=self._clock()))

    def close(self) -> None:
        """Stop soon; what is answered is saved, and the next service goes on."""
        self._stopped.set()
        self.poke()
        for thread in self._threads:
            thread.join()

    def _work_all(self, place: int, poked: threading.Event) -> None:
        while not self._stopped.is_set():
            try:
                worked = self._work_next(place)
            except Exception:
                LOG.exception("benchmark runs cannot be worked on")
                worked = False
            if not worked:
                poked.wait(LOOK)
                poked.clear()

    def _work_next(self, place: int) -> bool:
        """Work on the oldest run that nobody works on; returns whether there was one."""
        waiting = list(self.runs.open())
        if not waiting:
            return False
        with held(self.runs.home / f"place-{place}.lock") as own_place:
            for run in waiting if own_place is not None else ():
                with held(run.lock) as own_run:
                    if own_run is not None and own_place is not None and run.ended is None:
                        self._work(run, (own_place, own_run))
                        return True
        return False

    def _work(self, run: BenchRun, locks: tuple[int, int]) -> None:
        began, most = time.monotonic(), run.begun.asked.max_minutes
        spent = run.progress.seconds
        LOG.info("benchmark run %s goes on", run.id)
        with self._working(run, locks) as process:
            while (code := _waited(process)) is None and not self._stopped.is_set():
                if run.ended:
                    return
                if most and spent + time.monotonic() - began > 60.0 * most:
                    self._end(run, RunState.FAILED, f"It was stopped after {most:g} minutes of work, as it was asked.")
                    return
        if code is not None:
            self._note(run, code)

    def _note(self, run: BenchRun, code: int) -> None:
        if code == 0:
            self._end(run, RunState.DONE)
        elif code == REFUSED:
            self._end(run, RunState.FAILED, run.refusal)
        elif run.ended is None:
            self._sudden[run.id] += 1
            LOG.error("benchmark run %s: its process ended with %d; %s says why", run.id, code, run.log)
            if self._sudden[run.id] >= MOST_SUDDEN:
                self._end(run, RunState.FAILED, "Its process ended unexpectedly, again and again.")
            self._stopped.wait(PAUSE)

    def _end(
        self, run: BenchRun, state: Literal[RunState.DONE, RunState.FAILED, RunState.CANCELLED], reason: str = ""
    ) -> None:
        if run.end(Ended(state=state, at=self._clock(), reason=reason)):
            LOG.info("benchmark run %s: %s", run.id, state.value)

    @contextmanager
    def _working(self, run: BenchRun, locks: tuple[int, int]) -> Iterator[Process]:
        """Start the process of a run; afterwards it has ended."""
        told = {
            names.HOME: str(self._settings.home),
            names.DATABASE: self._settings.database_url,
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        }
        with run.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "scorecast.bench.served.work", run.id],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | told,
                pass_fds=locks,
                start_new_session=True,  # Ctrl-C is for the service, which then ends this one
            )
        try:
            yield process
        finally:
            _end_process(process)


def _waited(process: Process) -> int | None:
    try:
        return process.wait(WATCH)
    except subprocess.TimeoutExpired:
        return None


def _end_process(process: Process) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()
