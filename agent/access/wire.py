"""One attempt at an endpoint: a request through the ``openai`` client; whatever goes wrong comes out as a ``Setback``.

Only ``/chat/completions`` is ever asked, whatever the name of the model, and nothing is repeated here. The client
belongs to one event loop. Requests go out by ``post``, so that fields which only some endpoints know pass too, and by
the settings alone: a key or project that the environment names is left to the application.
"""

from __future__ import annotations

import asyncio
import json
from typing import cast

import httpx2
from openai import APIError, APIStatusError, AsyncOpenAI, AsyncStream, Omit
from pydantic import JsonValue

from agent.access.completion import Body, joined
from agent.access.mishap import refusal_of, setback_of
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings
from agent.access.transport import IDENTITY, credentials, http_client
from agent.access.writing import Writer


class Wire:
    """Sends requests to one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        """Open a client; an event loop must be running."""
        self._settings, self._writer = settings, Writer()
        base = httpx2.URL(settings.base_url).copy_with(userinfo=b"")
        self._client = AsyncOpenAI(
            base_url=base,
            api_key=settings.api_key,
            admin_api_key="",
            max_retries=0,
            http_client=http_client(settings),
        )
        self._client.organization = self._client.project = None
        # Whole, with what the address asks for behind the path: putting it together takes time in every call.
        self._url = str(base.copy_with(path=f"{base.path.rstrip('/')}/chat/completions"))
        self._headers = self._left_out() | {
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": IDENTITY,  # so that the limit on a reply holds for what it unpacks to
            **credentials(settings),
        }

    async def send(self, body: Body) -> JsonValue:
        """Send a request once and return the ``chat.completion`` that came.

        Raises:
            Setback: no reply, an HTTP error, or a reply that is no JSON.
        """
        response = await self._post(body)
        try:
            return await self._parsed(response)
        except APIError as error:  # told in the middle of a stream
            told = self._settings.one_line(f"the stream ends with an error: {error.message}")
            raise Setback(Kind.LOST, told) from None
        except (ValueError, RecursionError):
            raise Setback(Kind.LOST, "the reply is no JSON: is OPENAI_BASE_URL the address of an API?") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    def _left_out(self) -> dict[str, str | Omit]:
        """Return the headers not to be sent: those that tell of this machine, and a key where there is none."""
        told = [name for name in self._client.default_headers if name.startswith("X-Stainless-")]
        unwanted = ("Authorization", "X-Stainless-Retry-Count", "X-Stainless-Read-Timeout", *told)
        return {name: Omit() for name in unwanted}

    async def _post(self, body: Body) -> httpx2.Response:
        """Return a reply that was read to its end, without the key wherever it stood there."""
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                response = await self._client.post(
                    self._url,
                    content=self._writer.compact(body).encode(),
                    cast_to=httpx2.Response,
                    options={"headers": self._headers},
                )
        except APIStatusError as error:
            raise refusal_of(error.response, settings=self._settings) from None
        except Exception as error:  # noqa: BLE001 - the transport lets some errors of its own pass as they are
            raise setback_of(error, settings=self._settings) from None
        content = self._settings.bytes_without_key(response.content)
        return httpx2.Response(
            response.status_code, headers=response.headers, content=content, request=response.request
        )

    async def _parsed(self, response: httpx2.Response) -> JsonValue:
        """Parse a reply; one that came as a stream is joined, whether a stream was asked for or not."""
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            stream = AsyncStream(cast_to=object, response=response, client=self._client)
            return joined([cast("JsonValue", chunk) async for chunk in stream])
        return cast("JsonValue", json.loads(response.content))
