"""The session of the Python API: an open workspace, and questions in the types of Python and pandas."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import pandas as pd

from records.base import EARLIEST
from records.errors import NotEnoughRecords, UsageError
from records.forecast import Forecast
from records.importers.rows import Rows
from records.names.catalogue import Catalogue
from records.question import Question
from records.search import SearchIndex
from records.stages import HistorySource
from scorecast.batch.plan import Plan, frame_rows, read_plan, table_of
from scorecast.ledger.issuing import issued
from scorecast.library import arguments
from scorecast.library.score_forecast import ScoreForecast
from scorecast.library.score_forecasts import ScoreComparison, ScoreForecasts
from scorecast.library.together import answered_together
from scorecast.pipeline import Pipeline
from scorecast.questions.own_benchmark import OwnBenchmark
from scorecast.questions.planned import OwnModel, check_threshold, plan
from scorecast.settings import Settings
from scorecast.shared_fits import Histories
from scorecast.workspace import Workspace, open_workspace

LOG = logging.getLogger("scorecast")

FAULTS = 5
"""Faults of a table that are told at once."""

MOST_QUESTIONS = 10_000
"""Of one call; a plan of more is a job for ``scorecast batch``."""

OPTION = re.compile(r"--([a-z][a-z-]*)")

Table: TypeAlias = pd.DataFrame | Iterable[Mapping[str, object]]
"""A data frame, or mappings, one a row."""


def _moment() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Session:
    """An open workspace to forecast from; close it, or use it in a ``with`` statement."""

    def __init__(self, settings: Settings | None = None, *, clock: Callable[[], dt.datetime] = _moment) -> None:
        """Open the user's store.

        Args:
            settings: say where the store is; by default as the environment says.
            clock: tells the present moment, with its time zone.

        Raises:
            StoreError: it cannot be opened.
        """
        self._clock, self._stack = clock, ExitStack()
        chosen = settings or Settings.from_environment(os.environ)
        opened = open_workspace(chosen, now=clock(), busy=LOG.info)
        self._workspace: Workspace = self._stack.enter_context(opened)
        self.source: HistorySource = Histories(self._workspace.store)
        self._pipeline: Pipeline = replace(self._workspace.pipeline(), source=self.source)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store, and the index where a search has opened it."""
        self._stack.close()

    def today(self) -> dt.date:
        """Return the day, in coordinated universal time."""
        return self._clock().date()

    def catalogue(self) -> Catalogue:
        """Return the names of everything the store knows."""
        return self._workspace.store.catalogue()

    @cached_property
    def index(self) -> SearchIndex:
        """The search index of the store, opened by the first search."""
        from scorecast.agents.home import LazyIndex
        from scorecast.indexing import open_index

        index = LazyIndex(lambda: open_index(self._workspace.settings, self.source, busy=LOG.info))
        self._stack.callback(index.close)
        return index

    def read(self, table: Table, *, as_of: dt.date | str | None = None, withhold: bool = False) -> Plan:
        """Read a table of questions; see ``forecasts``.

        Raises:
            UsageError: the table has no or too many rows, or rows that make no sense; the first faults are told.
        """
        return self.read_rows(rows_of(table), self.catalogue(), as_of=as_of, withhold=withhold)

    def read_rows(
        self, rows: Rows, catalogue: Catalogue, *, as_of: dt.date | str | None = None, withhold: bool = False
    ) -> Plan:
        """Read rows of questions against a catalogue; raises as ``read`` does."""
        if len(rows.rows) > MOST_QUESTIONS:
            raise UsageError(f"{len(rows.rows):,} questions are too many at once (at most {MOST_QUESTIONS:,}).")
        found = read_plan(rows, catalogue, name="the table", today=self.today(), as_of=as_day(as_of), withhold=withhold)
        if found.faults:
            more = len(found.faults) - FAULTS
            told = "; ".join(map(str, found.faults[:FAULTS])) + (f"; and {more} more" if more > 0 else "")
            raise UsageError(told)
        return found

    def forecast(
        self,
        *,
        model: str,
        benchmark: str,
        known: Mapping[str, float] | None = None,
        setting: Mapping[str, str | int] | None = None,
        as_of: dt.date | str | None = None,
        threshold: float | None = None,
        withhold: bool = False,
        own: OwnModel | None = None,
        own_benchmark: OwnBenchmark | None = None,
    ) -> ScoreForecast:
        """Forecast one score; see ``forecast``."""
        question = self._question(
            self.catalogue(),
            model=model,
            benchmark=benchmark,
            known=known,
            setting=setting,
            as_of=as_day(as_of),
            withhold=withhold,
            own=own,
            own_benchmark=own_benchmark,
        )
        reached = None if threshold is None else arguments.score(threshold, "threshold")
        if reached is not None:
            check_threshold(reached, question.benchmark)
        [told] = self._told([question], [reached])
        return told

    def forecasts(
        self, questions: Table, *, as_of: dt.date | str | None = None, withhold: bool = False
    ) -> ScoreForecasts:
        """Forecast many scores; see ``forecasts``."""
        items = self.read(questions, as_of=as_of, withhold=withhold).items
        asked = [item.question for item in items if item.question is not None]
        return ScoreForecasts(self._told(asked, [item.threshold for item in items], silent=True))

    def batch(
        self, frame: pd.DataFrame, *, strict: bool = False, resume: bool = False, **options: object
    ) -> pd.DataFrame:
        """Forecast every row of a plan as a job, which can be resumed: ``scorecast batch`` for programs.

        Args:
            frame: a row an experiment; columns ``model`` and ``benchmark``, and any others of a plan.
            strict: raise where a row asks nothing that makes sense; else it comes back with its reason.
            resume: go on with the last job of the same plan, if there is one.
            options: as in ``scorecast.batch.options.BatchOptions``, such as ``agent=True, max_usd=5``.

        Returns:
            The columns of the plan, then state, median, intervals, quantiles, evidence and cost; a row an experiment.

        Raises:
            UsageError: the frame is no plan, an option cannot be, or a row is bad and ``strict`` says so.
            StoreError: the store failed; what was answered is kept, and ``resume=True`` goes on.
        """
        from scorecast.batch.frames import forecast_frame

        return forecast_frame(self._workspace, frame, clock=self._clock, strict=strict, resume=resume, options=options)

    def compare(
        self,
        *,
        models: Sequence[str],
        benchmark: str,
        known: Mapping[str, Mapping[str, float]] | None = None,
        setting: Mapping[str, str | int] | None = None,
        as_of: dt.date | str | None = None,
        withhold: bool = False,
        own: Mapping[str, OwnModel] | None = None,
        own_benchmark: OwnBenchmark | None = None,
    ) -> ScoreComparison:
        """Compare models on one benchmark; see ``compare``."""
        if isinstance(models, str) or len(set(models)) < 2 or len(set(models)) < len(models):
            raise UsageError('Two or more different models are compared: models=["GPT-4.1", "DeepSeek-R1"].')
        for name in [*(known or {}), *(own or {})]:
            if name not in models:
                raise UsageError(f"{name!r} is told of, but not among the models {', '.join(models)}.")
        catalogue = self.catalogue()
        questions = [
            self._question(
                catalogue,
                model=model,
                benchmark=benchmark,
                known=(known or {}).get(model),
                setting=setting,
                as_of=as_day(as_of),
                withhold=withhold,
                own=(own or {}).get(model),
                own_benchmark=own_benchmark,
            )
            for model in models
        ]
        if len({question.model.id for question in questions}) < len(questions):
            raise UsageError(f"Two of these names mean the same model: {', '.join(models)}.")
        return ScoreComparison(self._told(questions, [None] * len(questions)))

    def _question(
        self,
        catalogue: Catalogue,
        *,
        model: str,
        benchmark: str,
        known: Mapping[str, float] | None,
        setting: Mapping[str, str | int] | None,
        as_of: dt.date | None,
        withhold: bool,
        own: OwnModel | None,
        own_benchmark: OwnBenchmark | None,
    ) -> Question:
        arguments.facts(own, OwnModel, "own")
        arguments.facts(own_benchmark, OwnBenchmark, "own_benchmark")
        scores = arguments.known_scores(known)
        if not (scores or (own and own.told)):
            catalogue.model(arguments.name(model, "model"))  # an unknown name is told as one, with the nearest
        try:
            return plan(
                catalogue,
                model=arguments.name(model, "model"),
                benchmark=arguments.name(benchmark, "benchmark"),
                as_of=as_of or self.today(),
                today=self.today(),
                own=own or OwnModel(),
                described=own_benchmark,
                known=scores,
                setting=arguments.setting(setting),
                withhold=withhold,
            )
        except UsageError as error:
            if type(error) is not UsageError:
                raise  # it carries the names that are near
            raise UsageError(OPTION.sub(_argument, str(error))) from None

    def _told(
        self, questions: Sequence[Question], thresholds: Sequence[float | None], *, silent: bool = False
    ) -> tuple[ScoreForecast, ...]:
        """Answer questions and enter the forecasts; where there is none that is an error, unless silent."""
        replies = answered_together(self._pipeline, questions)
        for reply in replies:
            if not (silent or isinstance(reply.answer, Forecast)):
                raise NotEnoughRecords(reply.answer.reason)
        entered = issued(replies, self._workspace.store.ledger, now=self._clock(), tell=LOG.warning)
        return tuple(ScoreForecast(*one) for one in zip(entered, thresholds, strict=True))


def _argument(option: re.Match[str]) -> str:
    """Name the argument in place of the option of the command line."""
    plain = option[1].replace("-", "_")
    return "own_benchmark" if plain == "new_benchmark" else plain


def as_day(told: dt.date | str | None) -> dt.date | None:
    """Read an as-of date.

    Raises:
        UsageError: it is none, or before anything was published.
    """
    day = _from_text(told) if isinstance(told, str) else told
    if (day is None) is not (told is None) or not isinstance(day, dt.date | None):
        raise UsageError(f"as_of takes a date, or year-month-day such as 2025-06-30; found {told!r}.")
    if isinstance(day, dt.datetime):
        day = day.date()  # of a timestamp, such as pandas has them
    if day is not None and day < EARLIEST:
        raise UsageError(f"as_of {day}: nothing was published before {EARLIEST}.")
    return day


def _from_text(told: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(told)
    except ValueError:
        return None


def rows_of(table: Table) -> Rows:
    """Return the rows of a table.

    Raises:
        UsageError: it is none.
    """
    if isinstance(table, pd.DataFrame):
        return frame_rows(table)
    entries = list(table)
    if isinstance(table, Mapping) or not all(isinstance(entry, Mapping) for entry in entries):
        raise UsageError(
            "A table is a data frame, or a list of mappings such as "
            '{"model": "GPT-4.1", "benchmark": "gpqa_diamond"}; pandas.DataFrame makes one of columns.'
        )
    return table_of(entries)
