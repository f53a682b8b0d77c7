"""The team: workers that are kept alive, and tasks that are given to whoever is free.

A worker that dies, alone or with its machine, has its tasks given to others and is replaced; the new one waits where
there is no room for it, and joins when a machine comes back. Belongs to one thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from records.job import Item
from scorecast.batch.sent.carriage import Carriage, Lost, Ref, Worker
from scorecast.batch.sent.errors import WorkersFailed
from scorecast.code_version import code_version

MOST_DEATHS = 5
"""Workers that may die over one task."""
PATIENCE = 300.0
"""Seconds without any worker after which the work is given up; it can be gone on with."""
GRACE = 20.0
"""Seconds for which workers that are not ready yet are left their share."""
SHORTLY = 1.0
"""Seconds between two looks at what nobody reports."""
PAUSE = 0.5


@dataclass(eq=False)
class Task:
    """Something to be answered.

    Attributes:
        items: what it is about.
        arguments: what a worker is told.
        deaths: of workers that had it.
    """

    items: Sequence[Item]
    arguments: tuple[object, ...]
    deaths: int = 0


@dataclass(eq=False)
class Seat:
    """A place for one worker.

    Attributes:
        worker: who sits there.
        ready: whether it stands on the ground of the tasks.
        heard: whether it is asked what it asks for.
        tasks: what it has been given.
        false_starts: workers in a row that died here before they were ready.
    """

    worker: Worker
    ready: bool = False
    heard: bool = False
    tasks: set[Task] = field(default_factory=set)
    false_starts: int = 0


@dataclass(frozen=True)
class Ways:
    """What a team does with what comes back.

    Attributes:
        done: takes a task and what its worker returned.
        heard: takes a worker and what it asks for; None where workers ask for nothing.
    """

    done: Callable[[Task, Any], None]
    heard: Callable[[Worker, Any], None] | None = None


class Team:
    """Workers, however they are reached."""

    def __init__(self, carriage: Carriage, *, size: int, at_once: int, busy: Callable[[str], None]) -> None:
        """Ask for workers; they come when there is room.

        Args:
            carriage: reaches them.
            size: how many are wished.
            at_once: tasks that one is given at the same time.
            busy: told when there is something to wait for.
        """
        self._carriage, self._at_once, self._busy = carriage, at_once, busy
        self._seats = [Seat(carriage.hire()) for _ in range(size)]
        self._stood_on: object = None
        self._ground: object = None
        self._awaited: dict[Ref, tuple[Seat, Worker, Task | None]] = {}
        """What is on its way: from whom, and for which task; None for greetings and requests."""
        self._greetings: set[Ref] = set()
        self._again: deque[Task] = deque()
        self._began = self._alone_since = time.monotonic()
        self._share = at_once

    def work(self, ground: object, tasks: Iterator[Task], ways: Ways, *, share: int | None = None) -> None:
        """Have all tasks done; they are drawn as workers become free.

        Args:
            ground: what they share; it is sent once.
            tasks: in the order in which they are begun.
            ways: what becomes of what comes back.
            share: the most that one worker is given at once while others are about to come.

        Raises:
            WorkersFailed: the workers run other code, keep dying, or none can be had.
        """
        self._share = share or self._at_once
        self._began = self._alone_since = time.monotonic()
        if ground is not self._stood_on:
            self._stood_on, self._ground = ground, self._carriage.put(ground)
            for seat in self._seats:
                self._greet(seat)
        while self._give_out(tasks) or self._tasks_out:
            for ref in self._arrived():
                self._take(ref, ways)
            self._check_patience()

    @property
    def size(self) -> int:
        """How many workers are wished."""
        return len(self._seats)

    def close(self) -> None:
        """Let all workers go."""
        for seat in self._seats:
            self._carriage.dismiss(seat.worker)

    @property
    def _tasks_out(self) -> bool:
        return any(seat.tasks for seat in self._seats) or bool(self._again)

    def _give_out(self, tasks: Iterator[Task]) -> bool:
        """Give tasks to those who have the fewest, while there are any; returns whether one was given."""
        given, most = False, self._most()
        while free := [s for s in self._seats if s.ready and len(s.tasks) < most]:
            task = self._again.popleft() if self._again else next(tasks, None)
            if task is None:
                return given
            seat, given = min(free, key=lambda one: len(one.tasks)), True
            seat.tasks.add(task)
            self._ask(seat, seat.worker, task, "answer", *task.arguments)
        return given or not any(seat.ready for seat in self._seats)

    def _most(self) -> int:
        """The most tasks that one worker has at a time: its share, until all have come or have had time to."""
        waits = time.monotonic() - self._began < GRACE and not all(seat.ready for seat in self._seats)
        return min(self._share, self._at_once) if waits else self._at_once

    def _arrived(self) -> list[Ref]:
        refs = list(self._awaited)
        if not refs:
            time.sleep(PAUSE)
            return []
        return self._carriage.arrived(refs, timeout=SHORTLY)

    def _take(self, ref: Ref, ways: Ways) -> None:
        """Take what came, or have it done again where it will never come."""
        seat, worker, task = self._awaited.pop(ref)
        greeted = ref in self._greetings
        self._greetings.discard(ref)
        try:
            came: Any = self._carriage.take(ref)
        except Lost as error:
            self._lost(seat, worker, task, error)
            return
        if task is not None:
            seat.tasks.discard(task)
            ways.done(task, came)
        elif greeted:
            self._welcome(seat, worker, came, ways)
        elif ways.heard is not None:
            ways.heard(worker, came)
            self._listen(seat, worker)

    def _greet(self, seat: Seat) -> None:
        """Tell a worker what it stands on."""
        seat.ready = False
        self._greetings.add(self._ask(seat, seat.worker, None, "stand_on", self._ground))

    def _ask(self, seat: Seat, worker: Worker, task: Task | None, method: str, *arguments: object) -> Ref:
        ref = self._carriage.ask(worker, method, *arguments)
        self._awaited[ref] = (seat, worker, task)
        return ref

    def _welcome(self, seat: Seat, worker: Worker, code: str, ways: Ways) -> None:
        if worker is not seat.worker:
            return
        if code != code_version():
            raise WorkersFailed(
                f"{self._team[0].upper()}{self._team[1:]} has Scorecast {code}, and here is {code_version()}: "
                "have the same everywhere."
            )
        seat.ready, seat.false_starts = True, 0
        if ways.heard is not None and not seat.heard:
            seat.heard = True
            self._listen(seat, worker)

    def _listen(self, seat: Seat, worker: Worker) -> None:
        self._ask(seat, worker, None, "wanted")

    def _lost(self, seat: Seat, worker: Worker, task: Task | None, error: Lost) -> None:
        """Have a task done again, and fill the seat; of several signs of one death the first counts."""
        if task is not None:
            seat.tasks.discard(task)
            task.deaths += 1
            if task.deaths >= MOST_DEATHS:
                first, last = task.items[0].where, task.items[-1].where
                raise WorkersFailed(f"{MOST_DEATHS} workers died over {first} to {last}: {error}")
            self._again.append(task)
        if worker is seat.worker:
            self._replace(seat, error)

    def _replace(self, seat: Seat, error: Lost) -> None:
        if not seat.ready:
            seat.false_starts += 1
            if error.hopeless or seat.false_starts >= self._carriage.most_false_starts:
                raise WorkersFailed(f"No worker of {self._team} can begin: {error} {self._carriage.remedy}")
            time.sleep(PAUSE)
        else:
            self._busy(f"A worker of {self._team} is gone; its items are given to others")
        self._carriage.dismiss(seat.worker)
        seat.worker, seat.heard = self._carriage.hire(), False
        self._greet(seat)

    def _check_patience(self) -> None:
        if any(seat.ready for seat in self._seats):
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > PATIENCE:
            size = f"{self._carriage.processors():g} processors"
            raise WorkersFailed(f"No worker of {self._team} ({size}) has come in {PATIENCE:.0f} s.")

    @property
    def _team(self) -> str:
        return self._carriage.team
