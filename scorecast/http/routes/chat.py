"""Chat: the next answer of a conversation, as server-sent events. Stateless: the client sends the conversation along.

Events, each with JSON as its data: ``status`` ``{"text"}`` says what is being done, at least every few seconds;
``delta`` ``{"text"}`` is Markdown to append; ``forecast`` is one forecast as ``POST /v1/forecasts`` tells it, in the
ledger already. The last one is ``done`` ``{}``, or ``problem`` with a problem document (RFC 9457).
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from records.base import Value
from scorecast.chat.understanding.conversation import Role, Said
from scorecast.http.at_hand import Asker, WithBounds
from scorecast.http.conversing import Status, lively
from scorecast.http.problems import as_problem
from scorecast.service.caller import Caller
from scorecast.service.chatting import Answered, Chatting
from scorecast.service.deliberating import Leaving
from scorecast.showing.reply_json import Json

router = APIRouter(prefix="/v1", tags=["chat"])

MEDIA = "text/event-stream"
MOST_MESSAGES = 200
LONGEST = 100_000
"""Characters of one message; far fewer are read."""


class Message(Value):
    """One message of the conversation."""

    role: Role
    content: str = Field(max_length=LONGEST, description="Plain text, or Markdown.")


class ChatAsked(Value):
    """A conversation, the newest message last."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    agent: bool = Field(default=False, description="Let the language model of the service look into it as well.")


_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events: status, delta, forecast, done, problem.", "content": {MEDIA: {}}}
}


@router.post("/chat", response_class=StreamingResponse, responses=_EVENTS)
async def chat(request: Request, asked: ChatAsked, caller: Asker, bounds: WithBounds) -> StreamingResponse:
    """Answer the last message of a conversation, as server-sent events; each forecast is in the ledger first."""
    said = [Said(one.role, one.content) for one in asked.messages]
    events = _events(request, said, caller, agent=asked.agent, seconds=bounds.seconds)
    return StreamingResponse(events, media_type=MEDIA)


async def _events(
    request: Request, said: list[Said], caller: Caller, *, agent: bool, seconds: float
) -> AsyncIterator[str]:
    leaving = Leaving()
    work = work_of(request, said, caller, agent=agent, seconds=seconds, leaving=leaving)
    try:
        async for told in lively(work, seconds=seconds, leaving=leaving):
            if isinstance(told, Answered):
                request.state.entered = told.entered
                for forecast in told.forecasts:
                    yield event("forecast", forecast)
                for part in parts(told.text):
                    yield event("delta", {"text": part})
            else:
                yield event("status", {"text": told})
    except Exception as error:  # noqa: BLE001 - the answer has begun: what went wrong is told in it
        yield event("problem", json.loads(bytes(as_problem(error).response().body)))
        return
    yield event("done", {})


def work_of(
    request: Request, said: list[Said], caller: Caller, *, agent: bool, seconds: float, leaving: Leaving
) -> Callable[[Status], Awaitable[Answered]]:
    """Return what answers a conversation, given a function that takes sentences on what is being done."""
    chatting: Chatting = request.app.state.chatting
    return lambda status: chatting.answer(
        said, caller=caller, agent=agent, seconds=seconds, leaving=leaving, status=status
    )


def event(name: str, data: Json) -> str:
    """Write one event; JSON has no bare ends of lines, so the data are one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def parts(text: str) -> list[str]:
    """Cut a text after each block, so that it arrives as it would be written; together they are the text."""
    return re.findall(r".+?(?:\n\n|\Z)", text, re.DOTALL)
