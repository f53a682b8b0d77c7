"""The server: uvicorn with our application, on loopback unless there are keys."""

from __future__ import annotations

import importlib.metadata
import ipaddress
import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from records.errors import UsageError
from scorecast.http.application import LOOPBACK_NAMES, Policy, app
from scorecast.http.desk import Clock
from scorecast.http.guard import Bounds
from scorecast.settings import Settings
from scorecast.workspace import open_workspace

PATIENCE = 30
"""Seconds that requests under way may take to end when the service is told to stop."""

MOST_AT_ONCE = 1000
"""Connections; further ones are told to come back."""


def serve(
    settings: Settings, *, host: str, port: int, clock: Clock, hosts: tuple[str, ...] = (), seconds: float = 120.0
) -> None:
    """Serve until told to stop; requests under way are answered first.

    Args:
        settings: say where the store is.
        host: address to listen on; wider than loopback only with a key in the store.
        port: TCP port; 0 for any that is free.
        clock: tells the present moment.
        hosts: names by which the service may be addressed, beside those of loopback; none for any when listening wider.
        seconds: that one request may take.

    Raises:
        UsageError: the address cannot be had, or is wider than loopback and there is no key.
        StoreError: the store cannot be opened.
    """
    version = importlib.metadata.version("scorecast")
    run(
        lambda policy: app(settings, clock=clock, policy=policy, version=version),
        settings,
        host=host,
        port=port,
        clock=clock,
        hosts=hosts,
        seconds=seconds,
    )


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
    wide = not is_loopback(host)
    _check_store(settings, clock, host=host, wide=wide)
    names = frozenset(hosts) | (LOOPBACK_NAMES if hosts or not wide else frozenset())
    policy = Policy(keys_required=wide, hosts=names, bounds=Bounds(seconds=seconds))
    config = uvicorn.Config(
        make(policy),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=PATIENCE,
        ws="none",
    )
    with _listening(host, port) as listening:
        address, taken = listening.getsockname()[:2]
        logging.getLogger("scorecast.http").info("listening on http://%s:%d", address, taken)
        uvicorn.Server(config).run(sockets=[listening])


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
