"""The application: routes, what stands before them, and what lives as long as the service.

From outside to inside: observing, errors in OpenAI's shape where its format is spoken, guard, gate, routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from records.access_key import AccessKey
from records.errors import ScorecastError
from scorecast.bench.served.runner import BenchRunner
from scorecast.http.access import Gate
from scorecast.http.doors import Doors
from scorecast.http.guard import Bounds, Guard
from scorecast.http.observing import Observing
from scorecast.http.openai_errors import OpenAIErrors
from scorecast.http.problems import MEDIA, ProblemTold, answer_error
from scorecast.http.routes import (
    about,
    bench_runs,
    chat,
    completions,
    forecasts,
    health,
    jobs,
    ledger,
    names,
    page,
    records,
)
from scorecast.service.chatting import Chatting
from scorecast.service.desk import Clock, Desk
from scorecast.service.job_work import at_work
from scorecast.service.metrics import Metrics
from scorecast.service.opening import open_desk
from scorecast.service.rate import Rates
from scorecast.service.siblings import SharedRates, Turn
from scorecast.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

ABOUT = (
    "Forecasts the score that a model will get on a benchmark before anyone runs the experiment. Every forecast is "
    "entered in the ledger before it is answered. Errors are problem+json (RFC 9457)."
)


@dataclass(frozen=True)
class Policy:
    """Who is let in, and how much they may ask for.

    Attributes:
        keys_required: whether a request without a key is refused.
        hosts: names by which the service may be addressed; empty for any.
        bounds: how much one request may take.
        doors: closed when the service is told to stop.
        shared: folder that the workers of the service share; None where there is one.
        mcp: whether agents are answered over the Model Context Protocol too.
        bench_runs: benchmark runs that work at once; 0 lets them wait for a service that works on them.
    """

    keys_required: bool = False
    hosts: frozenset[str] = LOOPBACK_NAMES
    bounds: Bounds = field(default_factory=Bounds)
    doors: Doors = field(default_factory=Doors)
    shared: Path | None = None
    mcp: bool = True
    bench_runs: int = 1


def app(settings: Settings, *, clock: Clock, policy: Policy = Policy(), version: str = "") -> FastAPI:
    """Make the application.

    Args:
        settings: say where the store is.
        clock: tells the present moment, with its time zone.
        policy: who is let in.
        version: of this program, for the OpenAPI document.
    """
    made = FastAPI(
        title="Scorecast",
        version=version or "0",
        description=ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(settings, clock, policy),
        responses={"default": {"description": "A problem.", "content": {MEDIA: {"schema": _problem_schema()}}}},
    )
    made.state.bounds = policy.bounds
    made.state.metrics = Metrics(policy.shared)
    made.state.doors = policy.doors
    made.state.keys_required = policy.keys_required
    for part in (forecasts, jobs, bench_runs, chat, completions, ledger, records, names, about, health):
        made.include_router(part.router)
    made.include_router(health.bare)
    made.include_router(completions.alias)
    made.include_router(page.router)
    if policy.mcp:
        from scorecast.http.routes.mcp import McpRoute

        made.router.routes.append(McpRoute())
    for kind in (ScorecastError, RequestValidationError, HTTPException):
        made.add_exception_handler(kind, answer_error)
    _stand_before(made, policy=policy, clock=clock)
    return made


def _stand_before(made: FastAPI, *, policy: Policy, clock: Clock) -> None:
    """Put observing, guard and gate before an application that has ``desk`` and ``metrics`` in its state."""

    async def find(secret: str) -> AccessKey | None:
        desk: Desk = made.state.desk
        return await desk.find_key(secret)

    rates = SharedRates(policy.shared) if policy.shared else Rates()
    made.add_middleware(Gate, keys_required=policy.keys_required, find=find, rates=rates)
    made.add_middleware(Guard, bounds=policy.bounds, hosts=policy.hosts)
    made.add_middleware(OpenAIErrors)
    made.add_middleware(Observing, metrics=made.state.metrics, clock=clock, doors=policy.doors)


def _lifespan(
    settings: Settings, clock: Clock, policy: Policy
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    turn = Turn(policy.shared / "fitting") if policy.shared else nullcontext

    @asynccontextmanager
    async def lifespan(made: FastAPI) -> AsyncIterator[None]:
        async with open_desk(settings, clock=clock, metrics=made.state.metrics, turn=turn) as desk:
            made.state.desk = desk
            made.state.chatting = Chatting(desk)
            bench = BenchRunner(settings, clock=clock, at_once=policy.bench_runs)
            with closing(bench) as made.state.bench, at_work(desk) as made.state.jobs:
                async with _agents_answered(desk, policy) as made.state.mcp:
                    yield

    return lifespan


def _agents_answered(desk: Desk, policy: Policy) -> AbstractAsyncContextManager[object]:
    if not policy.mcp:
        return nullcontext()
    from scorecast.http.routes.mcp import running  # the protocol's library takes a while to load

    return running(desk, policy.bounds)


def _problem_schema() -> dict[str, object]:
    return ProblemTold.model_json_schema()
