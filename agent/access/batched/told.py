"""What a provider tells of its batches, read strictly: ids go into addresses and into the journal."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from pydantic import Field, JsonValue, ValidationError

from agent.access.setback import Kind, Setback
from records.base import Value

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")
"""What an id of the provider may look like; it goes into addresses."""
MOST_REASON = 300


class Status(StrEnum):
    """How far a batch is, in the provider's words."""

    VALIDATING = "validating"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self in {Status.COMPLETED, Status.FAILED, Status.EXPIRED, Status.CANCELLED}


class ProviderBatch(Value):
    """One batch at the provider.

    Attributes:
        id: the provider's.
        file_id: of the requests.
        status: how far it is.
        outputs: ids of the files that hold replies and errors, as far as there are any.
        answered: requests that are done, well or badly.
        reason: why it failed as a whole; may be empty.
    """

    id: str
    file_id: str
    status: Status
    outputs: tuple[str, ...] = ()
    answered: int = Field(default=0, ge=0)
    reason: str = ""


def read_batch(told: JsonValue, *, hide: Callable[[str], str] = str) -> ProviderBatch:
    """Read a ``batch`` object; ``hide`` takes secrets out of what it says.

    Raises:
        Setback: it is none.
    """
    if not isinstance(told, dict):
        raise Setback(Kind.LOST, f"the provider tells of a batch by {type(told).__name__}, expected a JSON object")
    files = [told[name] for name in ("output_file_id", "error_file_id") if told.get(name)]
    try:
        return ProviderBatch(
            id=read_id(told.get("id")),
            file_id=read_id(told.get("input_file_id")),
            status=Status(str(told.get("status"))),
            outputs=tuple(read_id(name) for name in files),
            answered=_answered(told.get("request_counts")),
            reason=hide(_reason(told.get("errors")))[:MOST_REASON],
        )
    except (ValueError, ValidationError) as error:
        raise Setback(Kind.LOST, f"the provider tells of a batch what makes no sense: {str(error)[:100]}") from None


def read_id(told: JsonValue) -> str:
    """Return an id.

    Raises:
        Setback: it is none that could go into an address.
    """
    if not isinstance(told, str) or not ID.fullmatch(told) or ".." in told:
        raise Setback(Kind.LOST, f"the provider names a file or batch {str(told)[:60]!r}, which is no id")
    return told


def _answered(counts: JsonValue) -> int:
    if not isinstance(counts, dict):
        return 0
    told = [counts.get("completed"), counts.get("failed")]
    return sum(count for count in told if isinstance(count, int) and count > 0)


def _reason(errors: JsonValue) -> str:
    """Why a batch failed: what its first error says."""
    data = errors.get("data") if isinstance(errors, dict) else None
    first = data[0] if isinstance(data, list) and data else None
    if not isinstance(first, dict):
        return ""
    words = [str(first[name]) for name in ("code", "message") if first.get(name)]
    return " ".join(": ".join(words).split())
