"""One attempt at an endpoint: a request through the ``openai`` client, whose errors come out as a ``Setback``.

Only ``/chat/completions`` is ever asked, whatever the name of the model, and nothing is repeated here. The client
belongs to one event loop. Requests go out by ``post``, so that fields which only some endpoints know pass too; over
aiohttp, which with many in flight takes half the processor time of the client's usual transport; and by the settings
alone: keys, projects and proxies that the environment names are left to the application.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from typing import cast

import httpx2
from openai import APIError, AsyncOpenAI, AsyncStream, DefaultAioHttpClient, Omit
from pydantic import JsonValue

from agent.access.completion import Body, joined
from agent.access.mishap import setback_of
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings

CONNECT_SECONDS = 10.0
LARGEST_REPLY = 16 * 1024 * 1024


class Wire:
    """Sends requests to one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        """Open a client; an event loop must be running."""
        self._settings = settings
        proxy = _proxy(settings)
        self._client = AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key,
            admin_api_key="",
            max_retries=0,
            http_client=_http(settings, proxy),
        )
        self._client.organization = self._client.project = None
        self._url = f"{self._client.base_url}chat/completions"  # whole: putting it together takes time in every call
        self._headers = _headers(settings) | {name: Omit() for name in self._client.default_headers if _tells(name)}
        if proxy and settings.base_url.startswith("http:"):  # without a tunnel the proxy reads what the endpoint gets
            self._headers |= proxy.headers

    async def send(self, body: Body) -> JsonValue:
        """Send a request once and return the ``chat.completion`` that came.

        Raises:
            Setback: no reply, an HTTP error, or a reply that is no JSON.
        """
        response = await self._post(body)
        try:
            return await self._read(response)
        except APIError as error:  # told in the middle of a stream
            raise setback_of(error, settings=self._settings) from None
        except ValueError:
            raise Setback(Kind.LOST, "the reply is no JSON: is OPENAI_BASE_URL the address of an API?") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _post(self, body: Body) -> httpx2.Response:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._client.post(
                    self._url, body=body, cast_to=httpx2.Response, options={"headers": self._headers}
                )
        except Setback:
            raise
        except Exception as error:  # noqa: BLE001 - the transport lets some errors of its own pass as they are
            raise setback_of(error, settings=self._settings) from None

    async def _read(self, response: httpx2.Response) -> JsonValue:
        """Parse a reply; one that came as a stream is joined, whether a stream was asked for or not."""
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            stream = AsyncStream(cast_to=object, response=response, client=self._client)
            return joined([cast("JsonValue", chunk) async for chunk in stream])
        return cast("JsonValue", response.json())


def _headers(settings: AccessSettings) -> dict[str, str | Omit]:
    return {
        "Authorization": f"Bearer {settings.api_key}" if settings.api_key else Omit(),
        "Accept": "application/json, text/event-stream",
        "Accept-Encoding": "identity",  # so that the limit on a reply holds for what it unpacks to
        "X-Stainless-Retry-Count": Omit(),
        "X-Stainless-Read-Timeout": Omit(),
    }


def _tells(header: str) -> bool:
    """Whether a header tells the endpoint about this machine: its system, processor and Python."""
    return header.startswith("X-Stainless-")


def _proxy(settings: AccessSettings) -> httpx2.Proxy | None:
    """Return the proxy with its password as a header, the only form that aiohttp takes without a warning."""
    if settings.proxy is None:
        return None
    named = httpx2.Proxy(settings.proxy)
    if named.raw_auth is None:
        return named
    password = base64.b64encode(b":".join(named.raw_auth)).decode()
    return httpx2.Proxy(named.url, headers={"Proxy-Authorization": f"Basic {password}"})


def _http(settings: AccessSettings, proxy: httpx2.Proxy | None) -> httpx2.AsyncClient:
    return DefaultAioHttpClient(
        timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds / 2)),
        limits=httpx2.Limits(max_connections=settings.max_in_flight),
        verify=ssl.create_default_context(),
        proxy=proxy,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"response": [_bound]},
    )


async def _bound(response: httpx2.Response) -> None:
    """Limit what is read of a reply, before anything is."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A stream of bytes that ends with a setback where it grows too long."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > LARGEST_REPLY:
                raise Setback(Kind.LOST, f"the reply is larger than {LARGEST_REPLY} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
