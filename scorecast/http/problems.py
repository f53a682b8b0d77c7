"""Problems: every error of ours as ``application/problem+json``.

Source: RFC 9457, Problem Details for HTTP APIs. ``type`` is a URN that programs may rely on; ``detail`` is for people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from scorecast.service.faults import UNKNOWN, fault_of
from scorecast.service.refusal import Why
from scorecast.service.replies import Told
from scorecast.showing.reply_json import Json

MEDIA = "application/problem+json"
URN = "urn:scorecast:problem:"
MOST_FAULTS = 20
"""Faults of one request that are listed."""

STATUS = {
    "usage": 400,
    "ambiguous-name": 400,
    "data": 422,
    "not-enough-records": 409,
    Why.REUSED.value: 409,
    Why.BUSY.value: 503,
    Why.LEFT.value: 503,
    Why.LATE.value: 504,
    "store": 503,
    "unexpected": 500,
}
"""Status of each kind of fault; names that are not known are 404."""

PASSING = frozenset({Why.BUSY.value, "store"})
"""Kinds of faults that pass, and after how many seconds to try again."""
AGAIN = "5"


class ProblemTold(Told):
    """A problem, RFC 9457: its layout for the OpenAPI document."""

    type: str
    title: str
    status: int
    detail: str


class Problem(HTTPException):
    """A request that could not be answered; becomes problem+json.

    Attributes:
        kind: the end of the problem's type.
        more: further members of the document.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.kind, self.more = kind, dict(more or {})

    def response(self) -> Response:
        """Return the answer to the client."""
        document: dict[str, Json] = {
            "type": URN + self.kind,
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": self.detail,
            **self.more,
        }
        return Response(json.dumps(document), self.status_code, self.headers, media_type=MEDIA)


def _of_fault(error: Exception) -> Problem:
    """Turn an error into a problem, by the kind of fault that it is told as."""
    fault = fault_of(error)
    headers = {"Retry-After": AGAIN} if fault.kind in PASSING else None
    return Problem(_status(fault.kind), fault.kind, fault.detail, headers=headers, more=fault.more)


def _status(kind: str) -> int:
    return 404 if kind.startswith(UNKNOWN) else STATUS[kind]


def answer_error(_request: Request, error: Exception) -> Response:
    """Answer any exception; what FastAPI calls."""
    return as_problem(error).response()


def as_problem(error: Exception) -> Problem:
    """Turn any exception into a problem."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _invalid(error.errors())
        case HTTPException():
            kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
            return Problem(error.status_code, kind, str(error.detail), headers=error.headers)
    return _of_fault(error)


def _invalid(errors: Sequence[Any]) -> Problem:
    """Say where and why a request is invalid, without repeating what was sent."""
    faults: list[Json] = [
        {"where": "/".join(str(part) for part in fault["loc"]), "why": str(fault["msg"])}
        for fault in errors[:MOST_FAULTS]
    ]
    count = f"{len(errors)} faults; `faults` lists " + ("them" if len(errors) <= MOST_FAULTS else f"{MOST_FAULTS}")
    return Problem(422, "invalid-request", f"The request is not what it must be: {count}.", more={"faults": faults})
