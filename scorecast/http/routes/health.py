"""Health, readiness and metrics: for who runs the service."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from scorecast.bench.served.runner import BenchRunner
from scorecast.http.at_hand import AtDesk, Reader, answer
from scorecast.http.problems import Problem
from scorecast.service import metrics, replies

router = APIRouter(prefix="/v1", tags=["operation"])
bare = APIRouter(tags=["operation"])


@router.get("/health", response_model=replies.Health)
async def health(desk: AtDesk) -> Response:
    """Tell that the service lives, whatever it is busy with."""
    return answer({"status": "alive", "version": desk.workspace.version})


@router.get("/ready", response_model=replies.Health)
async def ready(desk: AtDesk) -> Response:
    """Tell whether the store answers and a forecast would be quick; 503 until then."""
    if desk.unfit:
        raise Problem(503, "not-fitted", "The forecaster cannot be fitted; the log of the service says why.")
    if not desk.ready:
        raise Problem(503, "fitting", "The forecaster is being fitted; try again soon.", headers={"Retry-After": "5"})
    await desk.crew.looking.run(desk.store.revision)
    return answer({"status": "ready", "version": desk.workspace.version})


@bare.get("/metrics", response_class=Response)
async def exposition(request: Request, desk: AtDesk, _caller: Reader) -> Response:
    """Tell counts and durations, for Prometheus."""
    bench: BenchRunner = request.app.state.bench
    told = await desk.crew.looking.run(lambda: desk.metrics.text(bench_runs=bench.runs.open_by_state()))
    return Response(told, media_type=metrics.MEDIA)
