"""What an exception of the ``openai`` client, or of the transport below it, says about an attempt: a ``Setback``.

Whether a request was ever sent is read from the chain of causes: the transport calls every broken connection a failure
to connect, so only what the system itself says about names, routes, ports and certificates counts as never sent.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx2
from openai import APIConnectionError, APIError, APIStatusError

from agent.access.setback import Kind, Setback, kind_of, retry_after
from agent.access.settings import AccessSettings

LONGEST_REASON = 300
NO_WAY = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


def setback_of(error: Exception, *, settings: AccessSettings) -> Setback:
    """Return what an exception means, on one line of limited length and without the key."""
    if isinstance(error, APIStatusError):
        return _status(error, settings)
    if isinstance(error, APIError) and not isinstance(error, APIConnectionError):
        return Setback(Kind.LOST, _clean(f"the stream ends with an error: {error.message}", settings))
    causes = list(_causes(error))
    told = next((f"({type(cause).__name__}: {cause})" for cause in reversed(causes) if str(cause)), "")
    if _never_sent(causes):
        return Setback(Kind.UNREACHABLE, _clean(f"no connection {told}", settings))
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return Setback(Kind.LOST, f"no reply within {settings.timeout_seconds:g} seconds")
    return Setback(Kind.LOST, _clean(f"the connection failed {told}", settings))


def _status(error: APIStatusError, settings: AccessSettings) -> Setback:
    told = error.body.get("message") if isinstance(error.body, dict) else error.body
    return Setback(
        kind_of(error.status_code),
        _clean(str(told or error.response.text or error.response.reason_phrase), settings),
        status=error.status_code,
        code=error.code or "",
        retry_after=retry_after(error.response.headers),
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _never_sent(causes: list[BaseException]) -> bool:
    """Whether no connection came about: the system says so, or making one took too long."""
    if any(isinstance(cause, socket.gaierror | ssl.SSLCertVerificationError) for cause in causes):
        return True
    if any(isinstance(cause, OSError) and cause.errno in NO_WAY for cause in causes):
        return True
    slow = any(isinstance(cause, TimeoutError) and cause.errno is None for cause in causes)
    return slow and any(isinstance(cause, httpx2.ConnectTimeout) for cause in causes)


def _clean(text: str, settings: AccessSettings) -> str:
    return " ".join(settings.without_key(text).split())[:LONGEST_REASON]
