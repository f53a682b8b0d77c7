"""Endpoints for the tests of model access: scripted over HTTP, and opened with short waits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from agent.access.endpoint import Endpoint
from agent.access.pausing import Tell, untold
from agent.access.scripted.server import Script, ScriptedEndpoint
from agent.access.settings import AccessSettings

KEY = "sk-do-not-show-me"


@pytest.fixture(scope="session")
def secret_key() -> str:
    """The key that must be shown nowhere."""
    return KEY


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedEndpoint]]:
    """Start scripted endpoints that stop with the test."""
    with ExitStack() as stack:
        yield lambda script, **options: stack.enter_context(ScriptedEndpoint(script, **options))


@pytest.fixture
def connect() -> Iterator[Callable[..., Endpoint]]:
    """Open endpoints at an address, with a secret key and short waits, that close with the test."""
    with ExitStack() as stack:

        def open_at(url: str, *, tell: Tell = untold, **fields: object) -> Endpoint:
            usual = AccessSettings(
                model="test-model", base_url=url, api_key=KEY, timeout_seconds=5.0, first_wait_seconds=0.01
            )
            return stack.enter_context(Endpoint(replace(usual, **fields), tell=tell))

        yield open_at


@pytest.fixture
def script_and_endpoint(
    serve: Callable[..., ScriptedEndpoint], connect: Callable[..., Endpoint]
) -> Callable[..., tuple[ScriptedEndpoint, Endpoint]]:
    """Start a scripted endpoint and open it."""

    def both(script: Script, **fields: object) -> tuple[ScriptedEndpoint, Endpoint]:
        served = serve(script)
        return served, connect(served.url, **fields)

    return both


@contextmanager
def _bytes_at_port(answer: bytes | None) -> Iterator[str]:
    """Answer every connection with these bytes once a request came, and close it; None closes it at once."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                if answer is not None:
                    connection.recv(65536)
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@pytest.fixture
def at_port() -> Iterator[Callable[[bytes | None], str]]:
    """Serve bytes as they are, also those that are no HTTP."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(_bytes_at_port(answer))
