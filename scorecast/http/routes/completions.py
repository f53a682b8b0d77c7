"""Chat completions in OpenAI's format, streamed and not, so that any chat client can talk to the forecaster.

``/v1/chat/completions`` takes requests of clients whose base address ends in ``/v1``. There ``/v1/models`` lists what
is forecast about, so that clients that list models first are given ``/openai/v1``, where all of it is OpenAI's.
Two models: ``scorecast`` answers from statistics, ``scorecast-agent`` lets the language model of the service look into
it as well. What a sampler would heed (temperature and the like) is taken and changes nothing; tokens are counted
as four characters each.
Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from scorecast.chat.understanding.conversation import Said
from scorecast.http.at_hand import Asker, AtDesk, Reader, WithBounds, answer
from scorecast.http.conversing import lively, while_connected
from scorecast.http.openai_errors import told_as_openai
from scorecast.http.problems import MEDIA as PROBLEM
from scorecast.http.problems import Problem, as_problem
from scorecast.http.routes.chat import LONGEST, MEDIA, MOST_MESSAGES, parts, work_of
from scorecast.service.caller import Caller
from scorecast.service.chatting import Answered
from scorecast.service.deliberating import Leaving
from scorecast.showing.reply_json import Json

STATISTICS, AGENT = "scorecast", "scorecast-agent"
MODELS = (STATISTICS, AGENT)
MOST_PARTS = 100
CHARACTERS = 4
"""Characters that are counted as a token."""

router = APIRouter(prefix="/v1", tags=["chat"])
alias = APIRouter(prefix="/openai/v1", include_in_schema=False)

Content = Annotated[str, StringConstraints(max_length=LONGEST)]


class _Sent(BaseModel):
    """What a client sends; members that mean nothing here are let pass."""

    model_config = ConfigDict(extra="ignore")


class TextPart(_Sent):
    """A part of a message; only text is understood."""

    type: Literal["text", "refusal"]
    text: Content = ""


class CompletionMessage(_Sent):
    """One message. Of the user only what is text is read; instructions to the system change nothing."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content | Annotated[list[TextPart], Field(max_length=MOST_PARTS)] | None = None

    @property
    def text(self) -> str:
        """All text of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(_Sent):
    """How to stream."""

    include_usage: bool = False


class ResponseFormat(_Sent):
    """The form of the answer: text."""

    type: Literal["text"]


class CompletionAsked(_Sent):
    """A conversation in OpenAI's format."""

    model: Annotated[str, StringConstraints(max_length=200)] = Field(description=" or ".join(MODELS))
    messages: Annotated[list[CompletionMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    response_format: ResponseFormat | None = None


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A `chat.completion`, or its chunks as events where a stream is asked for.",
        "content": {"application/json": {"schema": {"type": "object"}}, MEDIA: {}},
    },
    "default": {
        "description": "An error as OpenAI tells it.",
        "content": {"application/json": {"schema": {"type": "object"}}, PROBLEM: {}},
    },
}


@router.post("/chat/completions", response_class=Response, responses=_ANSWERS)
@alias.post("/chat/completions")
async def completions(
    request: Request, asked: CompletionAsked, desk: AtDesk, caller: Asker, bounds: WithBounds
) -> Response:
    """Answer the last message of a conversation in OpenAI's format."""
    if asked.model not in MODELS:
        raise Problem(404, "model-not-found", f"No model is called {asked.model!r}; there are {' and '.join(MODELS)}.")
    said = [Said(one.role, one.text) for one in asked.messages if one.role in {"user", "assistant"}]
    if not any(one.role == "user" for one in said):
        raise Problem(400, "no-message", "There is no message of the user to answer.")
    envelope = _Envelope(asked, created=int(desk.clock().timestamp()), version=desk.workspace.version)
    if asked.stream:
        events = _events(request, envelope, said, caller, seconds=bounds.seconds)
        return StreamingResponse(events, media_type=MEDIA)
    leaving = Leaving()
    work = work_of(request, said, caller, agent=asked.model == AGENT, seconds=bounds.seconds, leaving=leaving)
    told = await while_connected(request, work(lambda _sentence: None), leaving=leaving)
    request.state.entered = told.entered
    return answer(envelope.whole(told.text))


@alias.get("/models")
async def models(desk: AtDesk, _caller: Reader) -> Response:
    """List the models that may be talked to, in OpenAI's format."""
    return answer({"object": "list", "data": [_model(name, desk.clock().timestamp()) for name in MODELS]})


@alias.get("/models/{name}")
async def model(desk: AtDesk, _caller: Reader, name: str) -> Response:
    """Tell of one model that may be talked to, in OpenAI's format."""
    if name not in MODELS:
        raise Problem(404, "model-not-found", f"No model is called so; there are {' and '.join(MODELS)}.")
    return answer(_model(name, desk.clock().timestamp()))


def _model(name: str, moment: float) -> dict[str, Json]:
    return {"id": name, "object": "model", "created": int(moment), "owned_by": "scorecast"}


class _Envelope:
    """What stands around the words of one answer."""

    def __init__(self, asked: CompletionAsked, *, created: int, version: str) -> None:
        self._asked, self._id = asked, f"chatcmpl-{secrets.token_hex(12)}"
        self._common: dict[str, Json] = {
            "id": self._id,
            "created": created,
            "model": asked.model,
            "system_fingerprint": f"scorecast-{version}",
        }
        self.with_usage = bool(asked.stream_options and asked.stream_options.include_usage)

    @property
    def agent(self) -> bool:
        """Whether the language model is to look into it as well."""
        return self._asked.model == AGENT

    def whole(self, text: str) -> Json:
        """Return the answer in one piece."""
        message: Json = {"role": "assistant", "content": text, "refusal": None}
        choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._common, "object": "chat.completion", "choices": [choice], "usage": self.usage(text)}

    def chunk(self, delta: dict[str, Json], *, finished: bool = False) -> str:
        """Return a piece of a streamed answer, as an event."""
        choice: Json = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "stop" if finished else None}
        return self._event([choice], usage=None)

    def closing(self, text: str) -> str:
        """Return what was used, as the event that comes last."""
        return self._event([], usage=self.usage(text))

    def usage(self, text: str) -> dict[str, Json]:
        """Estimate the tokens of the conversation and of its answer."""
        read, written = _tokens([one.text for one in self._asked.messages]), _tokens([text])
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}

    def _event(self, choices: list[Json], *, usage: Json) -> str:
        told: dict[str, Json] = {**self._common, "object": "chat.completion.chunk", "choices": choices}
        return data(told | ({"usage": usage} if self.with_usage else {}))


async def _events(
    request: Request, envelope: _Envelope, said: list[Said], caller: Caller, *, seconds: float
) -> AsyncIterator[str]:
    leaving = Leaving()
    work = work_of(request, said, caller, agent=envelope.agent, seconds=seconds, leaving=leaving)
    try:
        yield envelope.chunk({"role": "assistant", "content": ""})
        async for told in lively(work, seconds=seconds, leaving=leaving):
            if not isinstance(told, Answered):
                yield f": {told}\n\n"  # a comment: clients take it for a sign of life
                continue
            request.state.entered = told.entered
            for part in parts(told.text):
                yield envelope.chunk({"content": part})
            yield envelope.chunk({}, finished=True)
            if envelope.with_usage:
                yield envelope.closing(told.text)
    except Exception as error:  # noqa: BLE001 - the answer has begun: what went wrong is told in it
        yield data(told_as_openai(json.loads(bytes(as_problem(error).response().body))))
        return
    yield "data: [DONE]\n\n"


def data(document: Json) -> str:
    """Write one event without a name."""
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def _tokens(texts: Sequence[str]) -> int:
    return math.ceil(sum(map(len, texts)) / CHARACTERS)
