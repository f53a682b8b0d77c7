"""Benchmark runs: begun by administrators, watched and read by everybody; they survive a restart of the service."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import FileResponse, Response

from predictors.registry import PREDICTORS
from records.errors import DataError, UsageError
from scorecast.bench.asked import BenchRunAsked
from scorecast.bench.contestants import BASELINES
from scorecast.bench.served.folder import BenchRun, KeyReused, RunState, TooManyRuns, id_for
from scorecast.bench.served.runner import BenchRunner
from scorecast.bench.served.scores import FORECASTS, REPORT, RESULT, rows
from scorecast.bench.served.told import shown, standing
from scorecast.bench.suites import LEVELS, LISTS, PARAMETERS, SUITES
from scorecast.http.at_hand import Administrator, AtDesk, Cursor, Limit, Reader, answer, number_of
from scorecast.http.bench_replies import BenchChoices, BenchRunList, BenchRunShown, BenchRunTold, ScoredForecasts
from scorecast.http.problems import Problem
from scorecast.questions.planned import withheld_sources
from scorecast.service.caller import Caller
from scorecast.service.desk import Desk
from scorecast.service.paging import page
from scorecast.showing.reply_json import Json

router = APIRouter(prefix="/v1", tags=["benchmark runs"])

RunId = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{12}$", description="Of a benchmark run.")]
Idempotency = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A value of your own, new for each run: the request may be sent again and begins one run.",
    ),
]

LOCATION = {"schema": {"type": "string"}, "description": "Where the run can be watched."}

SANDBOX = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Policy of the report: no script, no request, and an origin of its own, which is nobody's."""


async def _runner(request: Request) -> BenchRunner:
    runner: BenchRunner = request.app.state.bench
    return runner


AtBench = Annotated[BenchRunner, Depends(_runner)]


def _file(kind: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {kind: {}}}}


@router.get("/bench-suites", response_model=BenchChoices)
async def choices(_caller: Reader) -> Response:
    """Tell which suites and forecasters there are."""
    suites: list[Json] = [
        {"name": name, "about": kind.about, "parameters": [*kind.parameters]} for name, kind in SUITES.items()
    ]
    told: dict[str, Json] = {
        "suites": suites,
        "parameters": [_parameter(name) for name in PARAMETERS],
        "forecasters": [*PREDICTORS],
        "baselines": [*BASELINES],
    }
    return answer(told)


@router.post(
    "/bench-runs",
    response_model=BenchRunTold,
    status_code=202,
    responses={202: {"headers": {"Location": LOCATION}}},
)
async def begin(
    desk: AtDesk, bench: AtBench, caller: Administrator, asked: BenchRunAsked, key: Idempotency = None
) -> Response:
    """Begin a run: forecasters answer questions whose answers are hidden from them, and are judged by these."""
    run = await desk.crew.looking.run(_begin, desk, bench, caller, asked, key)
    bench.poke()
    made = answer(await desk.crew.looking.run(standing, run), status=202)
    made.headers["Location"] = f"/v1/bench-runs/{run.id}"
    return made


@router.get("/bench-runs", response_model=BenchRunList)
async def list_runs(desk: AtDesk, bench: AtBench, _caller: Reader, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """List runs, the newest first."""

    def found() -> tuple[list[BenchRun], list[Json]]:
        runs = bench.runs.all()
        if cursor:
            last = [at for at, run in enumerate(runs) if run.id == cursor]
            if not last:
                raise UsageError("This cursor is of another list; begin with the first page.")
            runs = runs[last[0] + 1 :]
        return runs[: limit + 1], [standing(run) for run in runs[:limit]]

    listed, told = await desk.crew.looking.run(found)
    last = listed[limit - 1].id if len(listed) > limit else ""
    return answer(page("runs", listed, limit=limit, told=told, cursor=last))


@router.get("/bench-runs/{id}", response_model=BenchRunShown)
async def show(desk: AtDesk, bench: AtBench, _caller: Reader, run_id: RunId) -> Response:
    """Tell where a run stands, and what it has shown."""
    return answer(await desk.crew.looking.run(lambda: shown(_find(bench, run_id))))


@router.get("/bench-runs/{id}/result", response_class=Response, responses=_file("application/json"))
async def result(desk: AtDesk, bench: AtBench, _caller: Reader, run_id: RunId) -> Response:
    """Download all scores, as `scorecast bench --json` writes them and `scorecast bench compare` reads them."""
    path = await desk.crew.looking.run(_done, bench, run_id, RESULT)
    return FileResponse(path, media_type="application/json", filename=f"bench-{run_id}.json")


@router.get("/bench-runs/{id}/report", response_class=Response, responses=_file("text/html"))
async def report(desk: AtDesk, bench: AtBench, _caller: Reader, run_id: RunId, *, download: bool = False) -> Response:
    """Read the report, one HTML page with all tables and figures; it runs no script and reaches nothing."""
    path = await desk.crew.looking.run(_done, bench, run_id, REPORT)
    headers = {"Content-Security-Policy": SANDBOX, "Cross-Origin-Resource-Policy": "same-origin"}
    kind = "attachment" if download else "inline"
    return FileResponse(
        path,
        media_type="text/html",
        headers=headers,
        filename=f"bench-{run_id}.html",
        content_disposition_type=kind,
    )


@router.get("/bench-runs/{id}/forecasts", response_model=ScoredForecasts)
async def forecasts(
    desk: AtDesk, bench: AtBench, _caller: Reader, run_id: RunId, limit: Limit = 100, cursor: Cursor = ""
) -> Response:
    """Read the forecasts beside their outcomes and scores."""
    start = number_of(cursor) or 0

    def found() -> dict[str, Json]:
        try:
            told, after = rows(_done(bench, run_id, FORECASTS), start=start, limit=limit)
        except DataError as error:
            raise UsageError("This cursor is of another list; begin with the first page.") from error
        return {"forecasts": [dict(row) for row in told], "next_cursor": None if after is None else str(after)}

    return answer(await desk.crew.looking.run(found))


@router.get("/bench-runs/{id}/forecasts.csv", response_class=Response, responses=_file("text/csv"))
async def as_csv(desk: AtDesk, bench: AtBench, _caller: Reader, run_id: RunId) -> Response:
    """Download all forecasts beside their outcomes and scores as CSV; no text of it runs in a spreadsheet."""
    path = await desk.crew.looking.run(_done, bench, run_id, FORECASTS)
    return FileResponse(path, media_type="text/csv", filename=f"bench-{run_id}.csv")


@router.post("/bench-runs/{id}/cancel", response_model=BenchRunTold)
async def cancel(desk: AtDesk, bench: AtBench, _caller: Administrator, run_id: RunId) -> Response:
    """Cancel a run; answers so far are kept, and another run that asks the same goes on from there."""

    def cancelled() -> dict[str, Json]:
        run = _find(bench, run_id)
        if not bench.cancel(run) and run.state is not RunState.CANCELLED:
            raise Problem(409, "run-ended", f"Benchmark run {run_id} has ended: there is nothing to cancel.")
        return standing(run)

    return answer(await desk.crew.looking.run(cancelled))


def _begin(desk: Desk, bench: BenchRunner, caller: Caller, asked: BenchRunAsked, key: str | None) -> BenchRun:
    asked.check()
    withheld_sources(desk.catalogue(), without=asked.without_sources, only=asked.only_sources)
    try:
        return bench.runs.begin(asked, now=desk.clock(), user=caller.name, run_id=id_for(caller.id, key))
    except KeyReused as error:
        raise Problem(409, "idempotency-key-reused", str(error)) from error
    except TooManyRuns as error:
        raise Problem(429, "too-many-runs", str(error), headers={"Retry-After": "60"}) from error


def _parameter(name: str) -> dict[str, Json]:
    choices = LEVELS if name == "level" else ()
    kind = "numbers" if name in LISTS else "choice" if choices else "number"
    return {"name": name, "about": PARAMETERS[name], "kind": kind, "choices": [*choices]}


def _find(bench: BenchRunner, run_id: str) -> BenchRun:
    try:
        return bench.runs.find(run_id)
    except UsageError as error:
        raise Problem(404, "unknown-run", str(error)) from error


def _done(bench: BenchRunner, run_id: str, name: str) -> FilePath:
    """Return the path of one of the files that a run leaves when it is done."""
    run = _find(bench, run_id)
    if (state := run.state) is not RunState.DONE:
        raise Problem(409, "not-done", f"Benchmark run {run_id} is {state.value}: only one that is done has scores.")
    return run.folder / name
