"""The process that works on one served run: ``python -m scorecast.bench.served.work ID``; the service starts it.

It gives way to everything else on the machine, ends when the service does, and may be killed at any moment: answers
are saved as they come, and whoever goes on comes to the same figures. It leaves with 0 when the scores are written,
with ``REFUSED`` and a reason when the run makes no sense on these records, and else for a reason that its log tells.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
import time

from eval.contestants import Contestant
from eval.suites import Suite, load
from records.errors import DataError, NotEnoughRecords, ScorecastError, UsageError
from scorecast.bench.asked import asked_suite
from scorecast.bench.backtests import Bench
from scorecast.bench.contestants import contestants
from scorecast.bench.served.counting import Counting
from scorecast.bench.served.folder import BenchRun, BenchRuns, Stage
from scorecast.bench.served.scores import keep
from scorecast.settings import Settings
from scorecast.workspace import Workspace, open_workspace

REFUSED = 2
NICENESS = 10
MOST_ANSWERS = 3_000_000
"""Questions times forecasters of one run: their quantiles are held in memory when they are scored."""
STANDARD_INPUT = 0
LAST_WORDS = 5.0
"""Seconds in which the process must have ended when it is not wanted any more."""


def main() -> None:
    """Work on the run that the command names."""
    os.nice(NICENESS)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_watch, daemon=True).start()
    settings = Settings.from_environment()
    sys.exit(worked(BenchRuns.of(settings).find(sys.argv[1]), settings))


def worked(run: BenchRun, settings: Settings) -> int:
    """Work on a run; returns the code to leave with.

    Raises:
        StoreError: the store cannot be read, or the answers cannot be saved: it may be tried again.
    """
    try:
        with open_workspace(settings, now=_now()) as workspace:
            measure(run, workspace)
    except (UsageError, NotEnoughRecords, DataError) as error:
        run.refuse(_without_paths(error, settings))
        return REFUSED
    return 0


def measure(run: BenchRun, workspace: Workspace) -> None:
    """Make the suite, let everybody answer it, and keep the scores.

    Raises:
        ScorecastError: the run makes no sense on these records, or something cannot be read or saved.
    """
    spent = run.progress.seconds
    judged = contestants(run.begun.asked.forecasters, folder=workspace.settings.home)
    suite = _suite(run, workspace, judged)
    backtest = Bench.of(workspace, clock=_now).backtest(suite, judged)
    run.take_suite(suite.hash)
    counting = Counting(backtest, run.tell, spent=spent)
    with counting.going_on():
        finished = backtest.run(progress=counting.step)
    counting.tell(Stage.SCORING)
    keep(run.folder, suite, finished)
    counting.tell(Stage.SCORING)


def _suite(run: BenchRun, workspace: Workspace, judged: tuple[Contestant, ...]) -> Suite:
    """Return the suite that was made when the run began, else make it."""
    try:
        return load(workspace.settings.suites / f"{run.suite}.json")
    except ScorecastError:
        suite = asked_suite(workspace.store, run.begun.asked, today=run.begun.made_at.date())
    if len(suite) * len(judged) > MOST_ANSWERS:
        raise UsageError(
            f"{len(suite):,} questions to {len(judged)} forecasters are too many; at most {MOST_ANSWERS:,} answers are "
            "scored together: set a limit, or name fewer forecasters."
        )
    return suite


def _without_paths(error: ScorecastError, settings: Settings) -> str:
    """What clients are told: nothing of the machine."""
    return str(error).replace(f"{settings.home}{os.sep}", "").replace(str(settings.home), "the home")


def _watch() -> None:
    """Leave when the service closes the other end of standard input, which it does even when it is killed."""
    while os.read(STANDARD_INPUT, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_WORDS)
    os._exit(1)


def _leave(_number: int, _frame: object) -> None:
    sys.exit(128 + signal.SIGTERM)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


if __name__ == "__main__":
    main()
