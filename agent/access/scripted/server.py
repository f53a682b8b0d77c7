"""The scripted endpoint itself: HTTP/1.1 on loopback, served by one asyncio loop in a thread of its own.

A script is a sequence of replies, given in the order of the requests, or a function from the request to its reply.
Every request is kept in ``asked``. A request after the end of the script is refused with status 400, which no client
repeats, so that a test which asks too much fails.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from agent.access.scripted.asked import Asked
from agent.access.scripted.batches import Batches, Told
from agent.access.scripted.replies import Body, Fault, Scripted, chunks, completion, fails

LARGEST_REQUEST = 256 * 1024 * 1024


Script = Sequence[Scripted] | Callable[[Asked], Scripted]


class ScriptedEndpoint:
    """An OpenAI-compatible endpoint that answers by a script; use it in a ``with`` block.

    Attributes:
        asked: all requests so far, in order of arrival.
        told: the requests that were answered with a message, and the messages; ``Recording.of`` takes them.
        batches: its files and batches; None where it has none.
    """

    def __init__(self, script: Script, *, seconds: float = 0.0, port: int = 0, batches: Batches | None = None) -> None:
        """Take a script.

        Args:
            script: what is answered.
            seconds: how long each reply takes.
            port: where it is served; 0 takes a free one.
            batches: what answers requests about files and batches.
        """
        self.batches = batches
        self.asked: list[Asked] = []
        self.told: list[tuple[Body, Body]] = []
        self._answer = _in_order(script) if isinstance(script, Sequence) else script
        self._seconds, self._port = seconds, port
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="scripted-endpoint", daemon=True)

    @property
    def url(self) -> str:
        """The base address, for ``OPENAI_BASE_URL``."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", self._port))
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in (tasks := list(self._tasks)):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while (request := await self._read(reader)) is not None and await self._reply(request, writer):
                pass
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (h.partition(":") for h in head[1:] if h)}
        size = int(headers.get("content-length", "0"))
        if size > LARGEST_REQUEST:
            return None
        sent = await reader.readexactly(size)
        body = json.loads(sent) if sent and "multipart" not in headers.get("content-type", "") else {}
        method, path = head[0].split(" ")[:2]
        asked = Asked(len(self.asked), path, headers, body, method, sent)
        self.asked.append(asked)
        return asked

    async def _reply(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Answer one request and return whether the connection stays open."""
        fault = self.batches.meets(asked) if self.batches else Fault.NONE
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if self.batches and (told := self.batches.serve(asked, self._answer)) is not None:
            if fault is Fault.RESET:
                return _reset(writer)
            writer.write(_told(told))
            await writer.drain()
            return True
        reply = self._choose(asked)
        if seconds := reply.seconds + self._seconds:
            await asyncio.sleep(seconds)
        match reply.fault:
            case Fault.RESET:
                return _reset(writer)
            case Fault.HANG:
                await asyncio.Event().wait()
            case Fault.GARBLED:
                writer.write(_response(200, b"<html>Bad gateway</html>", kind="text/html"))
                return True
        data = _rendered(reply, asked)
        if reply.fault is Fault.TRUNCATED:
            writer.write(data[: len(data) * 2 // 3])
            await writer.drain()
            return False
        if reply.status == 200:
            self.told.append((asked.body, reply.message))
        writer.write(data)
        await writer.drain()
        return not asked.body.get("stream")

    def _choose(self, asked: Asked) -> Scripted:
        if not asked.path.partition("?")[0].endswith("/chat/completions"):
            return fails(404, f"no route {asked.path}")
        return self._answer(asked)


def _in_order(replies: Sequence[Scripted]) -> Callable[[Asked], Scripted]:
    left: Iterator[Scripted] = iter(replies)

    def answer(asked: Asked) -> Scripted:
        over = f"the script has {len(replies)} replies and this is request {asked.number + 1}"
        return next(left, fails(400, over))

    return answer


def _reset(writer: asyncio.StreamWriter) -> bool:
    """Close so that the other side sees a reset and no end of file."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


def _rendered(reply: Scripted, asked: Asked) -> bytes:
    """All bytes of a reply; a stream is told by the end of the connection."""
    if reply.status != 200:
        return _response(reply.status, json.dumps({"error": reply.error}).encode(), headers=dict(reply.headers))
    done = completion(reply, request=asked.body, number=asked.number)
    if not asked.body.get("stream"):
        return _response(200, json.dumps(done).encode(), headers=dict(reply.headers))
    options = asked.body.get("stream_options")
    with_usage = isinstance(options, dict) and options.get("include_usage") is True
    events = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks(done, with_usage=with_usage))
    return _head(200, {"Content-Type": "text/event-stream", "Connection": "close"}) + events + b"data: [DONE]\n\n"


def _told(told: Told) -> bytes:
    """A reply about files and batches."""
    if told.content is not None:
        return _response(told.status, told.content, kind="application/octet-stream")
    return _response(told.status, json.dumps(told.body).encode())


def _response(
    status: int, body: bytes, *, kind: str = "application/json", headers: dict[str, str] | None = None
) -> bytes:
    told = {"Content-Type": kind, "Content-Length": str(len(body))} | (headers or {})
    return _head(status, told) + body


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
