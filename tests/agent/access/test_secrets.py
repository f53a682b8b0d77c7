"""The key is sent to the endpoint and shown nowhere else: not in errors, values, conversations, caches or logs."""

from __future__ import annotations

import logging
import traceback

import pytest

from agent.access.budget import Budget
from agent.access.scripted.replies import fails, says
from agent.access.settings import AccessSettings
from agent.access.transcript import Conversation, Transcript
from agent.errors import AgentError, NotConfigured


def test_the_key_is_sent_and_in_no_repr(script_and_endpoint, secret_key):
    served, endpoint = script_and_endpoint([says("x")])
    chat = endpoint.chat_model(Budget())
    chat.invoke("?")
    assert served.asked[0].headers["authorization"] == f"Bearer {secret_key}"
    for shown in (endpoint.settings, chat, chat.line, chat.model_dump()):
        assert secret_key not in repr(shown) + str(shown)


def test_without_a_key_none_is_sent(script_and_endpoint):
    served, endpoint = script_and_endpoint([says("x")], api_key="")
    endpoint.chat_model(Budget()).invoke("?")
    assert "authorization" not in served.asked[0].headers


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_provider_that_echoes_the_key_does_not_show_it(script_and_endpoint, secret_key, status, caplog):
    caplog.set_level(logging.DEBUG)
    _, endpoint = script_and_endpoint(
        lambda asked: fails(status, f"Incorrect API key provided: {secret_key}"), max_retries=0
    )
    transcript = Transcript()
    with pytest.raises(AgentError) as raised:
        endpoint.chat_model(Budget(), transcript=transcript).invoke("?")
    told = "".join(traceback.format_exception(raised.value))
    assert "[key]" in str(raised.value)
    assert secret_key not in told + caplog.text + transcript.conversation.model_dump_json()


def test_a_key_in_a_conversation_is_hidden_where_it_is_kept(script_and_endpoint, secret_key, tmp_path):
    cache = tmp_path / "replies.db"
    _, endpoint = script_and_endpoint([says("fine")], cache=cache)
    transcript = Transcript()
    endpoint.chat_model(Budget(), transcript=transcript).invoke(f"My key is {secret_key}.")
    kept = transcript.conversation
    assert kept.exchanges[0].messages[0].content == "My key is [key]."
    endpoint.close()
    assert secret_key.encode() not in cache.read_bytes()


def test_a_conversation_survives_json(script_and_endpoint):
    _, endpoint = script_and_endpoint([says("fine", usage=(9, 2)), fails(404)])
    transcript = Transcript()
    chat = endpoint.chat_model(Budget(), transcript=transcript, draw=2)
    chat.invoke([("system", "Be brief."), ("human", "How good?")])
    with pytest.raises(AgentError):
        chat.invoke("Again?")
    kept = transcript.conversation
    assert Conversation.model_validate_json(kept.model_dump_json()) == kept
    first, second = kept.exchanges
    assert [(message.role, message.content) for message in first.messages] == [
        ("system", "Be brief."),
        ("user", "How good?"),
    ]
    assert (first.draw, first.usage.total, first.cached, first.failure) == (2, 11, False, "")
    assert first.seconds > 0.0
    assert second.reply is None
    assert "HTTP 404" in second.failure


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": " "}, "SCORECAST_MODEL"),
        ({"base_url": "localhost:8000"}, "OPENAI_BASE_URL"),
        ({"base_url": "ftp://host/v1"}, "OPENAI_BASE_URL"),
        ({"proxy": "socks5://host:1"}, "proxy"),
        ({"proxy": "host:3128"}, "proxy"),
        ({"timeout_seconds": 0.0}, "timeout_seconds"),
        ({"max_retries": -1}, "max_retries"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(fields, words):
    with pytest.raises(NotConfigured, match=words):
        AccessSettings(**({"model": "m"} | fields))


def test_a_host_is_told_without_its_password():
    assert AccessSettings(model="m", base_url="https://me:secret@host:8443/v1").host == "host:8443"
