"""Forecasts and comparisons: asked for, entered in the ledger, answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from scorecast.http.at_hand import Asker, AtDesk, WithBounds, body
from scorecast.http.guard import Bounds
from scorecast.pipeline import Reply
from scorecast.service import replies
from scorecast.service.asked import Asked, ComparisonAsked, ForecastsAsked
from scorecast.service.caller import Caller
from scorecast.service.desk import Desk, Once, Write, pairs_json, told_json
from scorecast.showing.reply_json import Json, written

router = APIRouter(prefix="/v1", tags=["forecasts"])

Idempotency = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A value of your own, new for each request: the request may be sent again and is answered once.",
    ),
]


@router.post("/forecasts", response_model=replies.Forecasts)
async def forecasts(
    request: Request, asked: ForecastsAsked, desk: AtDesk, caller: Asker, bounds: WithBounds, key: Idempotency = None
) -> Response:
    """Forecast one score or many, all of them or none; each forecast is in the ledger before it is answered."""

    def write(answers: Sequence[Reply]) -> str:
        return written({"forecasts": _told(asked.questions, answers)})

    once = Once.of(key, f"forecasts {asked.model_dump_json()}") if key else None
    return await _answer(request, desk, asked.questions, write, caller=caller, once=once, bounds=bounds)


@router.post("/comparisons", response_model=replies.Comparison)
async def comparisons(
    request: Request, asked: ComparisonAsked, desk: AtDesk, caller: Asker, bounds: WithBounds, key: Idempotency = None
) -> Response:
    """Compare models on one benchmark; the forecast of each is in the ledger before it is answered."""
    questions = asked.questions()

    def write(answers: Sequence[Reply]) -> str:
        return written({"forecasts": _told(questions, answers), "pairs": pairs_json(answers)})

    once = Once.of(key, f"comparisons {asked.model_dump_json()}") if key else None
    return await _answer(request, desk, questions, write, caller=caller, once=once, bounds=bounds)


async def _answer(
    request: Request,
    desk: Desk,
    asked: Sequence[Asked],
    write: Write,
    *,
    caller: Caller,
    once: Once | None,
    bounds: Bounds,
) -> Response:
    told = await desk.answer(asked, write, user=caller.name, owner=caller.id, once=once, seconds=bounds.seconds)
    request.state.entered = told.entered
    return body(told.body)


def _told(asked: Sequence[Asked], answers: Sequence[Reply]) -> list[Json]:
    return [told_json(*one) for one in zip(asked, answers, strict=True)]
