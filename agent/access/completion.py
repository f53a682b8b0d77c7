"""Replies of an endpoint, read strictly: a whole ``chat.completion``, or one joined from the pieces of a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import JsonValue

from agent.access.sound import Unsound, sound_message, sound_text, sound_usage
from agent.access.usage import Usage, bytes_of, read_usage

Body = dict[str, JsonValue]


class Broken(ValueError):  # noqa: N818
    """What came is no complete reply."""


class Completion(NamedTuple):
    """One complete reply.

    Attributes:
        body: the ``chat.completion`` object, with what was read of it.
        message: the assistant's message in it.
        finish: why the model stopped.
        usage: tokens, as told or estimated.
    """

    body: Body
    message: Body
    finish: str
    usage: Usage

    @property
    def refusal(self) -> str:
        """What the model said where it declined, or that a filter did; empty where neither happened."""
        if told := self.message.get("refusal"):
            return str(told)
        empty = not self.message.get("content") and not self.message.get("tool_calls")
        return "a content filter held the answer back" if self.finish == "content_filter" and empty else ""


def read_completion(body: JsonValue, *, request_bytes: int) -> Completion:
    """Read a ``chat.completion`` object.

    Raises:
        Broken: it has no choice with a message that came to its end.
    """
    if not isinstance(body, dict):
        raise Broken(f"the reply is {type(body).__name__}, expected a JSON object")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    told = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(told, dict) or body.get("error"):
        raise Broken(f"the reply has no message: {_told(body)}")
    if not isinstance(finish := choice.get("finish_reason"), str):
        raise Broken("the reply breaks off: it has no finish_reason")
    try:
        message = sound_message(told)
    except Unsound as error:
        raise Broken(f"the reply makes no sense: {error}") from None
    usage = read_usage(body.get("usage"), request_bytes=request_bytes, reply_bytes=bytes_of(message))
    return Completion(_whole(body, message, sound_text(finish)), message, finish, usage)


def _whole(body: Body, message: Body, finish: str) -> Body:
    """The object as it is kept and handed on: what was read, and nothing that was not."""
    told: Body = {name: sound_text(text) for name in ("id", "model") if isinstance(text := body.get(name), str)}
    choice: Body = {"index": 0, "message": message, "finish_reason": finish}
    return told | {"object": "chat.completion", "choices": [choice], "usage": sound_usage(body.get("usage"))}


def _told(body: Body) -> str:
    error = body.get("error")
    told = error.get("message") if isinstance(error, dict) else error
    return str(told)[:300] if told else f"its keys are {', '.join(sorted(body)) or 'none'}"


def joined(chunks: Iterable[JsonValue]) -> Body:
    """Put the chunks of a stream together as one ``chat.completion``; what never came is missing in it too."""
    body: Body = {"object": "chat.completion"}
    message: Body = {"role": "assistant", "content": None}
    tools: dict[int, _Tool] = {}
    finish: JsonValue = None
    for chunk in chunks:
        if not isinstance(chunk, dict):
            continue
        body |= {key: chunk[key] for key in ("id", "created", "model", "usage", "error") if chunk.get(key) is not None}
        for choice in _list(chunk.get("choices")):
            if isinstance(choice, dict) and choice.get("index", 0) == 0:
                finish = choice.get("finish_reason") or finish
                _add(choice.get("delta"), message=message, tools=tools)
    if tools:
        message["tool_calls"] = [tools[index].whole for index in sorted(tools)]
    return body | {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


class _Tool:
    """A tool call as its pieces arrive."""

    def __init__(self) -> None:
        self.id, self.name, self.arguments = "", "", ""

    @property
    def whole(self) -> Body:
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


def _add(delta: JsonValue, *, message: Body, tools: dict[int, _Tool]) -> None:
    if not isinstance(delta, dict):
        return
    for key in ("content", "refusal"):
        if isinstance(piece := delta.get(key), str):
            message[key] = str(message.get(key) or "") + piece
    for position, piece in enumerate(_list(delta.get("tool_calls"))):
        if isinstance(piece, dict):
            index = piece.get("index")
            _add_tool(piece, tools.setdefault(index if isinstance(index, int) else position, _Tool()))


def _add_tool(piece: Body, tool: _Tool) -> None:
    tool.id = str(piece.get("id") or tool.id)
    if isinstance(function := piece.get("function"), dict):
        tool.name += str(function.get("name") or "")
        tool.arguments += str(function.get("arguments") or "")


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
