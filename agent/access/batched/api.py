"""The Files and Batches API of a provider over HTTP: upload, make, look, find, cancel, read.

Limits and fields are those that OpenAI publishes (https://developers.openai.com/api/reference/resources/batches).
Nothing is repeated here; whatever goes wrong comes out as a ``Setback``, without the key. The client belongs to one
event loop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import IO, Any, cast

import httpx2
from pydantic import JsonValue

from agent.access.batched.told import ProviderBatch, read_batch, read_id
from agent.access.mishap import setback_of
from agent.access.setback import Kind, Setback, kind_of, retry_after
from agent.access.settings import AccessSettings
from agent.access.transport import credentials, http_client

ROUTE = "/v1/chat/completions"
"""What every request of a batch asks, as a batch names it."""
WINDOW = "24h"
"""The only one there is."""
LARGEST_TOLD = 16 * 1024 * 1024
LARGEST_OUTPUT = 1024 * 1024 * 1024
"""Bytes that are read of one file of replies."""
LARGEST_LINE = 8 * 1024 * 1024
"""Bytes of one line of it."""
TRANSFER_SECONDS = 1_800.0
"""How long a file may travel."""
PAGE = 100
MOST_PAGES = 10
"""Pages of newest batches among which one is looked for."""
ABSENT = frozenset({404, 405, 501})


class BatchApi:
    """The batches of one endpoint."""

    def __init__(self, settings: AccessSettings) -> None:
        """Open a client; an event loop must be running."""
        self._settings = settings
        self._http = http_client(settings, largest=2 * LARGEST_OUTPUT)
        self._base = str(httpx2.URL(settings.base_url).copy_with(userinfo=b"")).rstrip("/")
        self._headers = {"Accept-Encoding": "identity", **credentials(settings)}

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def offered(self) -> bool:
        """Whether the endpoint has batches and files at all.

        Raises:
            Setback: it could not be asked.
        """
        try:
            for path in ("/batches", "/files"):
                await self._json("GET", path, params={"limit": "1"})
        except Setback as setback:
            if setback.status in ABSENT or (setback.kind is Kind.LOST and setback.status == 200):
                return False
            raise
        return True

    async def upload(self, requests: IO[bytes]) -> str:
        """Upload a file of requests and return its id.

        Raises:
            Setback: it did not go through; a file that nobody uses costs nothing.
        """
        files = {"file": ("requests.jsonl", requests, "application/jsonl")}
        told = await self._json("POST", "/files", seconds=TRANSFER_SECONDS, data={"purpose": "batch"}, files=files)
        return read_id(told.get("id") if isinstance(told, dict) else None)

    async def make(self, file_id: str) -> ProviderBatch:
        """Make a batch of an uploaded file.

        Raises:
            Setback: it is not known to be made; unless it was refused, it may have been.
        """
        asked = {"input_file_id": file_id, "endpoint": ROUTE, "completion_window": WINDOW}
        return self._batch(await self._json("POST", "/batches", json=asked))

    async def look(self, batch_id: str) -> ProviderBatch:
        """Look how far a batch is.

        Raises:
            Setback: nobody says.
        """
        return self._batch(await self._json("GET", f"/batches/{batch_id}"))

    async def cancel(self, batch_id: str) -> ProviderBatch:
        """Ask the provider to stop working on a batch; what is answered by then is kept, and charged.

        Raises:
            Setback: it was not taken.
        """
        return self._batch(await self._json("POST", f"/batches/{batch_id}/cancel"))

    async def find(self, file_id: str) -> ProviderBatch | None:
        """Return the batch that was made of a file, looking through the newest; None where there is none.

        Raises:
            Setback: nobody says.
        """
        params = {"limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            told = await self._json("GET", "/batches", params=params)
            page = told.get("data") if isinstance(told, dict) else None
            rows = [row for row in page if isinstance(row, dict)] if isinstance(page, list) else []
            for row in rows:
                if row.get("input_file_id") == file_id:
                    return self._batch(row)
            if not (rows and isinstance(told, dict) and told.get("has_more")):
                return None
            params = {"limit": str(PAGE), "after": read_id(rows[-1].get("id"))}
        return None

    async def lines(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """Yield the lines of a file of replies, up to the size that is read of one; a line too long to be one is cut.

        Raises:
            Setback: the file cannot be read, or not to its end.
        """
        left, size = bytearray(), 0
        path = f"/files/{file_id}/content"
        async with self._stream("GET", path, seconds=TRANSFER_SECONDS) as response:
            async for part in response.aiter_bytes():
                if (size := size + len(part)) > LARGEST_OUTPUT:
                    return
                *ends, tail = part.split(b"\n")
                for end in ends:
                    yield bytes(left + end)
                    left.clear()
                if len(left) <= LARGEST_LINE:
                    left += tail
        yield bytes(left)

    def _batch(self, told: JsonValue) -> ProviderBatch:
        return read_batch(told, hide=self._settings.without_key)

    async def _json(self, method: str, path: str, **how: Any) -> JsonValue:  # noqa: ANN401
        """Return the JSON that an address tells."""
        async with self._stream(method, path, **how) as came:
            content = bytearray()
            async for part in came.aiter_bytes():
                content += part
                if len(content) > LARGEST_TOLD:
                    raise Setback(Kind.LOST, f"the reply is larger than {LARGEST_TOLD} bytes", status=200)
        try:
            return cast("JsonValue", json.loads(content))
        except ValueError:
            raise Setback(Kind.LOST, f"the reply of {path} is no JSON", status=200) from None

    @asynccontextmanager
    async def _stream(
        self,
        method: str,
        path: str,
        *,
        seconds: float | None = None,
        **how: Any,  # noqa: ANN401
    ) -> AsyncIterator[httpx2.Response]:
        """Open a reply with status 200, all of which comes within some seconds."""
        asked = self._http.stream(method, self._base + path, headers=self._headers, **how)
        try:
            async with asyncio.timeout(seconds or self._settings.timeout_seconds), asked as response:
                if response.status_code != 200:
                    raise await self._refused(response)
                yield response
        except Setback:
            raise
        except (httpx2.HTTPError, OSError) as error:
            raise setback_of(error, settings=self._settings) from None

    async def _refused(self, response: httpx2.Response) -> Setback:
        """Return what a status other than 200 means."""
        told = _error(await _some(response))
        reason = str(told.get("message") or response.reason_phrase or f"HTTP {response.status_code}")
        return Setback(
            kind_of(response.status_code),
            " ".join(self._settings.without_key(reason).split())[:300],
            status=response.status_code,
            code=str(told.get("code") or ""),
            retry_after=retry_after(response.headers),
        )


async def _some(response: httpx2.Response, most: int = 65_536) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > most:
            break
    return content[:most]


def _error(content: bytes) -> Mapping[str, JsonValue]:
    """Return the ``error`` object of a reply, or nothing."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}
