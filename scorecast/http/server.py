"""The server: uvicorn with our application, on loopback unless there are keys."""

from __future__ import annotations

import importlib.metadata
import ipaddress
import logging
import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from records.errors import ScorecastError, UsageError
from scorecast.http.application import LOOPBACK_NAMES, Policy, app
from scorecast.http.doors import Doors
from scorecast.http.guard import Bounds
from scorecast.http.logs import Layout, log_to_stderr
from scorecast.http.workers import Workers
from scorecast.service.desk import Clock
from scorecast.settings import Settings
from scorecast.workspace import open_workspace

PATIENCE = 30
"""Seconds that requests under way may take to end when the service is told to stop."""

LAST_WORDS = 5
"""Seconds in which connections must be closed after that."""

MOST_AT_ONCE = 1000
"""Connections; further ones are told to come back."""


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    clock: Clock,
    hosts: tuple[str, ...] = (),
    seconds: float = 120.0,
    workers: int = 1,
    log: Layout = Layout.JSON,
) -> None:
    """Serve until told to stop; requests under way are answered first.

    Args:
        settings: say where the store is.
        host: address to listen on; wider than loopback only with a key in the store.
        port: TCP port; 0 for any that is free.
        clock: tells the present moment; a module's function, where there are several workers.
        hosts: names by which the service may be addressed, beside those of loopback; none for any when listening wider.
        seconds: that one request may take.
        workers: processes that answer.
        log: how lines of the log are laid out.

    Raises:
        UsageError: the address cannot be had, or is wider than loopback and there is no key.
        StoreError: the store cannot be opened.
        ScorecastError: the workers cannot be kept alive.
    """
    version = importlib.metadata.version("scorecast")
    if workers == 1:
        make = partial(_application, settings=settings, clock=clock, version=version)
        run(make, settings, host=host, port=port, clock=clock, hosts=hosts, seconds=seconds)
        return
    policy = _policy(settings, host=host, clock=clock, hosts=hosts, seconds=seconds)
    with _listening(host, port) as listening, tempfile.TemporaryDirectory(prefix="scorecast-") as folder:
        shared = replace(policy, shared=Path(folder))
        work = partial(_work, settings=settings, clock=clock, version=version, policy=shared, log=log)
        _say_where(listening)
        if not Workers(work, listening, count=workers, patience=PATIENCE + 15.0).run():
            raise ScorecastError("The workers end as soon as they begin: the lines above say why.")


def run(
    make: Callable[[Policy], ASGIApp],
    settings: Settings,
    *,
    host: str,
    port: int,
    clock: Clock,
    hosts: tuple[str, ...] = (),
    seconds: float = 120.0,
) -> None:
    """Run an application under the policy that its address asks for; arguments and errors as of ``serve``."""
    policy = _policy(settings, host=host, clock=clock, hosts=hosts, seconds=seconds)
    with _listening(host, port) as listening:
        _say_where(listening)
        _answer(make(policy), listening, policy.doors)


def _policy(settings: Settings, *, host: str, clock: Clock, hosts: tuple[str, ...], seconds: float) -> Policy:
    wide = not is_loopback(host)
    _check_store(settings, clock, host=host, wide=wide)
    names = frozenset(hosts) | (LOOPBACK_NAMES if hosts or not wide else frozenset())
    return Policy(keys_required=wide, hosts=names, bounds=Bounds(seconds=seconds))


def _application(policy: Policy, *, settings: Settings, clock: Clock, version: str) -> ASGIApp:
    return app(settings, clock=clock, policy=policy, version=version)


def _work(
    listening: socket.socket, *, settings: Settings, clock: Clock, version: str, policy: Policy, log: Layout
) -> None:
    """Answer as one of several workers."""
    log_to_stderr(log)
    _answer(app(settings, clock=clock, policy=policy, version=version), listening, policy.doors)


def _answer(application: ASGIApp, listening: socket.socket, doors: Doors) -> None:
    Server(configured(application), doors).run(sockets=[listening])


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

    def __init__(self, config: uvicorn.Config, doors: Doors) -> None:
        super().__init__(config)
        self._doors = doors

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the doors, and then the connections."""
        if not await self._doors.close(patience=PATIENCE):
            logging.getLogger("scorecast.http").error("requests were still under way after %d s", PATIENCE)
        await super().shutdown(sockets)


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
