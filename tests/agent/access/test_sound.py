"""Whatever a server puts into a reply, LangChain gets texts where texts belong, or the reply is refused as a whole."""

from __future__ import annotations

import json

import pytest

from agent.access.budget import Budget
from agent.access.chat import LineChat
from agent.access.completion import Broken, read_completion

HALF = "\ud800"


class _Line:
    """Brings back one reply, as it was read."""

    def __init__(self, body):
        self.body, self.facts = body, {}

    def ask(self, _body):
        return self


def _reply(**message):
    said = {"index": "a", "message": {"role": "wizard", "content": "fine"} | message, "finish_reason": "stop"}
    return {"id": 7, "model": ["m"], "choices": [said], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}


def _call(arguments, **fields):
    return [{"type": "custom", "id": None, "function": {"name": "look", "arguments": arguments}} | fields]


def _heard(body):
    chat = LineChat.of(model="m", base_url="http://m.invalid", max_output_tokens=9, temperature=None, seed=None)
    return chat.on(_Line(read_completion(body, request_bytes=10).body)).invoke("How good?")


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ({"content": [{"type": "text", "text": "a"}, 7, "b", {"text": 1}, None]}, "ab"),
        ({"content": f"x{HALF}y"}, "x\ufffdy"),
        ({"content": None, "function_call": "x", "audio": 7, "annotations": [1]}, ""),
        ({"role": "system", "reasoning_content": {}}, "fine"),
    ],
)
def test_only_what_is_text_is_heard(message, content):
    heard = _heard(_reply(**message))
    assert (heard.type, heard.text) == ("ai", content)
    json.dumps(heard.content, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("arguments", "heard"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ("", {}),
        (None, {}),
        ("null", {}),
        ('{"a": "x\\ud800\\ud83d\\ude00"}', {"a": "x\ufffd\U0001f600"}),
        ("[1]", None),
        (7, None),
        ('{"a": ', None),
        ("[" * 100_000, None),
    ],
)
def test_arguments_are_an_object_or_plainly_none(arguments, heard):
    said = _heard(_reply(tool_calls=_call(arguments)))
    calls = [*said.tool_calls, *said.invalid_tool_calls]
    assert [call["id"] for call in calls] == ["call_0"]
    assert [call["args"] for call in said.tool_calls] == ([] if heard is None else [heard])


@pytest.mark.parametrize(
    "message",
    [{"content": 7}, {"content": {"a": 1}}, {"tool_calls": "look"}, {"tool_calls": [1]}, {"tool_calls": [{"id": "a"}]}],
)
def test_what_cannot_be_read_with_certainty_is_no_reply(message):
    with pytest.raises(Broken, match="makes no sense"):
        read_completion(_reply(**message), request_bytes=10)


@pytest.mark.parametrize(
    "usage", ["x", [1], None, {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": 10**30}]
)
def test_usage_that_makes_no_sense_is_estimated_and_breaks_nothing(usage):
    body = _reply() | {"usage": usage}
    assert read_completion(body, request_bytes=10).usage.estimated
    assert _heard(body).text == "fine"


def test_an_error_beside_a_message_is_no_reply():
    with pytest.raises(Broken, match="half way"):
        read_completion(_reply() | {"error": {"message": "it broke half way"}}, request_bytes=10)


def test_the_cost_of_a_reply_that_can_hardly_be_written_is_settled_and_its_key_hidden(at_port, connect, secret_key):
    body = json.dumps(_reply(content=f"{HALF}{secret_key}")).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    budget = Budget()
    heard = connect(at_port(head.encode() + body)).chat_model(budget).invoke("?")
    assert (heard.text, budget.spent.tokens) == ("\ufffd[key]", 11)
