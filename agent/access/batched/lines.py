"""The lines of a batch: requests as the provider wants them, and replies as it gives them, which are untrusted.

In: requests under their keys. Out: for each key the reply, or the setback that one attempt at it met.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from pydantic import JsonValue

from agent.access.batched.api import ROUTE
from agent.access.batched.told import ProviderBatch, Status
from agent.access.completion import Body, Broken
from agent.access.reply_cache import TRANSPORT
from agent.access.setback import Kind, Setback, kind_of
from agent.access.settings import AccessSettings

LONGEST_REASON = 300
UNASKED = frozenset({"batch_expired", "batch_cancelled"})
"""What a batch says of requests that it did not come to."""


def request_line(key: str, body: Body) -> bytes:
    """Return a request as a line; a batch knows no streams."""
    said = {name: value for name, value in body.items() if name not in TRANSPORT}
    line = {"custom_id": key, "method": "POST", "url": ROUTE, "body": said}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Outcome(NamedTuple):
    """What a line says: the reply to a request, or why there is none."""

    key: str
    reply: JsonValue
    setback: Setback | None = None


def read_line(line: bytes, *, settings: AccessSettings) -> Outcome:
    """Read one line of a file of replies or errors.

    Raises:
        Broken: it is none.
    """
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise Broken("a line is no JSON") from None
    key = told.get("custom_id") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(key, str):
        raise Broken("a line has no custom_id")
    response = told.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    body = response.get("body") if isinstance(response, dict) else None
    if status == 200 and not told.get("error"):
        return Outcome(key, body)
    return Outcome(key, None, _setback(status, body, told.get("error"), settings=settings))


def _setback(status: JsonValue, body: JsonValue, error: JsonValue, *, settings: AccessSettings) -> Setback:
    """Return what went wrong with one request; nothing was billed for it."""
    inner = body.get("error") if isinstance(body, dict) else None
    told = next((one for one in (error, inner) if isinstance(one, dict)), {})
    code = str(told.get("code") or "")
    kind = kind_of(status) if isinstance(status, int) and status != 200 else Kind.SERVER
    reason = settings.without_key(f"in a batch: {told.get('message') or code or 'it failed'}")
    known = status if isinstance(status, int) and status != 200 else None
    return Setback(kind, " ".join(reason.split())[:LONGEST_REASON], status=known, code=code)


def unanswered(batch: ProviderBatch, *, answered: int, of: int) -> Setback:
    """Return why a request has no reply that was in a batch which has ended.

    A batch that was worked through owes a reply, and may charge for it; from any other, nothing more is to be had, and
    the same requests are not asked again by themselves.
    """
    if batch.status is Status.COMPLETED:
        return Setback(Kind.LOST, f"batch {batch.id} has no readable reply to this request")
    why = f": {batch.reason}" if batch.reason else ""
    told = f"batch {batch.id} {_ENDS[batch.status]} with {answered:,} of {of:,} requests answered{why}"
    return Setback(Kind.REFUSED, told)


_ENDS = {
    Status.FAILED: "failed as a whole",
    Status.EXPIRED: "expired after 24 hours",
    Status.CANCELLED: "was cancelled",
}
