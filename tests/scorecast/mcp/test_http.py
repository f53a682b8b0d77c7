"""Streamable HTTP: the same tools, behind the guard and the keys of the HTTP API."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from records.access_key import Scope
from records.errors import UsageError
from scorecast.http.server import run
from scorecast.keys import create_key
from scorecast.mcp.server import app

LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
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


def test_it_refuses_to_listen_wider_than_loopback_without_a_key(home_without_keys) -> None:
    with pytest.raises(UsageError, match="scorecast keys create"):
        run(
            lambda policy: app(home_without_keys, clock=lambda: NOW, policy=policy),
            home_without_keys,
            host="0.0.0.0",
            port=0,
            clock=lambda: NOW,
        )
