"""Batch jobs: begun from a plan, watched, read, cancelled and asked again; they survive a restart of the service."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import Response

from records.errors import UsageError
from records.importers.rows import Rows
from records.job import Job, JobState
from records.store.jobs import Outcome
from scorecast.agents.home import AgentHome
from scorecast.batch import jobs
from scorecast.batch.options import BatchOptions
from scorecast.batch.output import csv_text, json_cells, parquet_bytes
from scorecast.batch.plan import Plan, plan_file, read_plan, table_of
from scorecast.batch.serving import JobRunner
from scorecast.http.at_hand import Asker, AtDesk, Cursor, Limit, Reader, answer, number_of
from scorecast.http.job_replies import MOST_ROWS, JobAsked, JobBegun, JobList, JobTold, Results
from scorecast.http.problems import Problem
from scorecast.questions.planned import check_sources
from scorecast.service.caller import Caller
from scorecast.service.desk import Desk
from scorecast.service.paging import page
from scorecast.showing.reply_json import Json

router = APIRouter(prefix="/v1", tags=["jobs"])

MOST_OPEN = 20
"""Unfinished jobs of one key."""

JobId = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{12}$", description="Of a job.")]
Idempotency = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A value of your own, new for each job: the request may be sent again and begins one job.",
    ),
]


async def _runner(request: Request) -> JobRunner:
    runner: JobRunner = request.app.state.jobs
    return runner


AtWork = Annotated[JobRunner, Depends(_runner)]


@router.post("/jobs", response_model=JobBegun, status_code=202)
async def begin(desk: AtDesk, runner: AtWork, caller: Asker, asked: JobAsked, key: Idempotency = None) -> Response:
    """Begin a job; rows that ask nothing that makes sense are told, and do not stop the others unless `strict`."""
    plan, job = await desk.crew.looking.run(_begin, desk, caller, asked, key)
    runner.add(job)
    faults: list[Json] = [dict(fault._asdict()) for fault in plan.faults]
    told = await desk.crew.looking.run(_told, desk, job)
    return answer(told | {"faults": faults, "remarks": [*plan.remarks]}, status=202)


@router.get("/jobs", response_model=JobList)
async def list_jobs(desk: AtDesk, caller: Reader, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """List your jobs, the newest first; the user of the machine sees all of them."""

    def found() -> list[Job]:
        return [*desk.store.jobs.all(owner=caller.id or None, limit=limit + 1, before=cursor)]

    listed = await desk.crew.looking.run(found)
    told: list[Json] = [await desk.crew.looking.run(_told, desk, job) for job in listed[:limit]]
    last = listed[limit - 1].id if len(listed) > limit else ""
    return answer(page("jobs", listed, limit=limit, told=told, cursor=last))


@router.get("/jobs/{id}", response_model=JobTold)
async def show(desk: AtDesk, caller: Reader, job_id: JobId) -> Response:
    """Tell where a job stands."""
    job = await desk.crew.looking.run(_find, desk, caller, job_id)
    return answer(await desk.crew.looking.run(_told, desk, job))


@router.get("/jobs/{id}/results", response_model=Results)
async def results(desk: AtDesk, caller: Reader, job_id: JobId, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Read what has come of the items so far, in the order of the plan."""
    last = number_of(cursor)

    def found() -> tuple[Outcome, ...]:
        job = _find(desk, caller, job_id)
        return desk.store.jobs.outcomes(job.id, after=-1 if last is None else last, limit=limit + 1)

    outcomes = await desk.crew.looking.run(found)
    told: list[Json] = [json_cells(one) for one in outcomes[:limit]]
    following = str(outcomes[limit - 1].item.number) if len(outcomes) > limit else ""
    return answer(page("results", outcomes, limit=limit, told=told, cursor=following))


@router.get("/jobs/{id}/forecasts.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def as_csv(desk: AtDesk, caller: Reader, job_id: JobId) -> Response:
    """Download what has come of all items so far as CSV; no text of it runs in a spreadsheet."""

    def written() -> str:
        return csv_text(jobs.table(desk.store, _find(desk, caller, job_id)))

    return _download(await desk.crew.looking.run(written), "text/csv", f"{job_id}.csv")


@router.get(
    "/jobs/{id}/forecasts.parquet",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.parquet": {}}}},
)
async def as_parquet(desk: AtDesk, caller: Reader, job_id: JobId) -> Response:
    """Download what has come of all items so far as Parquet."""

    def written() -> bytes:
        return parquet_bytes(jobs.table(desk.store, _find(desk, caller, job_id)))

    content = await desk.crew.looking.run(written)
    return _download(content, "application/vnd.apache.parquet", f"{job_id}.parquet")


@router.post("/jobs/{id}/cancel", response_model=JobTold)
async def cancel(desk: AtDesk, caller: Asker, job_id: JobId) -> Response:
    """Cancel a job; what is settled stays."""

    def cancelled() -> dict[str, Json]:
        return _told(desk, jobs.cancel(desk.store, _find(desk, caller, job_id), now=desk.clock()))

    return answer(await desk.crew.looking.run(cancelled))


@router.post("/jobs/{id}/retry", response_model=JobTold, status_code=202)
async def retry(desk: AtDesk, runner: AtWork, caller: Asker, job_id: JobId) -> Response:
    """Ask again what failed, was left over or fell back to statistics; opens a cancelled job again."""

    def reopened() -> Job:
        job = _find(desk, caller, job_id)
        options = BatchOptions.of(job).model_copy(update={"served": True})
        jobs.again(desk.workspace, job, options, now=desk.clock())
        return desk.store.jobs.find(job.id)

    job = await desk.crew.looking.run(reopened)
    runner.add(job)
    return answer(await desk.crew.looking.run(_told, desk, job), status=202)


def _begin(desk: Desk, caller: Caller, asked: JobAsked, key: str | None) -> tuple[Plan, Job]:
    catalogue = desk.catalogue()
    check_sources(catalogue, asked.without_sources)
    table = _rows(asked)
    if len(table.rows) > MOST_ROWS:
        raise UsageError(f"A plan over HTTP may have {MOST_ROWS:,} rows; this one has {len(table.rows):,}.")
    today = desk.today()
    plan = read_plan(table, catalogue, name=asked.name, today=today, as_of=asked.as_of, withhold=asked.withhold)
    options = _options(desk, asked)
    earlier = _earlier(desk, plan, options, caller, key)
    if earlier is not None:
        return plan, earlier
    if jobs.refused(plan.items) == len(plan.items) or (asked.strict and plan.faults):
        faults: list[Json] = [dict(fault._asdict()) for fault in plan.faults[:1_000]]
        detail = f"{jobs.refused(plan.items):,} of {len(plan.items):,} rows ask nothing that makes sense."
        raise Problem(422, "bad-plan", detail, more={"faults": faults})
    unfinished = desk.store.jobs.all(owner=caller.id, state=JobState.OPEN, limit=MOST_OPEN)
    if len(unfinished) >= MOST_OPEN:
        detail = f"You have {MOST_OPEN} unfinished jobs: wait for one of them, or cancel it."
        raise Problem(429, "too-many-jobs", detail, headers={"Retry-After": "60"})
    now = desk.clock()
    return plan, jobs.begin(
        desk.store, plan, options, now=now, owner=caller.id, user=caller.name, job_id=_id_of(caller, key)
    )


def _rows(asked: JobAsked) -> Rows:
    if asked.rows is not None:
        return table_of(asked.rows)
    with tempfile.TemporaryDirectory(prefix="scorecast-") as folder:
        path = FilePath(folder, "plan.csv")
        path.write_text(asked.csv or "", encoding="utf-8")
        try:
            return plan_file(path)
        except UsageError:
            raise
        except Exception as error:
            raise type(error)(str(error).replace(str(path), "csv")) from error


def _options(desk: Desk, asked: JobAsked) -> BatchOptions:
    told = asked.model_dump(exclude={"name", "rows", "csv", "as_of", "strict"})
    llm = AgentHome.of(desk.workspace.settings).llm if asked.agent else ""
    if asked.agent and not llm:
        raise UsageError("This service has no language model: leave `agent` out.")
    return BatchOptions.model_validate(told | {"llm": llm, "served": True})


def _id_of(caller: Caller, key: str | None) -> str | None:
    """The id of the job that an idempotency key begins; None where there is no key."""
    return None if key is None else hashlib.sha256(f"{caller.id}\n{key}".encode()).hexdigest()[:12]


def _earlier(desk: Desk, plan: Plan, options: BatchOptions, caller: Caller, key: str | None) -> Job | None:
    """Return the job that was begun under the same idempotency key."""
    job_id = _id_of(caller, key)
    if job_id is None:
        return None
    try:
        found = desk.store.jobs.find(job_id)
    except UsageError:
        return None
    if found.owner != caller.id or found.digest != options.digest(plan.digest):
        detail = "This Idempotency-Key was used for another job; choose a new one for each."
        raise Problem(409, "idempotency-key-reused", detail)
    return found


def _find(desk: Desk, caller: Caller, job_id: str) -> Job:
    """Return a job of the caller's; the user of the machine may see all."""
    try:
        found = desk.store.jobs.find(job_id)
    except UsageError as error:
        raise Problem(404, "unknown-job", f"There is no job {job_id}.") from error
    if caller.id and found.owner != caller.id:
        raise Problem(404, "unknown-job", f"There is no job {job_id}.")
    return found


def _told(desk: Desk, job: Job) -> dict[str, Json]:
    """Where a job stands; the paths of files are this machine's own business."""
    told: dict[str, Json] = jobs.job_json(desk.workspace, desk.store.jobs.find(job.id))
    return {name: value for name, value in told.items() if name != "options"}


def _download(content: str | bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
