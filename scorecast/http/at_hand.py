"""What every route has at hand: the desk, the caller, the parameters of lists, and JSON answers.

Dependencies are coroutines although they wait for nothing: FastAPI sends others to a thread and back, each time.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from records.access_key import Scope
from records.errors import UsageError
from scorecast.http.access import allowed
from scorecast.http.guard import Bounds
from scorecast.service.caller import Caller
from scorecast.service.desk import Desk
from scorecast.showing.reply_json import Json, written

MOST = 200
"""Entries of one page."""
LONGEST_NUMBER = 15
"""Digits of a cursor that is a number: what no database, file or list takes is refused before."""
TEXT = r"^[^\x00]*$"
"""What a text of an address may hold: anything but the one sign that PostgreSQL keeps in no text."""


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _bounds(request: Request) -> Bounds:
    bounds: Bounds = request.app.state.bounds
    return bounds


AtDesk = Annotated[Desk, Depends(_desk)]
WithBounds = Annotated[Bounds, Depends(_bounds)]
Reader = Annotated[Caller, Depends(allowed(Scope.READ))]
Asker = Annotated[Caller, Depends(allowed(Scope.FORECAST))]
Administrator = Annotated[Caller, Depends(allowed(Scope.ADMIN))]

Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries of one page.")]
Cursor = Annotated[
    str,
    Query(
        max_length=64, pattern=TEXT, description="`next_cursor` of the page before; leave it out for the first page."
    ),
]
Search = Annotated[
    str, Query(max_length=200, pattern=TEXT, description="Words of names; nearest first. Empty lists all.")
]
Name = Annotated[str, Query(max_length=200, pattern=TEXT, description="Any spelling of a known name.")]


def number_of(cursor: str) -> int | None:
    """Read a cursor that is a number; None for the first page.

    Raises:
        UsageError: it is none of ours.
    """
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= LONGEST_NUMBER):
        raise UsageError("This cursor is of another list; begin with the first page.")
    return int(cursor) if cursor else None


def answer(document: Json, *, status: int = 200) -> Response:
    """Return a JSON answer."""
    return body(written(document), status=status)


def body(text: str, *, status: int = 200) -> Response:
    """Return an answer that is JSON already."""
    return Response(text, status, media_type="application/json")
