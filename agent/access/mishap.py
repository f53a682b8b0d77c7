"""What an exception of the ``openai`` client or of the transport below it, or a refusal, says: a ``Setback``.

Whether a request was ever sent is read from the chain of causes: the transport calls every broken connection a failure
to connect, so only what the system itself says about names, routes, ports and certificates counts as never sent.
"""

from __future__ import annotations

import errno
import json
import socket
import ssl
from collections.abc import Iterator

import httpx2

from agent.access.setback import Kind, Setback, kind_of, retry_after
from agent.access.settings import AccessSettings

NO_WAY = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


def setback_of(error: Exception, *, settings: AccessSettings) -> Setback:
    """Return what an exception means, on one line of limited length and without the key."""
    causes = list(_causes(error))
    own = next((cause for cause in causes if isinstance(cause, Setback)), None)
    if own is not None:
        return own
    told = next((f"({type(cause).__name__}: {cause})" for cause in reversed(causes) if str(cause)), "")
    if _never_sent(causes):
        return Setback(Kind.UNREACHABLE, settings.one_line(f"no connection {told}"))
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return Setback(Kind.LOST, f"no reply within {settings.timeout_seconds:g} seconds")
    return Setback(Kind.LOST, settings.one_line(f"the connection failed {told}"))


def refusal_of(response: httpx2.Response, *, settings: AccessSettings) -> Setback:
    """Return what a reply without a status of success, read to its end, means; likewise."""
    text = settings.bytes_without_key(response.content).decode(errors="replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    error = body.get("error", body) if isinstance(body, dict) else body
    told = error.get("message") if isinstance(error, dict) else error
    return Setback(
        kind_of(response.status_code),
        settings.one_line(str(told or text or response.reason_phrase)),
        status=response.status_code,
        code=str((error.get("code") if isinstance(error, dict) else "") or ""),
        retry_after=retry_after(response.headers),
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
