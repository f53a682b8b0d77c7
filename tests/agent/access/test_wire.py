"""One attempt over the ``openai`` client: what is sent, what a broken connection is called, and how much is read."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from contextlib import ExitStack

import httpx2
import pytest

from agent.access.budget import Budget
from agent.access.mishap import setback_of
from agent.access.scripted.replies import resets, says
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings
from agent.access.transport import LARGEST_REPLY
from agent.access.wire import Wire

BODY = {"model": "m", "messages": [{"role": "user", "content": "How good?"}]}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: "


def _send(url, *, body=BODY, **fields):
    async def once():
        wire = Wire(AccessSettings(**({"model": "m", "base_url": url, "timeout_seconds": 5.0} | fields)))
        try:
            return await wire.send(body)
        finally:
            await wire.close()

    return asyncio.run(once())


def _setback(url, **fields) -> Setback:
    with pytest.raises(Setback) as raised:
        _send(url, **fields)
    return raised.value


def test_fields_that_only_some_endpoints_know_are_sent_as_they_are(serve):
    served = serve([says("x")])
    asked = BODY | {"top_k": 40, "guided_json": {"type": "object"}, "stop": None}
    _send(served.url, body=asked)
    assert served.asked[0].body == asked


def test_what_the_environment_says_changes_nothing(serve, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer from-the-environment")
    served = serve([says("x"), says("y")])
    _send(served.url)
    _send(served.url, api_key="from-the-settings")
    assert "from-the-environment" not in str([asked.headers for asked in served.asked])
    assert [asked.headers.get("authorization") for asked in served.asked] == [None, "Bearer from-the-settings"]


def test_the_endpoint_is_not_told_about_this_machine(serve):
    served = serve([says("x")])
    _send(served.url)
    assert not [name for name in served.asked[0].headers if name.startswith("x-stainless")]


def test_a_proxy_is_asked_with_its_password(serve):
    proxy = serve([says("x")])
    told = _send("http://model.invalid/v1", proxy=_with_password(proxy))
    assert told["choices"][0]["message"]["content"] == "x"
    assert proxy.asked[0].path == "http://model.invalid/v1/chat/completions"
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"


def test_a_proxy_that_makes_no_tunnel_gets_its_password_and_no_key_and_neither_is_shown(serve, secret_key):
    proxy = serve([])
    setback = _setback("https://model.invalid/v1", proxy=_with_password(proxy), api_key=secret_key)
    assert proxy.asked[0].path == "model.invalid:443"
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
    assert secret_key not in str(proxy.asked[0].headers)
    assert not [secret for secret in ("secret", "bWU6c2VjcmV0") if secret in str(setback)]
    assert setback.may_pass


def _with_password(proxy):
    return proxy.url.replace("http://", "http://me:secret@").removesuffix("/v1")


def test_name_and_password_of_an_address_let_in_where_there_is_no_key_and_are_not_shown(serve, secret_key):
    served = serve([says("x"), says("y")])
    address = served.url.replace("http://", "http://me:secret@")
    _send(address)
    _send(address, api_key=secret_key)
    assert [asked.headers["authorization"] for asked in served.asked] == ["Basic bWU6c2VjcmV0", f"Bearer {secret_key}"]
    assert "secret" not in str(_setback("http://me:secret@127.0.0.1:9/v1"))


def test_a_redirect_is_refused_and_not_followed(serve, at_port):
    served = serve([])
    elsewhere = f"HTTP/1.1 307 Moved\r\nLocation: {served.url}/chat/completions\r\nContent-Length: 0\r\n\r\n"
    setback = _setback(at_port(elsewhere.encode()))
    assert (setback.kind, setback.status) == (Kind.REFUSED, 307)
    assert served.asked == []


def test_where_nobody_listens_nothing_was_sent():
    setback = _setback("http://127.0.0.1:9/v1")
    assert setback.kind is Kind.UNREACHABLE
    assert "no connection" in setback.reason


@pytest.mark.parametrize(
    "cause",
    [socket.gaierror(-2, "Name or service not known"), ssl.SSLCertVerificationError("expired"), OSError(113, "")],
)
def test_without_name_route_or_certificate_nothing_was_sent(cause):
    between = httpx2.ConnectTimeout("as the transport calls it")
    between.__cause__ = cause
    assert setback_of(between, settings=AccessSettings(model="m")).kind is Kind.UNREACHABLE


def test_a_connection_that_is_not_taken_in_time_sent_nothing():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as full:
        port = server.getsockname()[1]
        for _ in range(4):
            waiting = full.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        setback = _setback(f"http://127.0.0.1:{port}/v1", timeout_seconds=0.4)
    assert setback.kind is Kind.UNREACHABLE
    assert "timeout" in setback.reason


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"no HTTP at all\r\n\r\n",
        HEAD + b"100\r\n\r\n{",
        HEAD + b"many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["closed", "closed after the request", "no HTTP", "cut off", "no length", "no gzip", "no chunk"],
)
def test_a_request_that_was_sent_and_not_answered_whole_is_lost(at_port, answer):
    assert _setback(at_port(answer)).kind is Kind.LOST


def test_a_reset_is_lost_although_the_transport_calls_it_no_connection(serve):
    assert _setback(serve([resets()]).url).kind is Kind.LOST


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [200, 500])
def test_no_more_than_the_limit_is_read_of_any_reply(at_port, status, stream):
    kind = "text/event-stream" if stream else "application/json"
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {LARGEST_REPLY + 1}\r\n\r\n"
    setback = _setback(at_port(head.encode() + b" " * (LARGEST_REPLY + 1)))
    assert (setback.kind, setback.status) == (Kind.LOST, None)
    assert "larger than" in setback.reason


def test_a_reply_that_was_packed_unasked_is_not_unpacked(at_port):
    bomb = gzip.compress(b" " * (LARGEST_REPLY + 1))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    setback = _setback(at_port(head.encode() + bomb))
    assert setback.kind is Kind.LOST
    assert "packed (gzip)" in setback.reason


def test_an_error_told_in_a_stream_is_told(at_port):
    events = b'data: {"choices": []}\n\ndata: {"error": {"message": "out of memory", "code": "busy"}}\n\n'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(events)}\r\n\r\n"
    setback = _setback(at_port(head.encode() + events))
    assert setback.kind is Kind.LOST
    assert "out of memory" in setback.reason


@pytest.mark.parametrize(
    "told", ['"text"', '{"error": "text"}', '{"error": {"message": "text"}}', '{"message": "text"}', "text"]
)
def test_the_reason_of_a_refusal_is_found_in_any_form(at_port, told):
    head = f"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n\r\n"
    assert _setback(at_port((head + told).encode())).reason.strip('"') == "text"


def test_what_an_address_asks_for_is_sent_behind_the_path_and_not_shown(serve, connect):
    served = serve([says("x")])
    address = served.url.replace("http://", "http://me:secret@") + "/?api-version=1&code=hidden"
    endpoint = connect(address, api_key="")
    chat = endpoint.chat_model(Budget())
    chat.invoke("How good?")
    assert served.asked[0].path == "/v1/chat/completions?api-version=1&code=hidden"
    assert not [word for word in ("secret", "hidden") if word in repr(chat)]
