"""The Model Context Protocol over streamable HTTP, so that a team runs one server for people, programs and agents.

It stands behind the same guard and gate as every route, and its requests are counted and logged like theirs. Each
request is answered for itself, so any worker can take it.
Source: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from scorecast.http.conversing import MARGIN
from scorecast.http.guard import Bounds
from scorecast.mcp.server import streaming
from scorecast.service.desk import Desk

PATH = "/mcp"


class McpRoute(Route):
    """The one path of the protocol. Agents only post: no stream is opened for them, and no session kept."""

    def __init__(self) -> None:
        super().__init__(PATH, _Endpoint(), methods=["POST"], name="mcp", include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is meant, and note the route for metrics and the audit log, as FastAPI does."""
        match, found = super().matches(scope)
        return match, {**found, "route": self} if found else found


class _Endpoint:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on to what the application has running."""
        application: Starlette = scope["app"]
        await application.state.mcp.handle_request(scope, receive, send)


def running(desk: Desk, bounds: Bounds) -> AbstractAsyncContextManager[object]:
    """Run what answers, for as long as the application lives; calls end before the guard would cut them off."""
    return streaming(desk, seconds=MARGIN * bounds.seconds, body_bytes=bounds.body_bytes)
