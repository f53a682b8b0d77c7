"""The server: uvicorn with our application, on loopback unless there are keys."""

from __future__ import annotations

import asyncio
import importlib.metadata
import ipaddress
import logging
import socket
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from records.errors import ScorecastError, UsageError
from scorecast.http.application import LOOPBACK_NAMES, Policy, app
from scorecast.http.doors import Doors
from scorecast.http.guard import Bounds
from scorecast.http.lingering import Connected, Lingering
from scorecast.http.logs import Layout, log_to_stderr
from scorecast.http.workers import Beat, Work, Workers
from scorecast.service.desk import Clock
from scorecast.service.ending import INTERRUPTED, end_now
from scorecast.settings import Settings
from scorecast.workspace import open_workspace

PATIENCE = 30
"""Seconds that requests under way may take to end when the service is told to stop."""

LAST_WORDS = 5
"""Seconds in which connections must be closed after that."""

MOST_AT_ONCE = 1000
"""Connections; further ones are told to come back."""


@dataclass(frozen=True)
class Serving:
    """How to serve.

    Attributes:
        host: address to listen on; wider than loopback only with a key in the store.
        port: TCP port; 0 for any that is free.
        hosts: names by which the service may be addressed, beside those of loopback; none for any when listening wider.
        seconds: that one request may take.
        workers: processes that answer.
        hung_after: seconds after which a worker that keeps still is replaced, where there are several.
        mcp: whether agents are answered over the Model Context Protocol too.
        bench_runs: benchmark runs that work at once, each in a process of its own; 0 lets them wait.
        log: how lines of the log are laid out.
    """

    host: str = "127.0.0.1"
    port: int = 8321
    hosts: tuple[str, ...] = ()
    seconds: float = 120.0
    workers: int = 1
    hung_after: float = 30.0
    mcp: bool = True
    bench_runs: int = 1
    log: Layout = Layout.JSON


def serve(settings: Settings, serving: Serving, *, clock: Clock) -> None:
    """Serve until told to stop; requests under way are answered first.

    Args:
        settings: say where the store is.
        serving: how to serve.
        clock: tells the present moment; a module's function, where there are several workers.

    Raises:
        UsageError: the address cannot be had, or is wider than loopback and there is no key.
        StoreError: the store cannot be opened.
        ScorecastError: the workers cannot be kept alive.
    """
    policy = _policy(settings, serving, clock=clock)
    work = partial(_work, settings=settings, clock=clock, version=importlib.metadata.version("scorecast"))
    with _listening(serving.host, serving.port) as listening:
        _say_where(listening)
        if serving.workers == 1:
            work(listening, policy=policy)
            return
        with tempfile.TemporaryDirectory(prefix="scorecast-") as folder:
            begin = partial(work, policy=replace(policy, shared=Path(folder)), log=serving.log)
            if not _workers(begin, listening, serving).run():
                raise ScorecastError("The workers end as soon as they begin: the lines above say why.")


def _policy(settings: Settings, serving: Serving, *, clock: Clock) -> Policy:
    wide = not is_loopback(serving.host)
    _check_store(settings, clock, host=serving.host, wide=wide)
    names = frozenset(serving.hosts) | (LOOPBACK_NAMES if serving.hosts or not wide else frozenset())
    return Policy(
        keys_required=wide,
        hosts=names,
        bounds=Bounds(seconds=serving.seconds),
        mcp=serving.mcp,
        bench_runs=serving.bench_runs,
    )


def _workers(work: Work, listening: socket.socket, serving: Serving) -> Workers:
    count, hung_after = serving.workers, serving.hung_after
    return Workers(work, listening, count=count, patience=PATIENCE + 15.0, hung_after=hung_after)


def _work(
    listening: socket.socket,
    beat: Beat = lambda: None,
    *,
    settings: Settings,
    clock: Clock,
    version: str,
    policy: Policy,
    log: Layout | None = None,
) -> None:
    """Answer; as one of several workers with a log of one's own, in a process that has none yet."""
    if log is not None:
        log_to_stderr(log)
    application = app(settings, clock=clock, policy=policy, version=version)
    try:
        Server(configured(application), policy.doors, beat=beat).run(sockets=[listening])
    except KeyboardInterrupt:
        end_now(INTERRUPTED)
        raise
    end_now(0)


def configured(application: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves an application of ours: no header of its own, and no log of addresses, which may hold keys."""
    config = uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=LAST_WORDS,
        ws="none",
    )
    # uvicorn looks for handlers at every connection, and others in this process may hand its logger new ones.
    logging.getLogger("uvicorn.access").disabled = True
    return config


class Server(uvicorn.Server):
    """A server that answers who is inside, and tells others to come back, before it stops listening."""

    def __init__(self, config: uvicorn.Config, doors: Doors, *, beat: Beat) -> None:
        super().__init__(config)
        self._doors, self._beat, self._lingering = doors, beat, Lingering()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, to show that the loop which answers is awake, and to close connections that only linger."""
        self._beating = asyncio.create_task(self._beat_on())
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the doors, and then the connections."""
        if not await self._doors.close(patience=PATIENCE):
            logging.getLogger("scorecast.http").error("requests were still under way after %d s", PATIENCE)
        await super().shutdown(sockets)
        self._beating.cancel()

    async def _beat_on(self) -> None:
        while True:
            self._beat()
            connections = cast("Iterable[Connected]", [*self.server_state.connections])
            self._lingering.close_those(connections, moment=time.monotonic())
            await asyncio.sleep(1.0)


def _say_where(listening: socket.socket) -> None:
    address, taken = listening.getsockname()[:2]
    logging.getLogger("scorecast.http").info("listening on http://%s:%d", address, taken)


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_store(settings: Settings, clock: Clock, *, host: str, wide: bool) -> None:
    """Open the store once, so that what is wrong with it is told as a sentence before anything listens."""
    with open_workspace(settings, now=clock(), busy=logging.getLogger("scorecast.http").info) as workspace:
        if wide and not any(key.live for key in workspace.store.keys.all()):
            raise UsageError(
                f"{host} can be reached by others, and there is no key yet: make one with "
                "`scorecast keys create NAME --scope admin`, or listen on 127.0.0.1."
            )


def _listening(host: str, port: int) -> socket.socket:
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return socket.create_server((str(address[0]), port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"Cannot listen on {host} port {port}: {error.strerror or error}.") from error
