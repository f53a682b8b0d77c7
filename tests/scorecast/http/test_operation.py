"""Running the service: metrics, the audit log, an orderly end, a sudden one, and how little the help costs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from records.access_key import Scope
from records.ledger import Selection
from records.store import Store
from scorecast.http.doors import Doors
from scorecast.http.problems import Problem
from scorecast.keys import create_key

QUESTION = {"model": "qwen3-32b", "benchmark": "gpqa_diamond"}
BODY = {"questions": [QUESTION]}
PATIENCE = 120.0


def test_metrics_count_requests_forecasts_and_durations(client, question) -> None:
    def counts() -> dict[str, float]:
        lines = client.get("/metrics").text.splitlines()
        assert all(re.fullmatch(r'(# (HELP|TYPE) .*|\w+(\{(\w+="[^"]*",?)+\})? [0-9.e+-]+)', line) for line in lines)
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}

    before = counts()
    client.post("/v1/forecasts", json={"questions": [question, question]})
    client.get("/v1/forecasts/00000000000000000000")
    after = counts()
    grown = {name for name in after if after[name] > before.get(name, 0.0)}
    assert (
        after['scorecast_forecasts_total{outcome="issued"}']
        == before.get('scorecast_forecasts_total{outcome="issued"}', 0.0) + 2
    )
    assert 'scorecast_requests_total{method="GET",route="/v1/forecasts/{id}",status="404"}' in grown
    series = 'method="POST",route="/v1/forecasts"'
    assert (
        after[f'scorecast_request_seconds_bucket{{{series},le="+Inf"}}']
        == after[f"scorecast_request_seconds_count{{{series}}}"]
    )


def test_paths_that_clients_make_up_make_no_series(client) -> None:
    for i in range(20):
        client.get(f"/made-up-{i}")
        client.request(f"MADEUP{i}", "/v1/models")
    told = client.get("/metrics").text
    assert "made-up" not in told
    assert "MADEUP" not in told


def test_the_audit_log_tells_who_did_what_and_no_secret(keyed, bearer, caplog, audit_log, question) -> None:
    key = bearer(Scope.FORECAST, name="frank")
    told = keyed.post("/v1/forecasts?note=private", json={"questions": [question]}, headers=key).json()
    keyed.get("/v1/models", headers={"Authorization": "Bearer sc_wrong-secret"})
    made, refused = audit_log(lambda lines: [line["status"] for line in lines][-2:] == [200, 401])[-2:]
    assert (made["user"], made["route"], made["status"]) == ("frank", "/v1/forecasts", 200)
    assert made["entered"] == [told["forecasts"][0]["id"]]
    assert (refused["user"], refused["status"]) == ("", 401)
    for secret in (key["Authorization"].removeprefix("Bearer "), "sc_wrong-secret", "private", "qwen3-32b"):
        assert secret not in caplog.text


@contextmanager
def load(address: str) -> Iterator[tuple[list[str], list[int]]]:
    """Clients that ask again and again, whatever becomes of the service; yields ids acknowledged, and refusals."""
    acknowledged: list[str] = []
    refused: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            while not stop.wait(0.05):
                try:
                    answer = client.post("/v1/forecasts", json=BODY)
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    acknowledged.append(answer.json()["forecasts"][0]["id"])
                else:
                    refused.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        yield acknowledged, refused
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def until(holds: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.05)


def more(acknowledged: list[str], count: int) -> Callable[[], bool]:
    """Whether so many more answers were acknowledged than now."""
    goal = len(acknowledged) + count
    return lambda: len(acknowledged) >= goal


def entered(settings) -> set[str]:
    with Store.open(settings.database_url) as store:
        return {entry.id for entry in store.ledger.entries(Selection(), limit=100_000)}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=str)
def test_every_acknowledged_forecast_is_in_the_ledger_after_the_end(plant, running, tmp_path, end) -> None:
    settings = plant(tmp_path)
    with (
        running(settings, tmp_path / "log", "--no-mcp") as (process, address),
        load(address) as (acknowledged, refused),
    ):
        until(more(acknowledged, 40))
        process.send_signal(end)
        code = process.wait()
    assert code in {0, -end}
    assert set(refused) <= {503}, "who comes while the service ends is told to come back"
    assert set(acknowledged) <= entered(settings)
    if end is signal.SIGTERM:
        assert set(acknowledged) == entered(settings), "an orderly end answers what it has entered"
        assert "Traceback" not in (tmp_path / "log").read_text()


def began(log) -> list[int]:
    """Process ids of the workers, in the order in which they began."""
    return [int(pid) for pid in re.findall(r"worker (\d+) began", log.read_text())]


def test_workers_that_die_or_hang_are_replaced_and_nothing_acknowledged_is_lost(plant, running, tmp_path) -> None:
    settings, log = plant(tmp_path), tmp_path / "log"
    with running(settings, log, "--workers", "2", "--hung-after", "8", "--no-mcp") as (process, address):
        with load(address) as (acknowledged, refused):
            for number, end in enumerate((signal.SIGKILL, signal.SIGSTOP)):
                until(more(acknowledged, 20))
                os.kill(began(log)[number], end)
            until(more(acknowledged, 20))
            until(lambda: f"worker {began(log)[1]} keeps still" in log.read_text() and len(began(log)) >= 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert set(refused) <= {503}, "a worker may hang while it holds the lock of the store"
    assert set(acknowledged) <= entered(settings)
    assert not any(Path(f"/proc/{pid}").exists() for pid in began(log))


async def tools_told_to_agents(address: str) -> set[str]:
    """Ask as an agent does, by the protocol's own client."""
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=60) as connection,
        Client(streamable_http_client(address, http_client=connection)) as client,
    ):
        told = await client.call_tool("forecast", QUESTION)
        assert told.structured_content["id"]
        return {tool.name for tool in (await client.list_tools()).tools}


def test_workers_share_rates_receipts_and_counts_and_end_in_order(plant, running, tmp_path) -> None:
    settings = plant(tmp_path)
    with Store.open(settings.database_url) as store:
        made = create_key(store, "ada", scope=Scope.FORECAST, now=datetime.now(UTC), per_minute=60)
    with running(settings, tmp_path / "log", "--workers", "2") as (process, address):
        again = {"Idempotency-Key": "once"}
        answers = [httpx.post(f"{address}/v1/forecasts", json=BODY, headers=again, trust_env=False) for _ in range(12)]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        key = {"Authorization": f"Bearer {made.secret}"}
        begun, told = time.monotonic(), []
        while 429 not in told:
            told.append(httpx.get(f"{address}/v1/models", headers=key, trust_env=False).status_code)
        most = 11 + time.monotonic() - begun
        assert 10 <= told.count(200) <= most, "a burst of ten and one a second, however many workers there are"
        assert set(told) == {200, 429}
        assert asyncio.run(tools_told_to_agents(f"{address}/mcp")) > {"forecast", "compare"}
        until(lambda: all(asked_of_all(address) == "12" for _ in range(8)))  # workers tell each other every second
        before = entered(settings)
        with load(address) as (acknowledged, _):
            until(more(acknowledged, 40))
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 0
    assert set(acknowledged) == entered(settings) - before, "an orderly end answers what it has entered"
    assert "Traceback" not in (tmp_path / "log").read_text()


def asked_of_all(address: str) -> str:
    """How many forecasts were asked for, as the worker who answers knows it."""
    counts = httpx.get(f"{address}/metrics", trust_env=False).text
    return re.search(r'requests_total\{method="POST",route="/v1/forecasts",status="200"\} (\d+)', counts)[1]


def test_who_comes_while_the_service_ends_is_told_to_come_back() -> None:
    async def run() -> None:
        doors = Doors()
        doors.enter()
        closing = asyncio.create_task(doors.close(patience=30.0))
        await asyncio.sleep(0)
        with pytest.raises(Problem) as told:
            doors.enter()
        assert (told.value.status_code, told.value.headers["Retry-After"]) == (503, "5")
        assert not closing.done()
        doors.leave()
        assert await closing is True

    asyncio.run(run())


def test_the_wait_for_those_inside_has_an_end() -> None:
    doors = Doors()
    doors.enter()
    assert asyncio.run(doors.close(patience=0.1)) is False


def test_the_help_costs_neither_the_service_nor_its_libraries() -> None:
    program = (
        "import sys; sys.argv = ['scorecast', '--help']\n"
        "from scorecast.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(ran.stderr.split())
    assert {"typer", "scorecast"} <= loaded
    costly = "chromadb fastapi langchain numpy openai pandas pydantic ray scipy sklearn sqlalchemy starlette uvicorn"
    assert loaded & set(costly.split()) == set(), "they cost a start seconds"


def test_keys_are_made_shown_once_listed_and_revoked(run, plant, tmp_path, monkeypatch) -> None:
    settings = plant(tmp_path)

    def scorecast(*arguments: str):
        monkeypatch.setenv("SCORECAST_DATABASE_URL", settings.database_url)
        return run(*arguments)

    code, secret, said = scorecast("keys", "create", "grace", "--scope", "read")
    assert code == 0
    assert re.fullmatch(r"sc_[0-9a-f]{8}_[\w-]{43}\n", secret)
    key_id = secret[3:11]
    assert key_id in said
    listed = scorecast("keys", "list")[1]
    assert "grace" in listed
    assert key_id in listed
    assert secret.strip()[12:] not in listed
    assert scorecast("keys", "revoke", key_id)[0] == 0
    assert scorecast("keys", "revoke", "00000000")[0] == 2
    assert scorecast("keys", "create", "<script>")[0] == 2
    with Store.open(settings.database_url) as store:
        [key] = store.keys.all()
    assert key.revoked_at is not None
    assert key.revoked_at <= datetime.now(UTC)


def test_a_port_that_is_taken_is_told_in_a_sentence(run, plant, tmp_path, monkeypatch) -> None:
    settings = plant(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("SCORECAST_DATABASE_URL", settings.database_url)
        code, _, said = run("serve", "--port", port)
    assert code == 2
    assert f"port {port}" in said
    assert "Traceback" not in said
