"""One attempt at an endpoint: a request and what came of it; whatever goes wrong comes out as a ``Setback``.

Only ``/chat/completions`` is ever asked, whatever the name of the model, and nothing is repeated here. Requests go
straight through the HTTP client: the ``openai`` client above it would take as long again for each of them, and would
send what the environment says. The client belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import cast

import httpx2
from pydantic import JsonValue

from agent.access.completion import Body, joined
from agent.access.mishap import Came, refusal_of, setback_of
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings
from agent.access.transport import LARGEST_REPLY, credentials, http_client
from agent.access.writing import Writer

EVENTS = re.compile(r"\r\n\r\n|\n\n|\r\r")
LINES = re.compile(r"\r\n|\n|\r")
"""Ends of events and of their lines; other marks that end a line in a text may stand within JSON."""
OVER = "[DONE]"


class Wire:
    """Sends requests to one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        """Open a client; an event loop must be running."""
        self._settings, self._writer = settings, Writer()
        self._http = http_client(settings)
        base = httpx2.URL(settings.base_url)
        self._url = base.copy_with(userinfo=b"", path=f"{base.path.rstrip('/')}/chat/completions")
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "identity",
            **credentials(settings),
        }

    async def send(self, body: Body) -> JsonValue:
        """Send a request once and return the ``chat.completion`` that came.

        Raises:
            Setback: no reply, an HTTP error, or a reply that is no JSON.
        """
        came = await self._post(body)
        if not 200 <= came.status < 300:
            raise refusal_of(came, settings=self._settings)
        try:
            return self._parsed(came)
        except (ValueError, RecursionError):
            raise Setback(Kind.LOST, "the reply is no JSON: is OPENAI_BASE_URL the address of an API?") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _post(self, body: Body) -> Came:
        """Return a reply that was read to its end."""
        sent = self._writer.compact(body).encode()
        asked = self._http.stream("POST", self._url, content=sent, headers=self._headers)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds), asked as response:
                content = self._settings.bytes_without_key(await _read(response))
                return Came(response.status_code, response.reason_phrase, response.headers, content)
        except Setback:
            raise
        except Exception as error:  # noqa: BLE001 - the transport lets some errors of its own pass as they are
            raise setback_of(error, settings=self._settings) from None

    def _parsed(self, came: Came) -> JsonValue:
        """Parse a reply; one that came as a stream is joined, whether a stream was asked for or not."""
        if came.headers.get("content-type", "").startswith("text/event-stream"):
            return joined(self._told(chunk) for chunk in chunks(came.content.decode(errors="replace")))
        return cast("JsonValue", json.loads(came.content))

    def _told(self, chunk: JsonValue) -> JsonValue:
        """Return a chunk of a stream, unless it tells an error."""
        error = chunk.get("error") if isinstance(chunk, dict) else None
        if error:
            told = error.get("message") if isinstance(error, dict) else error
            raise Setback(Kind.LOST, self._settings.one_line(f"the stream ends with an error: {told}"))
        return chunk


async def _read(response: httpx2.Response, *, largest: int = LARGEST_REPLY) -> bytes:
    """Read a reply; one that was compressed though nobody asked for that is bounded in what it unpacks to."""
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > largest:
            raise Setback(Kind.LOST, f"the reply is larger than {largest} bytes")
    return bytes(content)


def chunks(text: str) -> Iterator[JsonValue]:
    """Yield what the whole events of a stream tell (https://html.spec.whatwg.org/multipage/server-sent-events.html).

    Raises:
        ValueError: an event is no JSON.
    """
    for event in EVENTS.split(text)[:-1]:  # what follows the last end is no whole event
        lines = (line[5:].removeprefix(" ") for line in LINES.split(event) if line.startswith("data:"))
        told = "\n".join(lines)
        if told.startswith(OVER):
            return
        if told:
            yield json.loads(told)
