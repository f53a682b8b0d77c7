"""The service on the servers that teams run: PostgreSQL for the state, Chroma for vectors; both started here."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from records.access_key import Scope
from records.store import Store
from scorecast.http.application import Policy
from scorecast.indexing import open_index
from scorecast.keys import create_key


@pytest.fixture(scope="module")
def on_server(postgres, plant, tmp_path_factory):
    """A home whose state is on a PostgreSQL server."""
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE team")
    return plant(tmp_path_factory.mktemp("team"), f"{postgres}/team")


@pytest.mark.postgres
def test_the_service_answers_from_postgresql_and_enters_there(on_server, serve, question, service_now) -> None:
    with Store.open(on_server.database_url) as store:
        made = create_key(store, "ada", scope=Scope.ADMIN, now=service_now)
    key = {"Authorization": f"Bearer {made.secret}"}
    with serve(on_server, policy=Policy(keys_required=True)) as client:
        assert client.get("/v1/models").status_code == 401
        body = {"questions": [question, question | {"withhold": True}]}
        once = key | {"Idempotency-Key": "one"}
        answers = [client.post("/v1/forecasts", json=body, headers=once) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].text == answers[1].text
        ids = [told["id"] for told in answers[0].json()["forecasts"]]
        settled = client.post(f"/v1/forecasts/{ids[1]}/resolution", json={"value": 61.0}, headers=key)
        assert settled.status_code == 201
        assert client.get("/v1/ready").status_code == 200
        strange = question | {"model": "a\u0000b", "known": {"aime_2024": 1.0}}
        odd = client.post("/v1/forecasts", json={"questions": [strange]}, headers=key)
        assert odd.status_code < 500, "a zero byte, which PostgreSQL takes in no text"
        ids += [told["id"] for told in odd.json().get("forecasts", ())]
    with Store.open(on_server.database_url) as store:
        assert [entry.id for entry in store.ledger.entries()] == ids[::-1]
        assert {entry.user for entry in store.ledger.entries()} == {"ada"}


@pytest.fixture(scope="module")
def chroma(tmp_path_factory) -> Iterator[str]:
    """The address of a throw-away Chroma server."""
    program = Path(sys.executable).parent / "chroma"
    if not program.exists() and shutil.which("chroma") is None:
        pytest.skip("the program chroma is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"ANONYMIZED_TELEMETRY": "False"}
    with (folder / "log").open("w") as sink:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=sink, stderr=sink)
    address = f"http://127.0.0.1:{port}"
    try:
        last = time.monotonic() + 60
        while time.monotonic() < last and process.poll() is None:
            try:
                if httpx.get(f"{address}/api/v2/heartbeat", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        assert process.poll() is None, (folder / "log").read_text()
        yield address
    finally:
        process.terminate()
        process.wait(30)


def test_vectors_live_on_a_chroma_server_and_are_found_again(home, chroma, service_store, tmp_path) -> None:
    there = replace(home, home=tmp_path, chroma_url=chroma)
    told: list[str] = []
    with Store.open(there.database_url) as store:
        with closing(open_index(there, store, busy=told.append)):
            assert told
        told.clear()
        with closing(open_index(there, store, busy=told.append)):
            assert told == [], "what is on the server is not embedded again"
    assert not there.index.exists()
    gc.collect()  # tells of connections that were left open
