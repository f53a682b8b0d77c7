"""Backtests as a user asks for them: a suite made or read, contestants by name, durable runs, one result.

In: an open workspace and what the user chose. Out: an ``eval.result.Result``, with the run of each forecaster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from eval.backtest import Backtest, Finished
from eval.comparison import Comparison, compare
from eval.contestants import Contestant
from eval.result import Provenance, Result
from eval.runs import Provenance as RunProvenance
from eval.runs import Runs
from eval.side_by_side import OpenSource
from eval.suites import Suite, make, rule, save
from eval.suites.suite import Parameter
from eval.suites.thinned import thinned
from eval.summary import evaluate
from records.errors import NotEnoughRecords
from records.exporters.writing import refuse_overwriting, write_whole
from records.history import Exclusion
from records.stages import HistorySource
from records.store import Store
from scorecast.bench.audits import RUN_OF, answers_of
from scorecast.bench.contestants import BASELINES
from scorecast.settings import Settings
from scorecast.workspace import Workspace

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Bench:
    """Where histories come from, and where answers go.

    Attributes:
        source: for this process.
        open_source: for every other process.
        runs: folder of runs.
        suites: folder of the suites that the runs answered.
        clock: tells the time.
    """

    source: HistorySource
    open_source: OpenSource
    runs: Path
    suites: Path
    clock: Callable[[], dt.datetime]

    @classmethod
    def of(cls, workspace: Workspace, *, clock: Callable[[], dt.datetime]) -> Bench:
        """Take histories from the user's store."""
        settings = workspace.settings
        return cls.on(workspace.store, partial(Store.open, settings.database_url), settings, clock=clock)

    @classmethod
    def on(
        cls, source: HistorySource, open_source: OpenSource, settings: Settings, *, clock: Callable[[], dt.datetime]
    ) -> Bench:
        """Take histories from any source, and keep answers in the user's home."""
        return cls(source, open_source, settings.runs, settings.suites, clock)

    def backtest(self, suite: Suite, contestants: Sequence[Contestant], *, jobs: int = 1) -> Backtest:
        """Put contestants before a suite, which is kept beside their runs."""
        kept = self.suites / f"{suite.hash}.json"
        if not kept.exists():
            write_whole(kept, partial(save, suite))
        latest = max(fold.as_of for fold in suite.folds)
        return Backtest(
            suite=suite,
            contestants=contestants,
            runs=Runs(self.runs),
            open_source=partial(_at_hand, self.source) if jobs == 1 else self.open_source,
            provenance=RunProvenance.here(
                corpus=self.source.history(as_of=latest).content_fingerprint, checkout=CHECKOUT
            ),
            clock=self.clock,
        )


def _at_hand(source: HistorySource) -> AbstractContextManager[HistorySource]:
    """Hand out a source that is open already, and stays so."""
    return nullcontext(source)


def make_suite(
    name: str,
    parameters: Mapping[str, Parameter],
    source: HistorySource,
    *,
    seed: int,
    today: dt.date,
    limit: int | None = None,
    without_sources: frozenset[str] = frozenset(),
    strict_dates: bool = False,
) -> Suite:
    """Make a suite from all that the source holds by today.

    Its as-of date is the day on which the newest record was published, so that it is the same suite, and its runs
    are found again, until there are new records.

    Raises:
        UsageError: no rule has this name or these parameters.
        NotEnoughRecords: there is nothing to ask about.
    """
    exclude = Exclusion(sources=without_sources)
    everything = source.history(as_of=today, exclude=exclude, strict_dates=strict_dates)
    if not len(everything):
        raise NotEnoughRecords("There are no records to ask about: import some first.")
    told = dict(parameters)
    if limit and "limit" in rule(name, told).parameters:
        told["limit"] = limit
    suite = make(
        name,
        source,
        as_of=min(today, everything.records["published"].max().date()),
        seed=seed,
        exclude=exclude,
        strict_dates=strict_dates,
        parameters=told,
    )
    return thinned(suite, limit=limit) if limit and "limit" not in told else suite


def write_questions(suite: Suite, path: Path, *, overwrite: bool = False) -> None:
    """Write the questions of a suite without their outcomes, one row each, as CSV.

    Raises:
        UsageError: the file exists and may not be overwritten, or cannot be written.
    """
    rows = [
        {
            "question": question.id,
            "fold": fold.name,
            "group": fold.group,
            "model": question.model.id,
            "benchmark": question.benchmark.id,
            "unit": question.metric.unit.value,
            "as_of": question.as_of,
        }
        for fold, question, _ in suite
    ]
    refuse_overwriting(path, overwrite=overwrite)
    write_whole(path, lambda target: pd.DataFrame(rows).to_csv(target, index=False, lineterminator="\n"))


def compared(first: Result, second: Result, settings: Settings) -> Comparison:
    """Hold two results against each other, question by question where both runs are kept here.

    Raises:
        UsageError: they are not of the same suite.
    """
    return compare(first, second, answers=(answers_of(first, settings), answers_of(second, settings)))


def result(suite: Suite, finished: Sequence[Finished], *, protocol: str = "") -> Result:
    """Score finished runs against each other and the baselines."""
    return evaluate(
        [one.judged for one in finished],
        suite=suite.name,
        suite_hash=suite.hash,
        protocol=protocol,
        provenance=_provenance(suite, finished),
        baselines=BASELINES,
    )


def _provenance(suite: Suite, finished: Sequence[Finished]) -> Provenance:
    """Tell what the figures were made from: of all runs, the run that was finished last."""
    last = max(finished, key=_ended)
    made = last.provenance
    return Provenance(
        revision=made.revision,
        corpus=made.corpus,
        versions=made.packages | {"python": made.python},
        seed=suite.seed,
        settings={
            "system": made.system,
            "cores": made.cores,
            **{f"{RUN_OF}{one.judged.forecaster}": one.run.id for one in finished},
        },
        created=_ended(last).isoformat(),
    )


def _ended(one: Finished) -> dt.datetime:
    session = one.provenance.sessions[-1]
    return session.finished or session.started
