"""The web page: the files of ``scorecast/page``, read once and served as they are.

Only names that were found there are answered, so no path leads anywhere else. The content security policy lets the
page run its own scripts and styles and talk to this service, and nothing besides; with trusted types, no text can
become markup or script, whatever the names and notes of records say.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from scorecast.http.access import PAGE
from scorecast.http.problems import Problem

router = APIRouter(include_in_schema=False)

FIRST = "index.html"
MEDIA = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
"""Media types by the endings of files; others are not served."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class File(NamedTuple):
    """A file of the page.

    Attributes:
        content: as it is served.
        media: its type.
        tag: changes with the content, so that a browser asks again and is told that nothing has.
    """

    content: bytes
    media: str
    tag: str


@router.get("/")
async def first(request: Request) -> Response:
    """Serve the page."""
    return _serve(request, FIRST)


@router.get(PAGE + "{path:path}")
async def part(request: Request, path: str) -> Response:
    """Serve a file of the page."""
    return _serve(request, path)


def _serve(request: Request, name: str) -> Response:
    found = _files().get(name)
    if found is None:
        raise Problem(404, "not-found", "The page has no such file.")
    headers = HEADERS | {"ETag": found.tag}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media)


@cache
def _files() -> dict[str, File]:
    """All files of the page by their paths below ``scorecast/page``."""
    return dict(_found(files("scorecast") / "page", ""))


def _found(folder: Traversable, before: str) -> list[tuple[str, File]]:
    found = []
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{before}{one.name}"
        if one.is_dir():
            found += _found(one, f"{name}/")
        elif media := MEDIA.get(name.rpartition(".")[2]):
            content = one.read_bytes()
            found.append((name, File(content, media, f'"{hashlib.sha256(content).hexdigest()[:20]}"')))
    return found
