"""Access: who asks, by which key, and what that key opens.

Keys come as ``Authorization: Bearer sc_...``. They are checked before a body is read. On loopback, without a key,
the asker is the user of the machine, who may do everything; a key that is sent there is held to what it opens. Chat
clients in OpenAI's format always send some key: there, one that is plainly none of ours is taken for none.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from records.access_key import AccessKey, Scope
from scorecast.http.openai_errors import speaks_openai
from scorecast.http.problems import Problem, as_problem
from scorecast.service.caller import LOCAL, Caller
from scorecast.service.rate import Rates, Rating

OPEN = frozenset({"/", "/v1/health", "/v1/ready", "/v1/openapi.json"})
"""Paths that need no key."""
PAGE = "/page/"
"""What lies below needs none either: the files of the web page, which ask for a key themselves."""

ABOUT = "/v1/about"
"""Where everybody is told whether a key is needed; a key that is sent must open something there too."""

OURS = "sc_"
"""How our keys begin."""

FindKey = Callable[[str], Awaitable[AccessKey | None]]


def is_open(path: str) -> bool:
    """Whether a path needs no key, and tells nothing that is worth a line of the audit log."""
    return path in OPEN or path.startswith(PAGE)


@dataclass(frozen=True)
class Gate:
    """Middleware that lets nobody in without a key where keys are required."""

    app: ASGIApp
    keys_required: bool
    find: FindKey
    rates: Rating = field(default_factory=Rates)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Find out who asks, and hand the request on."""
        if scope["type"] == "http" and not is_open(scope["path"]):
            try:
                scope["state"]["caller"] = await self._caller(scope)
            except Exception as error:  # noqa: BLE001 - becomes a problem, whatever it is
                await as_problem(error).response()(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _caller(self, scope: Connection) -> Caller | None:
        """Return who asks; None for a stranger who asks what everybody is told."""
        told = [value for name, value in scope["headers"] if name == b"authorization"]
        if not told:
            if self.keys_required and scope["path"] == ABOUT:
                return None
            if self.keys_required:
                raise _who("A key is needed: send it as `Authorization: Bearer sc_...`.")
            return LOCAL
        kind, _, secret = told[0].decode("latin-1").partition(" ")
        if not self.keys_required and speaks_openai(scope["path"]) and not secret.strip().startswith(OURS):
            return LOCAL
        key = await self.find(secret.strip()) if len(told) == 1 and kind.lower() == "bearer" else None
        if key is None:
            raise _who("This key opens nothing: it is unknown, misspelt or revoked.")
        wait = self.rates.wait(key.id, per_minute=key.per_minute, moment=time.monotonic())
        if wait:
            detail = f"This key may make {key.per_minute} requests a minute; try again in {wait:.0f} s."
            raise Problem(429, "too-many-requests", detail, headers={"Retry-After": f"{wait:.0f}"})
        return Caller(key.id, key.name, key.scope)


def _who(detail: str) -> Problem:
    return Problem(401, "unauthorised", detail, headers={"WWW-Authenticate": 'Bearer realm="scorecast"'})


_SCHEME = HTTPBearer(auto_error=False, description="A key made by `scorecast keys create`.")


def allowed(needed: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """Return a dependency that gives the caller, and refuses one whose key does not open this."""

    async def caller(request: Request, _told: object = Depends(_SCHEME)) -> Caller:
        found: Caller = request.state.caller
        if not found.scope.holds(needed):
            detail = f"This needs a key of the scope {needed.value}; yours has {found.scope.value}."
            raise Problem(403, "forbidden", detail)
        return found

    return caller
