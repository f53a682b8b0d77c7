"""A service on loopback with a small store: uvicorn in a thread, asked over real HTTP."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from records.access_key import Scope
from records.corpus.load import SERIES, corpus_fingerprint
from records.store import Store
from scorecast.http.application import Policy, app
from scorecast.http.server import configured
from scorecast.keys import create_key
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
PATIENCE = 120.0


class Clock:
    """A clock that tests may set."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> dt.datetime:
        self.moment += dt.timedelta(microseconds=1)  # as any clock does: what is issued twice has two moments
        return self.moment


@contextmanager
def serving(settings: Settings, *, clock: Callable[[], dt.datetime], policy: Policy) -> Iterator[httpx.Client]:
    """Run the application on a free port; yields a client once it is ready."""
    server = uvicorn.Server(configured(app(settings, clock=clock, policy=policy)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
            try:
                wait_until_ready(client)
                yield client
            finally:
                server.should_exit = True
                thread.join(PATIENCE)
        assert not thread.is_alive()


def wait_until_ready(client: httpx.Client) -> None:
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        try:
            if client.get("/v1/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the service did not become ready")


SERVE = "import sys; from scorecast.cli import main; sys.argv[0] = 'scorecast'; main()"


@pytest.fixture(scope="session")
def running(start) -> Callable[..., AbstractContextManager[tuple[Any, str]]]:
    """Run the command ``scorecast serve`` in a process of its own; yields the process and its address."""

    @contextmanager
    def run(settings: Settings, log: Path, *options: str) -> Iterator[tuple[Any, str]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        told = {"SCORECAST_HOME": str(settings.home), "SCORECAST_DATABASE_URL": settings.database_url}
        process = start(SERVE, "serve", "--port", str(port), *options, environment=os.environ | told, err=log)
        address = f"http://127.0.0.1:{port}"
        try:
            last = time.monotonic() + PATIENCE
            while time.monotonic() < last and process.poll() is None:
                try:
                    if httpx.get(f"{address}/v1/ready", trust_env=False, timeout=PATIENCE).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
            assert process.poll() is None, log.read_text()
            yield process, address
        finally:
            process.kill()
            process.wait()

    return run


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The clock of services that are served with it."""
    return Clock()


@pytest.fixture(scope="session")
def serve(clock) -> Callable[..., AbstractContextManager[httpx.Client]]:
    """Serve a home on loopback, without keys unless told otherwise."""

    usual = Policy()

    def start(home: Settings, *, clock: Clock = clock, policy: Policy = usual) -> AbstractContextManager[httpx.Client]:
        return serving(home, clock=clock, policy=policy)

    return start


@pytest.fixture(scope="session")
def plant(batch, small_fits) -> Callable[[Path], Settings]:
    """Make a home whose store holds the small batch in place of the starter corpus."""

    def planted(home: Path, url: str = "") -> Settings:
        (home / "fits").symlink_to(small_fits)
        settings = Settings(home=home, database_url=url or f"sqlite:///{home / 'store.db'}")
        with Store.open(settings.database_url) as store:
            store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
        return settings

    return planted


@pytest.fixture(scope="session")
def home(plant, tmp_path_factory) -> Settings:
    """The home of both services."""
    return plant(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="session")
def service_store(home) -> Iterator[Store]:
    """The store that the services use, opened beside them."""
    with Store.open(home.database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(home) -> Iterator[httpx.Client]:
    """A client of a service on loopback that asks for no keys."""
    with serving(home, clock=Clock(), policy=Policy()) as asking:
        yield asking


@pytest.fixture(scope="session")
def keyed(home) -> Iterator[httpx.Client]:
    """A client of a service that wants keys; sends none by itself."""
    with serving(home, clock=Clock(), policy=Policy(keys_required=True)) as asking:
        yield asking


@pytest.fixture(scope="session")
def bearer(service_store) -> Callable[..., dict[str, str]]:
    """Make a key of a scope; returns the header to send."""

    def make(scope: Scope, *, name: str = "tester", per_minute: int = 60_000) -> dict[str, str]:
        made = create_key(service_store, name, scope=scope, now=NOW, per_minute=per_minute)
        return {"Authorization": f"Bearer {made.secret}"}

    return make


@pytest.fixture
def question() -> dict[str, object]:
    """A question that the small store can answer."""
    return {"model": "qwen3-32b", "benchmark": "gpqa_diamond"}


@pytest.fixture(scope="module")
def alone(plant, tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of a service of its own, for tests that leave much behind; its benchmark runs wait for ever."""
    with serving(plant(tmp_path_factory.mktemp("alone")), clock=Clock(), policy=Policy(bench_runs=0)) as asking:
        yield asking


@pytest.fixture(scope="session")
def service_now() -> dt.datetime:
    """The moment at which services of these tests live."""
    return NOW
