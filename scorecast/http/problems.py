"""Problems: every error of ours as ``application/problem+json``.

Source: RFC 9457, Problem Details for HTTP APIs. ``type`` is a URN that programs may rely on; ``detail`` is for people.
Nothing of the server's inside is told: no traceback, no path, no address of a database.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from records.errors import DataError, NotEnoughRecords, ScorecastError, StoreError, UnknownName, UsageError
from records.names.catalogue import AmbiguousName
from scorecast.showing.reply_json import Json

MEDIA = "application/problem+json"
URN = "urn:scorecast:problem:"
LOG = logging.getLogger("scorecast.http")
MOST_FAULTS = 20
"""Faults of one request that are listed."""

_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")


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


def of_ours(error: ScorecastError) -> Problem:
    """Turn an error of our tree into a problem; the most particular kind that fits."""
    told = _without_options(str(error))
    match error:
        case UnknownName():
            detail = f"No {error.kind} is called {error.name!r}."
            more: dict[str, Json] = {"name": error.name, "suggestions": list(error.suggestions)}
            return Problem(404, f"unknown-{error.kind}", detail, more=more)
        case AmbiguousName():
            return Problem(400, "ambiguous-name", told, more={"candidates": list(error.candidates)})
        case UsageError():
            return Problem(400, "usage", told)
        case DataError():
            return Problem(422, "data", told)
        case NotEnoughRecords():
            return Problem(409, "not-enough-records", told)
        case StoreError():
            LOG.error("the store failed: %s", error)
            detail = "The store cannot be reached, or is busy; try again."
            return Problem(503, "store", detail, headers={"Retry-After": "5"})
    return unexpected(error)


def unexpected(error: Exception) -> Problem:
    """Turn a fault of the program into a problem that says nothing of the inside; the log says all."""
    LOG.error("unexpected %s", type(error).__name__, exc_info=error)
    return Problem(500, "unexpected", "Something went wrong here; the log of the service says what.")


def answer_error(_request: Request, error: Exception) -> Response:
    """Answer any exception; what FastAPI calls."""
    return as_problem(error).response()


def as_problem(error: Exception) -> Problem:
    """Turn any exception into a problem."""
    match error:
        case Problem():
            return error
        case ScorecastError():
            return of_ours(error)
        case RequestValidationError():
            return _invalid(error.errors())
        case HTTPException():
            kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
            return Problem(error.status_code, kind, str(error.detail), headers=error.headers)
    return unexpected(error)


def _invalid(errors: Sequence[Any]) -> Problem:
    """Say where and why a request is invalid, without repeating what was sent."""
    faults: list[Json] = [
        {"where": "/".join(str(part) for part in fault["loc"]), "why": str(fault["msg"])}
        for fault in errors[:MOST_FAULTS]
    ]
    count = f"{len(errors)} faults; `faults` lists " + ("them" if len(errors) <= MOST_FAULTS else f"{MOST_FAULTS}")
    return Problem(422, "invalid-request", f"The request is not what it must be: {count}.", more={"faults": faults})


def _without_options(sentence: str) -> str:
    """Name fields as requests do, where a sentence names options of the command line, but not whole commands."""
    return sentence if "`" in sentence else _OPTION.sub(lambda found: found[1].replace("-", "_"), sentence)
