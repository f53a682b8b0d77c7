"""How bytes travel to an endpoint: the HTTP client below the ``openai`` client, bounded in time, number and size.

It is the one that ``openai`` makes over aiohttp: with many requests in flight it takes half the processor time of the
usual one. It follows no redirects, and takes nothing from the environment but the certificates that OpenSSL trusts.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from functools import partial

import httpx2
from openai import DefaultAioHttpClient

from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings

CONNECT_SECONDS = 10.0
LARGEST_REPLY = 16 * 1024 * 1024
IDENTITY = "identity"


def http_client(settings: AccessSettings, *, largest: int = LARGEST_REPLY) -> httpx2.AsyncClient:
    """Return a client for one endpoint, which reads ``largest`` bytes of a reply; whoever asked for it closes it."""
    return DefaultAioHttpClient(
        timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds / 2)),
        limits=httpx2.Limits(max_connections=settings.max_in_flight),
        verify=ssl.create_default_context(),
        proxy=_proxy(settings),
        follow_redirects=False,
        trust_env=False,
        event_hooks={"response": [partial(_bound, largest=largest)]},
    )


def credentials(settings: AccessSettings) -> dict[str, str]:
    """Return the headers that let a request in: the key, or else name and password of the address.

    Without a tunnel the proxy reads what the endpoint gets, so its password is among them then.
    """
    address, proxy = httpx2.URL(settings.base_url), _proxy(settings)
    headers = dict(proxy.headers) if proxy and address.scheme == "http" else {}
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    elif address.userinfo:
        headers["Authorization"] = _basic(address.username.encode(), address.password.encode())
    return headers


def _proxy(settings: AccessSettings) -> httpx2.Proxy | None:
    """Return the proxy with its password as a header, the only form that aiohttp takes without a warning."""
    if settings.proxy is None:
        return None
    named = httpx2.Proxy(settings.proxy)
    return httpx2.Proxy(named.url, headers={"Proxy-Authorization": _basic(*named.raw_auth)} if named.raw_auth else None)


def _basic(name: bytes, password: bytes) -> str:
    return f"Basic {base64.b64encode(name + b':' + password).decode()}"


async def _bound(response: httpx2.Response, *, largest: int) -> None:
    """Limit what is read of a reply, before anything is; one that unpacks to more than it says is not read at all."""
    packed = response.headers.get("content-encoding", IDENTITY)
    if packed != IDENTITY:
        raise Setback(Kind.LOST, f"the reply is packed ({packed[:20]}), which nobody asked for")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, largest)


class _Bounded(httpx2.AsyncByteStream):
    """A stream of bytes that ends with a setback where it grows too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, largest: int) -> None:
        self._stream, self._largest = stream, largest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > self._largest:
                raise Setback(Kind.LOST, f"the reply is larger than {self._largest} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
