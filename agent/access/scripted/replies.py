"""What a scripted endpoint can answer: texts, tool calls, refusals, and every fault a provider has shown so far.

Each function makes one ``Scripted`` reply; ``slowly`` delays any of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pydantic import JsonValue

from agent.access.usage import bytes_of, tokens_in_bytes

Body = dict[str, JsonValue]


class Fault(StrEnum):
    """How the transport misbehaves."""

    NONE = "none"
    RESET = "reset"
    """The connection is reset before any byte of the reply."""
    HANG = "hang"
    """The reply never comes."""
    TRUNCATED = "truncated"
    """The reply breaks off in its middle."""
    GARBLED = "garbled"
    """Status 200 with a page that is no JSON."""


@dataclass(frozen=True)
class Scripted:
    """One reply.

    Attributes:
        message: the assistant's message; empty for errors.
        finish: ``finish_reason`` of the choice.
        usage: prompt and completion tokens; None counts them by length; ``(-1, -1)`` leaves usage out.
        status: HTTP status.
        error: the ``error`` object of a status that is not 200.
        headers: further response headers.
        seconds: how long the endpoint waits before it answers.
        fault: how the transport misbehaves.
    """

    message: Body = field(default_factory=dict)
    finish: str = "stop"
    usage: tuple[int, int] | None = None
    status: int = 200
    error: Body = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    fault: Fault = Fault.NONE


def says(text: str, *, usage: tuple[int, int] | None = None) -> Scripted:
    """Answer with a text."""
    return Scripted(message={"role": "assistant", "content": text}, usage=usage)


def cut_short(text: str) -> Scripted:
    """Answer with a text that reached the limit on its length."""
    return replace(says(text), finish="length")


def calls(name: str, arguments: Mapping[str, JsonValue] | str, *, id: str = "call_1") -> Scripted:  # noqa: A002
    """Ask for one tool; arguments given as a text are sent as they are, so they may be broken JSON."""
    return calls_all([(name, arguments)], ids=[id])


def calls_all(wanted: list[tuple[str, Mapping[str, JsonValue] | str]], *, ids: list[str] | None = None) -> Scripted:
    """Ask for several tools in one message."""
    names = ids or [f"call_{number}" for number in range(1, len(wanted) + 1)]
    tools: list[JsonValue] = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": _as_text(arguments)}}
        for id_, (name, arguments) in zip(names, wanted, strict=True)
    ]
    return Scripted(message={"role": "assistant", "content": None, "tool_calls": tools}, finish="tool_calls")


def _as_text(arguments: Mapping[str, JsonValue] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(dict(arguments))


def refuses(text: str = "I cannot help with that.") -> Scripted:
    """Let the model decline."""
    return Scripted(message={"role": "assistant", "content": None, "refusal": text})


def filtered() -> Scripted:
    """Let a content filter cut the answer."""
    return Scripted(message={"role": "assistant", "content": ""}, finish="content_filter")


def fails(status: int = 500, message: str = "the server had an error", *, code: str | None = None) -> Scripted:
    """Answer with an HTTP error."""
    return Scripted(status=status, error={"message": message, "type": "error", "param": None, "code": code})


def limited(retry_after: str | float | None = None, *, code: str = "rate_limit_exceeded") -> Scripted:
    """Answer 429, with ``Retry-After`` where one is given (seconds or an HTTP date)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return replace(fails(429, "too many requests", code=code), headers=headers)


def resets() -> Scripted:
    """Reset the connection."""
    return Scripted(fault=Fault.RESET)


def hangs() -> Scripted:
    """Never answer."""
    return Scripted(fault=Fault.HANG)


def garbles() -> Scripted:
    """Answer 200 with a page of HTML, as a proxy does."""
    return Scripted(fault=Fault.GARBLED)


def breaks_off(text: str = "The forecast is somewhere near") -> Scripted:
    """Begin an answer and close the connection in its middle."""
    return replace(says(text), fault=Fault.TRUNCATED)


def slowly(reply: Scripted, seconds: float) -> Scripted:
    """Delay a reply by so many seconds."""
    return replace(reply, seconds=seconds)


def completion(reply: Scripted, *, request: Body, number: int) -> Body:
    """Return the reply as a ``chat.completion`` object."""
    done: Body = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", "scripted"),
        "choices": [{"index": 0, "message": reply.message, "logprobs": None, "finish_reason": reply.finish}],
    }
    if reply.usage != (-1, -1):
        asked, answered = reply.usage or (tokens_in_bytes(bytes_of(part)) for part in (request, reply.message))
        done["usage"] = {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
        }
    return done


def chunks(done: Body, *, with_usage: bool) -> Iterator[Body]:
    """Yield a completion as ``chat.completion.chunk`` objects, its text and arguments in pieces of 8 characters."""
    base = {key: done[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choices = done["choices"]
    choice = choices[0] if isinstance(choices, list) else None
    if not isinstance(choice, dict) or not isinstance(choice["message"], dict):
        return
    for delta in _deltas(choice["message"]):
        yield base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield base | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    if with_usage and "usage" in done:
        yield base | {"choices": [], "usage": done["usage"]}


def _deltas(message: Body) -> Iterator[Body]:
    yield {"role": "assistant"}
    for key in ("content", "refusal"):
        if isinstance(text := message.get(key), str):
            for piece in _pieces(text):
                yield {key: piece}
    tools = message.get("tool_calls")
    for index, tool in enumerate(tools if isinstance(tools, list) else []):
        if isinstance(tool, dict) and isinstance(function := tool["function"], dict):
            head: Body = {"index": index, "id": tool["id"], "type": "function"}
            yield {"tool_calls": [head | {"function": {"name": function["name"], "arguments": ""}}]}
            for piece in _pieces(str(function["arguments"])):
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _pieces(text: str, size: int = 8) -> Iterator[str]:
    yield from (text[start : start + size] for start in range(0, len(text), size))
