"""One attempt at an endpoint, through the ``openai`` client; whatever goes wrong comes out as a ``Setback``.

The client belongs to one event loop, repeats nothing by itself and is asked for ``/chat/completions`` only, whatever
the name of the model.
"""

from __future__ import annotations

import json

import httpx2
import openai
from pydantic import JsonValue

from agent.access.completion import Body, joined
from agent.access.setback import Kind, Setback, kind_of, retry_after
from agent.access.settings import AccessSettings

ROUTE = "/chat/completions"
CONNECT_SECONDS = 10.0
NO_KEY = "none"
"""Sent where the endpoint wants no key; the client insists on one."""


class Wire:
    """Sends requests to one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings
        places = settings.max_in_flight
        self._client = openai.AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key or NO_KEY,
            max_retries=0,
            timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds)),
            http_client=openai.DefaultAsyncHttpxClient(
                limits=httpx2.Limits(max_connections=places, max_keepalive_connections=places)
            ),
        )

    async def send(self, body: Body) -> JsonValue:
        """Send a request once and return the ``chat.completion`` that came.

        Raises:
            Setback: no reply, an HTTP error, or a reply that is no JSON.
        """
        try:
            return await (self._streamed(body) if body.get("stream") else self._whole(body))
        except openai.APIStatusError as error:
            raise self._status(error) from None
        except openai.APITimeoutError as error:
            raise self._cut("no reply in time", cause=error.__cause__) from None
        except (openai.APIConnectionError, httpx2.TransportError) as error:
            raise self._cut("the connection failed", cause=error.__cause__ or error) from None
        except openai.APIError as error:
            raise Setback(Kind.LOST, self._clean(f"the stream told an error: {error.message}")) from None
        except ValueError:
            raise Setback(Kind.LOST, "the reply is no JSON: is OPENAI_BASE_URL the address of an API?") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _whole(self, body: Body) -> JsonValue:
        response = await self._client.post(ROUTE, cast_to=httpx2.Response, body=body)
        reply: JsonValue = json.loads(response.content)
        return reply

    async def _streamed(self, body: Body) -> JsonValue:
        stream = await self._client.post(
            ROUTE, cast_to=object, body=body, stream=True, stream_cls=openai.AsyncStream[JsonValue]
        )
        async with stream:
            return joined([chunk async for chunk in stream])

    def _status(self, error: openai.APIStatusError) -> Setback:
        told = error.body if isinstance(error.body, dict) else {}
        message = told.get("message") or error.response.text or error.message
        return Setback(
            kind_of(error.status_code),
            self._clean(str(message)),
            status=error.status_code,
            code=str(told.get("code") or ""),
            retry_after=retry_after(error.response.headers),
        )

    def _cut(self, what: str, *, cause: BaseException | None) -> Setback:
        unsent = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        told = f" ({type(cause).__name__}: {cause})" if cause is not None and str(cause) else ""
        return Setback(Kind.UNREACHABLE if unsent else Kind.LOST, self._clean(what + told))

    def _clean(self, text: str) -> str:
        """One line without the key, of at most 300 characters."""
        return " ".join(self._settings.without_key(text).split())[:300]
