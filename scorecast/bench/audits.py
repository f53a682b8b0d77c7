"""Audits as a user asks for them: by the id of a run, or by a result and with it all of its runs."""

from __future__ import annotations

from pathlib import Path

from eval.audit import Audit, audit
from eval.backtest import judge
from eval.judged import Judged
from eval.result import Result
from eval.runs import Run, Runs
from eval.suites import Suite, load
from records.errors import DataError
from records.stages import HistorySource
from scorecast.settings import Settings

RUN_OF = "run of "
"""How a result's provenance names the run of each forecaster."""


def audits(told: str, source: HistorySource, settings: Settings) -> list[Audit]:
    """Audit a run, or all runs of a result.

    Args:
        told: the id of a run or its beginning, or the path of a result.
        source: of the histories that the run answered from.
        settings: say where runs are kept.

    Raises:
        UsageError: there is no such run.
        DataError: the run is not finished, its suite is not kept, or the records have changed since.
    """
    runs = Runs(settings.runs)
    ids = [told] if not Path(told).is_file() else list(run_ids(Result.read(Path(told))).values())
    found = [runs.find(run) for run in ids]
    return [audit(suite_of(run, settings), run, source) for run in found]


def run_ids(result: Result) -> dict[str, str]:
    """The run behind each forecaster of a result."""
    told = result.provenance.settings.items()
    return {name.removeprefix(RUN_OF): str(run) for name, run in told if name.startswith(RUN_OF)}


def suite_of(run: Run, settings: Settings) -> Suite:
    """Return the suite that a run answered.

    Raises:
        DataError: it is not kept, or is damaged.
    """
    return load(settings.suites / f"{run.key.suite}.json")


def answers_of(result: Result, settings: Settings) -> list[Judged]:
    """Return the answers behind a result, as far as their runs are kept here."""
    runs, found = {run.id: run for run in Runs(settings.runs)}, []
    for name, key in run_ids(result).items():
        try:
            suite = suite_of(runs[key], settings)
            found.append(judge(suite, name, runs[key].pieces([len(fold.questions) for fold in suite.folds])))
        except (KeyError, DataError):
            continue
    return found
