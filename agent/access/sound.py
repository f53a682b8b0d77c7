"""Replies made sound: what a language model said, in the one form that the rest of the agent and LangChain rely on.

In: parts of a ``chat.completion`` as some server sent it, with JSON of any kind in any place. Out: the same with texts
where texts belong, characters that can be written, arguments of tools that are objects or plainly none, figures of
usage that can be figures, and nothing else. What cannot be read with certainty is refused.
"""

from __future__ import annotations

import json
import re

from pydantic import JsonValue

from agent.access.usage import count, detail

Body = dict[str, JsonValue]

_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""An escape that may be half of a character."""


class Unsound(ValueError):  # noqa: N818
    """A reply says something where nothing of the kind can stand."""


def sound_text(text: str) -> str:
    """Return a text without halves of characters, which nothing could store or send."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def sound_message(told: Body) -> Body:
    """Return an assistant's message: content, refusal, calls of tools.

    Raises:
        Unsound: a content or calls that are none.
    """
    message: Body = {"role": "assistant", "content": _content(told.get("content"))}
    if refusal := told.get("refusal"):
        message["refusal"] = sound_text(str(refusal))
    if calls := told.get("tool_calls"):
        if not isinstance(calls, list):
            raise Unsound(f"its tool_calls are {type(calls).__name__}, expected a list")
        message["tool_calls"] = [_call(call, number) for number, call in enumerate(calls)]
    return message


def sound_usage(told: JsonValue) -> JsonValue:
    """Return figures of usage; None where the two that matter are none."""
    figures = told if isinstance(told, dict) else {}
    prompt, completion = count(figures.get("prompt_tokens")), count(figures.get("completion_tokens"))
    if prompt is None or completion is None:
        return None
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": detail(figures.get("prompt_tokens_details"), "cached_tokens")},
        "completion_tokens_details": {
            "reasoning_tokens": detail(figures.get("completion_tokens_details"), "reasoning_tokens")
        },
    }


def _content(told: JsonValue) -> str | None:
    """The text of a content, which may come in parts."""
    if told is None or isinstance(told, str):
        return told if told is None else sound_text(told)
    if not isinstance(told, list):
        raise Unsound(f"its content is {type(told).__name__}, expected a text")
    parts = [part.get("text") if isinstance(part, dict) else part for part in told]
    return sound_text("".join(part for part in parts if isinstance(part, str)))


def _call(told: JsonValue, number: int) -> Body:
    function = told.get("function") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(function, dict):
        raise Unsound("one of its tool_calls names no function")
    return {
        "id": sound_text(str(told.get("id") or f"call_{number}")),
        "type": "function",
        "function": {"name": sound_text(str(function.get("name") or "")), "arguments": _arguments(function)},
    }


def _arguments(function: Body) -> str:
    """The arguments of a call as the text of an object; any other text is left as one that is no JSON."""
    told = function.get("arguments")
    if told is None or told == "":
        return "{}"  # some servers write nothing where a tool takes no arguments
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return sound_text(text)
    if not isinstance(found, dict | None):
        return sound_text(f"no object: {text}")
    return sound_text(json.dumps(found, ensure_ascii=False) if _HALF.search(text) else text)
