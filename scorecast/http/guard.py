"""The guard: refuses what no honest client sends, and bounds how much and how long the rest may ask for.

Hosts other than our own are refused, so that no name that somebody points at this machine reaches a service on
loopback; so are requests that a page of another origin makes: cross-origin use is closed, not only unread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scorecast.http.problems import Problem

MEGABYTE = 1 << 20
BODY = "application/json"
ONCE = (b"host", b"origin", b"content-type", b"content-length")
"""Headers that one reader may take from their first line and another from the last."""
LARGE = frozenset({"/v1/records", "/v1/jobs"})
"""Paths that take whole tables."""


@dataclass(frozen=True)
class Bounds:
    """How much one request may take.

    Attributes:
        body_bytes: of a request.
        import_bytes: of a request that imports records.
        seconds: until an answer.
    """

    body_bytes: int = MEGABYTE
    import_bytes: int = 8 * MEGABYTE
    seconds: float = 120.0


@dataclass(frozen=True)
class Guard:
    """Middleware that checks a request and reads its body before anything else sees it.

    Attributes:
        app: what is guarded.
        bounds: how much a request may take.
        hosts: names by which the service may be addressed; empty for any.
    """

    app: ASGIApp
    bounds: Bounds = field(default_factory=Bounds)
    hosts: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, read, and hand on what is in order, for as long as it may take."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self.bounds.seconds):
                body = await self._checked(scope, receive)
                await self.app(scope, _replaying(body, receive), noting)
        except TimeoutError:
            if begun:
                raise
            detail = f"There was no answer within {self.bounds.seconds:g} s; ask for less at once, or again later."
            await Problem(504, "time-limit", detail).response()(scope, receive, send)
        except Problem as problem:
            await problem.response()(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> bytes:
        headers = _headers(scope)
        self._check_addresses(headers)
        most = self.bounds.import_bytes if scope["path"] in LARGE else self.bounds.body_bytes
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > most:
            raise _too_large(most)
        body = await _read(receive, most)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and kind != BODY:
            raise Problem(415, "unsupported-media-type", f"Send JSON, as `Content-Type: {BODY}`; found {kind!r:.60}.")
        return body

    def _check_addresses(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "")
        if self.hosts and _name(f"//{host}") not in self.hosts:
            raise Problem(421, "misdirected-request", "This service does not answer under that name.")
        origin = headers.get("origin", "")
        if origin and _place(origin) != host:
            raise Problem(403, "cross-origin", "Pages of other origins may not use this service.")


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by name; those that decide who is meant and what was sent must not be told twice."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    names = [name for name, _ in scope["headers"]]
    if any(names.count(name) > 1 for name in ONCE):
        raise Problem(400, "bad-request", "A header that may be told once is told twice.")
    return headers


async def _read(receive: Receive, most: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False) and message["type"] == "http.request"
    return b"".join(parts)


def _replaying(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_large(most: int) -> Problem:
    return Problem(413, "too-large", f"A request may have at most {most:,} bytes; send it in parts.")


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
