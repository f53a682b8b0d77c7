"""One attempt at an endpoint: HTTP through aiohttp; whatever goes wrong comes out as a ``Setback``.

Only ``/chat/completions`` is ever asked, whatever the name of the model, and nothing is repeated here. The session
belongs to one event loop. aiohttp takes a fifth of the processor time of the ``openai`` client with many requests in
flight, and that time is what bounds a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import aiohttp
from pydantic import JsonValue

from agent.access.completion import Body, joined
from agent.access.setback import Kind, Setback, kind_of, retry_after
from agent.access.settings import AccessSettings

CONNECT_SECONDS = 10.0
LARGEST_REPLY = 16 * 1024 * 1024
LONGEST_REASON = 300


class Wire:
    """Sends requests to one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        """Open a session; an event loop must be running."""
        self._settings = settings
        self._url = settings.base_url.rstrip("/") + "/chat/completions"
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if settings.api_key:
            headers["Authorization"] = f"Bearer {settings.api_key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=settings.max_in_flight),
            timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, sock_connect=CONNECT_SECONDS),
            headers=headers,
            proxy=settings.proxy,
        )

    async def send(self, body: Body) -> JsonValue:
        """Send a request once and return the ``chat.completion`` that came.

        Raises:
            Setback: no reply, an HTTP error, or a reply that is no JSON.
        """
        try:
            async with self._session.post(self._url, data=json.dumps(body).encode(), allow_redirects=False) as response:
                text = await _read(response)
                if response.status != 200:
                    raise self._status(response, text)
                return _parsed(text, streamed=response.content_type == "text/event-stream")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise self._cut(Kind.UNREACHABLE, "no connection", error) from None
        except TimeoutError:
            raise Setback(Kind.LOST, f"no reply within {self._settings.timeout_seconds:g} seconds") from None
        except aiohttp.ClientError as error:
            raise self._cut(Kind.LOST, "the connection failed", error) from None
        except ValueError:
            raise Setback(Kind.LOST, "the reply is no JSON: is OPENAI_BASE_URL the address of an API?") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    def _status(self, response: aiohttp.ClientResponse, text: bytes) -> Setback:
        error = _error_of(text)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Setback(
            kind_of(response.status),
            self._clean(str(error.get("message") or text.decode(errors="replace") or response.reason)),
            status=response.status,
            code=str(error.get("code") or ""),
            retry_after=retry_after(headers),
        )

    def _cut(self, kind: Kind, what: str, error: Exception) -> Setback:
        return Setback(kind, self._clean(f"{what} ({type(error).__name__}: {error})"))

    def _clean(self, text: str) -> str:
        """One line of limited length, without the key."""
        return " ".join(self._settings.without_key(text).split())[:LONGEST_REASON]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > LARGEST_REPLY:
            raise Setback(Kind.LOST, f"the reply is larger than {LARGEST_REPLY} bytes")
        parts.append(part)
    return b"".join(parts)


def _parsed(text: bytes, *, streamed: bool) -> JsonValue:
    """Parse a reply; one that came as a stream is joined, whether a stream was asked for or not."""
    if streamed:
        return joined(_events(text))
    reply: JsonValue = json.loads(text)
    return reply


def _events(text: bytes) -> Iterator[JsonValue]:
    """Yield the data of server-sent events; the last one may be cut off, which its missing end tells later."""
    for line in text.replace(b"\r\n", b"\n").split(b"\n"):
        name, _, data = line.partition(b":")
        if name == b"data" and data.strip() != b"[DONE]":
            try:
                yield json.loads(data)
            except ValueError:
                return


def _error_of(text: bytes) -> Body:
    """Return the ``error`` object of a reply, empty where it has none."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {"message": error} if isinstance(error, str) else {}
