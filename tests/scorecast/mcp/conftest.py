"""MCP servers on a small store, asked by the client of the protocol's own library: over a pipe and over HTTP."""

from __future__ import annotations

import datetime as dt
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import httpx2
import pytest
import uvicorn
from anyio.from_thread import start_blocking_portal
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from records.corpus.load import SERIES, corpus_fingerprint
from records.store import Store
from scorecast.http.application import Policy, app
from scorecast.http.server import configured
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
PATIENCE = 120.0


class Asking(NamedTuple):
    """A client, asked from a test as if nothing were asynchronous."""

    call: Callable[..., CallToolResult]
    tools: dict[str, Tool]
    instructions: str


@contextmanager
def asking(server: Any, *, secret: str = "") -> Iterator[Asking]:
    """Connect a client to a server, by an address (with a key where it wants one) or by a transport."""
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        if isinstance(server, str):
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            client = httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False)
            stack.enter_context(portal.wrap_async_context_manager(client))
            server = streamable_http_client(server, http_client=client)
        client = Client(server, read_timeout_seconds=PATIENCE)
        with portal.wrap_async_context_manager(client):

            def call(name: str, /, heard: Any = None, **arguments: object) -> CallToolResult:
                async def asked() -> CallToolResult:
                    return await client.call_tool(name, arguments, progress_callback=heard)

                return portal.call(asked)

            tools = {tool.name: tool for tool in portal.call(client.list_tools).tools}
            yield Asking(call, tools, client.instructions or "")


@contextmanager
def listening(settings: Settings, policy: Policy) -> Iterator[str]:
    """Serve as ``scorecast serve`` does on a free port; yields the address for agents."""
    application = app(settings, clock=lambda: NOW, policy=policy)
    server = uvicorn.Server(configured(application))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def home(batch, tmp_path_factory) -> Settings:
    """A home whose store holds the small batch in place of the starter corpus."""
    folder = tmp_path_factory.mktemp("mcp")
    settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'store.db'}")
    with Store.open(settings.database_url) as store:
        store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
    return settings


@pytest.fixture(scope="session")
def ledger_store(home) -> Iterator[Store]:
    """The store of the servers, opened beside them."""
    with Store.open(home.database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def command(home) -> StdioServerParameters:
    """How a host starts the server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCORECAST_", "OPENAI_"))}
    return StdioServerParameters(
        command=sys.executable,
        args=["-c", "from scorecast.cli import main; main()", "mcp"],
        env=kept | {"SCORECAST_HOME": str(home.home), "SCORECAST_DATABASE_URL": home.database_url},
    )


@pytest.fixture(scope="session")
def agent(command, tmp_path_factory) -> Iterator[Asking]:
    """A client of a server that it started as a process of its own."""
    with (tmp_path_factory.mktemp("log") / "stderr").open("w") as log, asking(stdio_client(command, log)) as opened:
        yield opened


@pytest.fixture(scope="session")
def remote_address(home) -> Iterator[str]:
    """The address of a server on loopback that asks for no keys."""
    with listening(home, Policy()) as address:
        yield address


@pytest.fixture(scope="session")
def remote(remote_address) -> Iterator[Asking]:
    """A client over streamable HTTP."""
    with asking(remote_address) as opened:
        yield opened


@pytest.fixture(scope="session")
def connect() -> Callable[..., Any]:
    """Connect a client: a context manager."""
    return asking


@pytest.fixture(scope="session")
def keyed(home) -> Iterator[str]:
    """The address of a server that wants keys."""
    with listening(home, Policy(keys_required=True)) as address:
        yield address
