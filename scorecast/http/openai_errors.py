"""OpenAI's errors: the problems of routes that speak OpenAI's format, told in its shape.

``{"error": {"message", "type", "param", "code"}}``. A body that is not what it must be is 400 there, not 422.
Source: https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scorecast.http.problems import MEDIA, URN
from scorecast.showing.reply_json import Json

COMPLETIONS = "/v1/chat/completions"
ALIAS = "/openai/"

TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
CODES = {"unauthorised": "invalid_api_key", "too-many-requests": "rate_limit_exceeded"}


@dataclass(frozen=True)
class OpenAIErrors:
    """Middleware that tells problems of OpenAI's routes as OpenAI does, whoever found them."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and turn its problem."""
        if scope["type"] != "http" or not speaks_openai(scope["path"]):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def turning(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await _send_turned(start, body, send)

        await self.app(scope, receive, turning)


def speaks_openai(path: str) -> bool:
    """Whether a path is one of OpenAI's."""
    return path == COMPLETIONS or path.startswith(ALIAS)


def told_as_openai(problem: Mapping[str, Json]) -> dict[str, Json]:
    """Return a problem document in OpenAI's shape."""
    status, kind = cast("int", problem["status"]), str(problem["type"]).removeprefix(URN)
    usual = "server_error" if status >= 500 else "invalid_request_error"
    faults = problem.get("faults")
    fault = faults[0] if isinstance(faults, list) and faults else None
    where = str(fault["where"]).removeprefix("body/").replace("/", ".") if isinstance(fault, dict) else None
    why = f" {where}: {fault['why']}." if isinstance(fault, dict) else ""
    return {
        "error": {
            "message": f"{problem['detail']}{why}",
            "type": TYPES.get(status, usual),
            "param": where,
            "code": CODES.get(kind, kind.replace("-", "_")),
        }
    }


def _is_problem(message: Message) -> bool:
    return MutableHeaders(scope=message).get("content-type", "").startswith(MEDIA)


async def _send_turned(start: Message, body: bytes, send: Send) -> None:
    document = json.dumps(told_as_openai(json.loads(body))).encode()
    headers = MutableHeaders(scope=start)
    headers["content-type"], headers["content-length"] = "application/json", str(len(document))
    status = 400 if start["status"] == 422 else start["status"]
    await send({**start, "status": status})
    await send({"type": "http.response.body", "body": document})
