"""Observing: every request has an id, its client's or ours, is counted, and leaves one line in the audit log.

The line is JSON on the logger ``scorecast.audit``: when, who (name and id of the key, never the key), what (method,
route, never address parameters or bodies), what came of it, how long it took, and the ids of forecasts entered.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scorecast.http.access import is_open
from scorecast.http.doors import Doors
from scorecast.http.problems import Problem, as_problem
from scorecast.service.metrics import Metrics

AUDIT = logging.getLogger("scorecast.audit")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ALIVE = "/v1/health"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY = re.compile(r"sc_[0-9a-f]{8}_")
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Observing:
    """Middleware around everything else: nothing leaves the service unseen, no exception as itself."""

    app: ASGIApp
    metrics: Metrics
    clock: Callable[[], dt.datetime]
    doors: Doors = field(default_factory=Doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and note what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, status, started = _request_id(scope), 0, time.perf_counter()
        scope.setdefault("state", {})["entered"] = ()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        self.metrics.began()
        try:
            await self._inside(scope, receive, noting)
        except Exception as error:
            problem = as_problem(error)
            if status:
                raise
            await problem.response()(scope, receive, noting)
        finally:
            seconds = time.perf_counter() - started
            self._note(scope, request_id, status, seconds)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in unless the service is about to stop; whether it lives is told to the end."""
        if scope["path"] == ALIVE:
            await self.app(scope, receive, send)
            return
        try:
            self.doors.enter()
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self.doors.leave()

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        # A client that leaves before its answer gets none: 499, as other servers log it.
        route, method, status = _route(scope), scope["method"], status or 499
        method = method if method in METHODS else "OTHER"
        self.metrics.ended(method=method, route=route, status=status, seconds=seconds)
        caller = scope["state"].get("caller")
        if is_open(scope["path"]):
            return  # asked every few seconds by whoever watches the service, and they tell nothing
        told = {
            "at": self.clock().isoformat(timespec="milliseconds"),
            "request": request_id,
            "from": (scope.get("client") or ("",))[0],
            "key": caller.id if caller else "",
            "user": caller.name if caller else "",
            "method": method,
            "route": route,
            "status": status,
            "ms": round(1000 * seconds, 1),
            "entered": list(scope["state"]["entered"]),
        }
        AUDIT.info(json.dumps(told))


def _request_id(scope: Scope) -> str:
    """The id that the client chose, where it is one that no log can be confused by; else a new one."""
    told = [value for name, value in scope["headers"] if name == b"x-request-id"]
    chosen = told[0].decode("latin-1") if len(told) == 1 else ""
    return chosen if _REQUEST_ID.fullmatch(chosen) and not _KEY.search(chosen) else secrets.token_hex(8)


def _route(scope: Scope) -> str:
    """The path as the routes write it, ``/v1/forecasts/{id}``: what a client made up is not repeated."""
    return getattr(scope.get("route"), "path", "") or "unknown"
