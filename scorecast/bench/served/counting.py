"""Counting: how many questions each forecaster of a backtest has dealt with, and how long the rest will take."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eval.backtest import Backtest
from scorecast.bench.served.folder import Part, Progress, Stage

STEP = 0.5
"""Seconds between two tellings: a quick fold is not worth a file."""
BEAT = 5.0
"""Seconds after which it is told that time goes by, though no fold was answered: a fit may take minutes."""


class Counting:
    """Counts for one session of work on one backtest, and tells of it.

    A forecaster that has answered nothing yet is taken to be as quick as all others together.
    """

    def __init__(
        self,
        backtest: Backtest,
        tell: Callable[[Progress], None],
        *,
        spent: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at what is answered already.

        Args:
            backtest: what is worked on.
            tell: told of the progress.
            spent: seconds that earlier sessions took.
            clock: tells the seconds since some moment.
        """
        names = [contestant.name for contestant in backtest.contestants]
        folds = backtest.suite.folds
        self._steps = {f"{fold.name}, {name}": (name, len(fold.questions)) for fold in folds for name in names}
        self._all = len(backtest.suite)
        self._left = Counter(dict.fromkeys(names, 0))
        for task in backtest.unanswered(backtest.entries()):
            self._left.update({entry.contestant.name: len(task.sheet.questions) for entry in task.entries})
        self._tell, self._spent, self._clock = tell, spent, clock
        self._asked, self._took = dict.fromkeys(names, 0), dict.fromkeys(names, 0.0)
        self._began = self._last = self._clock()
        self._told = 0.0
        self.tell(Stage.ANSWERING)

    def step(self, what: str, _done: int, _all: int) -> None:
        """Note that a forecaster has answered a fold; what a backtest calls."""
        if what not in self._steps:
            return
        name, questions = self._steps[what]
        moment = self._clock()
        self._left[name] -= questions
        self._asked[name] += questions
        self._took[name] += moment - self._last
        self._last = moment
        if moment - self._told >= STEP:
            self.tell(Stage.ANSWERING)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Tell of the time as it goes by, from a thread of its own."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                self.tell(Stage.ANSWERING)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def tell(self, stage: Stage) -> None:
        """Tell how far it is."""
        self._told = self._clock()
        parts = [
            Part(forecaster=name, answered=self._all - left, questions=self._all) for name, left in self._left.items()
        ]
        seconds = self._spent + self._told - self._began
        self._tell(Progress(stage=stage, parts=tuple(parts), seconds=seconds, seconds_left=self._seconds_left()))

    def _seconds_left(self) -> float | None:
        answered = sum(self._asked.values())
        if not answered:
            return None if sum(self._left.values()) else 0.0
        usual = sum(self._took.values()) / answered
        paces = {name: self._took[name] / asked for name, asked in self._asked.items() if asked}
        rest = sum(left * paces.get(name, usual) for name, left in self._left.items())
        return max(0.0, rest - (self._told - self._last))
