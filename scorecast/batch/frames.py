"""Batches from Python: a data frame of planned experiments in, one with their forecasts out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from records.errors import UsageError
from scorecast.agents.home import AgentHome
from scorecast.batch import jobs
from scorecast.batch.engine import Engine
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import frame_rows, read_plan
from scorecast.batch.provider import check_offered
from scorecast.batch.settling import Clock
from scorecast.questions.own_benchmark import first_problem
from scorecast.questions.planned import check_sources
from scorecast.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def forecast_frame(
    workspace: Workspace,
    frame: pd.DataFrame,
    *,
    clock: Clock,
    strict: bool,
    resume: bool,
    options: Mapping[str, object],
) -> pd.DataFrame:
    """Forecast every row of a data frame; see ``scorecast.library.session.Session.batch``.

    Raises:
        UsageError: the frame is no plan, an option cannot be, or a row is bad and ``strict`` says so.
        StoreError: the store failed; what was answered is kept.
    """
    asked, now = _options(workspace, options), clock()
    catalogue = workspace.store.catalogue()
    check_sources(catalogue, asked.without_sources)
    plan = read_plan(frame_rows(frame), catalogue, name="data frame", today=now.date(), withhold=asked.withhold)
    if strict and plan.faults:
        raise UsageError(f"{len(plan.faults)} cells are wrong; the first: {plan.faults[0]}")
    check_offered(asked, AgentHome.of(workspace.settings))
    files = jobs.Files.of(asked)
    files.check()
    job = jobs.earlier(workspace.store, plan, asked) if resume else None
    job = job or jobs.begin(workspace.store, plan, asked, now=now)
    Engine(workspace, clock).work(job)
    files.write(workspace.store, job)
    return jobs.table(workspace.store, job)


def _options(workspace: Workspace, told: Mapping[str, object]) -> BatchOptions:
    try:
        options = BatchOptions.model_validate(told)
    except ValidationError as error:
        raise UsageError(f"{first_problem(error)}.") from None
    llm = AgentHome.of(workspace.settings).llm if options.agent else ""
    return options.model_copy(update={"llm": llm})
