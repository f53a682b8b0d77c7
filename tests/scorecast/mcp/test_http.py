"""Streamable HTTP: the same tools at the address of the HTTP API, behind its guard and its keys."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from agent.access.scripted.replies import calls, says
from agent.access.scripted.server import ScriptedEndpoint
from records.access_key import Scope
from scorecast.http.application import Policy, app
from scorecast.keys import create_key

LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
OFF = Policy(mcp=False)
QUESTION = {"model": "qwen3-32b", "benchmark": "gpqa_diamond"}


@pytest.fixture
def secret(ledger_store):
    """Make a key of a scope; returns its secret."""

    def make(scope: Scope) -> str:
        return create_key(ledger_store, f"agent-{scope.value}", scope=scope, now=NOW, per_minute=6000).secret

    return make


def test_the_tools_are_those_of_the_pipe(remote, agent) -> None:
    assert remote.tools == agent.tools


def test_a_forecast_is_answered_and_noted_in_the_audit_log(remote, ledger_store, audit_log) -> None:
    told = remote.call("forecast", **QUESTION)
    entry = told.structured_content["id"]
    assert ledger_store.ledger.entry(entry)
    assert audit_log(lambda lines: [entry] in [line["entered"] for line in lines])[-1]["entered"] == [entry]


def test_nobody_gets_in_without_a_key_where_keys_are_asked_for(keyed) -> None:
    answer = httpx.post(keyed, json=LISTING, headers=ACCEPT, trust_env=False)
    assert answer.status_code == 401
    wrong = httpx.post(keyed, json=LISTING, headers=ACCEPT | {"Authorization": "Bearer sc_wrong"}, trust_env=False)
    assert wrong.status_code == 401


def test_a_key_opens_what_its_scope_says(keyed, connect, secret) -> None:
    with connect(keyed, secret=secret(Scope.READ)) as reader:
        assert not reader.call("search_records", models=["deepseek-r1"]).is_error
        refused = reader.call("forecast", **QUESTION)
        assert refused.is_error
        assert "scope forecast" in refused.content[0].text


def test_a_forecast_is_entered_under_the_name_of_the_key(keyed, connect, secret, ledger_store) -> None:
    with connect(keyed, secret=secret(Scope.FORECAST)) as forecaster:
        entry = forecaster.call("forecast", **QUESTION).structured_content["id"]
    assert ledger_store.ledger.entry(entry).user == "agent-forecast"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "elsewhere.example"}, 421), ({"Origin": "https://elsewhere.example"}, 403)],
)
def test_other_hosts_and_origins_are_refused(remote_address, headers, status) -> None:
    answer = httpx.post(remote_address, json=LISTING, headers=ACCEPT | headers, trust_env=False)
    assert answer.status_code == status


def test_a_body_that_is_too_large_is_refused(remote_address) -> None:
    large = LISTING | {"params": {"padding": "x" * (1 << 20)}}
    assert httpx.post(remote_address, json=large, headers=ACCEPT, trust_env=False).status_code == 413


def test_only_requests_are_taken_and_no_stream_is_opened(remote_address) -> None:
    assert httpx.get(remote_address, headers=ACCEPT, trust_env=False).status_code == 405
    assert httpx.delete(remote_address, headers=ACCEPT, trust_env=False).status_code == 405


def test_calls_are_counted_and_logged_under_their_path(remote, remote_address, audit_log) -> None:
    assert not remote.call("describe", kind="benchmark", name="gpqa_diamond").is_error
    assert audit_log(lambda lines: lines and lines[-1]["route"] == "/mcp")[-1]["method"] == "POST"
    counts = httpx.get(remote_address.replace("/mcp", "/metrics"), trust_env=False).text
    assert 'scorecast_requests_total{method="POST",route="/mcp",status="200"}' in counts


OPINION = {
    "quantiles": {"0.05": 20, "0.5": 40, "0.95": 60},
    "reasons_for": ["its siblings score so"],
    "reasons_against": ["another harness"],
    "would_change": ["a rerun"],
    "grounding": 0.8,
    "confidence": 0.6,
}


def test_the_agent_forecasts_where_a_language_model_is_configured_and_says_so_where_none_is(
    remote, ledger_store, monkeypatch
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL"):
        monkeypatch.delenv(name, raising=False)
    alone = remote.call("forecast", **QUESTION, agent=True)
    assert "SCORECAST_MODEL" in alone.content[0].text

    def answering(asked):
        return calls("submit_forecast", OPINION) if asked.body.get("tools") else says("unknown")

    with ScriptedEndpoint(answering) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("SCORECAST_MODEL", "scripted-model")
        told = remote.call("forecast", **QUESTION, agent=True).structured_content
    assert next(one["reasons_for"] for one in told["opinions"] if one["speaks"]) == ["its siblings score so"]
    kept = ledger_store.ledger.entry(told["id"]).forecast
    assert kept.provenance.settings["llm"] == "scripted-model"


MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "agent", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ROUTED = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "forecast"}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("headers", "meta"), [(ACCEPT, {}), (ACCEPT | ROUTED, MODERN)], ids=["2025", "2026"])
def test_a_client_that_leaves_ends_its_call_and_nothing_is_entered(
    remote, remote_address, ledger_store, monkeypatch, audit_log, headers, meta
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def answering(request):
        asked.set()
        go_on.wait(60)
        return calls("submit_forecast", OPINION) if request.body.get("tools") else says("unknown")

    before = {entry.id for entry in ledger_store.ledger.entries(limit=1000)}
    ended = len(audit_log(lambda _lines: True))
    with ScriptedEndpoint(answering) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("SCORECAST_MODEL", "scripted-model")
        parameters = {"name": "forecast", "arguments": QUESTION | {"agent": True}, "_meta": meta}
        calling = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters}
        with posted(remote_address, calling, headers):
            assert asked.wait(60)
        audit_log(lambda lines: len(lines) > ended)
        go_on.set()
        entered = remote.call("forecast", **QUESTION, agent=True).structured_content["id"]
    assert {entry.id for entry in ledger_store.ledger.entries(limit=1000)} - before == {entered}


def posted(address: str, document: object, headers: dict[str, str]) -> socket.socket:
    """Send a request, and return the connection on which nobody listens for the answer."""
    place, body = urlsplit(address), json.dumps(document)
    told = headers | {"Host": place.netloc, "Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"POST {place.path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", body]
    connection = socket.create_connection((place.hostname, place.port))
    connection.sendall("\r\n".join(lines).encode())
    return connection


def test_it_can_be_switched_off(home) -> None:
    assert "/mcp" not in {getattr(route, "path", "") for route in app(home, clock=lambda: NOW, policy=OFF).routes}
