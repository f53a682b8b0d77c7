"""Why one attempt brought no reply, and whether to try again and after how long."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from enum import StrEnum

from agent.errors import AgentError, ContextTooLong, ModelRefused, ProviderDown, RequestRefused

LONGEST_BACKOFF = 8.0
QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
TOO_LONG = ("context_length_exceeded", "maximum context length", "context window", "prompt is too long")
FILTERED = ("content_filter", "content_policy_violation")
ADVICE = {
    401: "check OPENAI_API_KEY",
    403: "this key may not use the model",
    404: "check SCORECAST_MODEL and OPENAI_BASE_URL",
}


class Kind(StrEnum):
    """What went wrong."""

    LIMITED = "limited"
    """429: too many requests."""
    SERVER = "server"
    """5xx, or 408 and 409: the server's own fault."""
    UNREACHABLE = "unreachable"
    """No connection: the request was never sent."""
    LOST = "lost"
    """The request was sent and no whole reply came: timeout, reset, truncated or garbled reply."""
    REFUSED = "refused"
    """The request as it is will never be taken."""


class Setback(Exception):  # noqa: N818 - internal: it never leaves this package
    """One attempt that brought no reply.

    Attributes:
        kind: what went wrong.
        reason: in words, without secrets.
        status: the HTTP status; None where no reply came.
        code: the provider's own code; may be empty.
        retry_after: seconds that the provider asks to wait; None where it does not say.
    """

    def __init__(
        self,
        kind: Kind,
        reason: str,
        *,
        status: int | None = None,
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.kind, self.reason, self.status = kind, reason, status
        self.code, self.retry_after = code, retry_after
        super().__init__(reason)

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed later."""
        return self.kind is not Kind.REFUSED and self.code not in QUOTA

    def wait(self, attempt: int, *, first: float, jitter: float) -> float:
        """Return the seconds to wait before the next attempt.

        Args:
            attempt: how many attempts were made, from 1.
            first: our own wait after the first of them, in seconds; it doubles with each, up to 8 seconds.
            jitter: between 0 and 1; shortens our own waits by up to a quarter, so that many callers spread.
        """
        own = min(LONGEST_BACKOFF, first * 2.0 ** min(attempt - 1, 10)) * (1.0 - 0.25 * jitter)
        return own if self.retry_after is None else self.retry_after

    @property
    def told(self) -> str:
        """Why the next attempt waits, in as few words as fit beside a bar."""
        if self.kind is Kind.LIMITED:
            return "the endpoint limits"
        return "the endpoint failed" + (f" (HTTP {self.status})" if self.status else "")

    def error(self, host: str, *, attempts: int) -> AgentError:
        """Return the error for the caller, where this was the last attempt."""
        if self.kind is not Kind.REFUSED or self.status is None:
            return ProviderDown(host, f"{_stop(self.reason)} Try again later.", status=self.status, attempts=attempts)
        lowered = f"{self.code} {self.reason}".lower()
        if any(word in lowered for word in FILTERED):
            return ModelRefused(f"A content filter of {host} refused the request (HTTP {self.status}): {self.reason}")
        if any(word in lowered for word in TOO_LONG):
            return ContextTooLong(host, self.reason, status=self.status)
        told = f"{_stop(self.reason)} Next: {ADVICE[self.status]}." if self.status in ADVICE else self.reason
        return RequestRefused(host, told, status=self.status)


def _stop(reason: str) -> str:
    """End a reason as a sentence ends; servers write it with and without a stop."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def kind_of(status: int) -> Kind:
    """Return what an HTTP status that is not 200 means."""
    if status == 429:
        return Kind.LIMITED
    return Kind.SERVER if status >= 500 or status in {408, 409} else Kind.REFUSED


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a reply asks to wait: ``Retry-After-Ms``, or ``Retry-After`` in seconds or as a date.

    A date is compared with the reply's own ``Date``, so the clock of this machine does not matter.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return seconds if 0.0 <= seconds < float("inf") else None
    try:
        later, sent = (email.utils.parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
        return max(0.0, (later - sent).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
