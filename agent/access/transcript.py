"""What was said to a language model and what it answered: typed, stored with the forecast, without any secret."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from pydantic import Field, JsonValue

from agent.access.completion import Body, Completion
from agent.access.usage import Usage
from records.base import Value


class Wish(Value):
    """A tool that the model wants to be called; arguments as the text that it sent."""

    id: str
    name: str
    arguments: str


class Said(Value):
    """One message.

    Attributes:
        role: ``system``, ``user``, ``assistant`` or ``tool``.
        content: its text.
        wishes: tools that an assistant's message asks for.
        answers: id of the wish that a tool's message answers.
        refusal: what the model said where it declined.
    """

    role: str
    content: str = ""
    wishes: tuple[Wish, ...] = ()
    answers: str = ""
    refusal: str = ""


class Exchange(Value):
    """One call: the request, and its reply or why there is none.

    Attributes:
        model: the model that was asked.
        draw: which of several equal draws it belongs to.
        messages: the whole request.
        tools: names of the tools that were offered.
        reply: what came back; None where nothing did.
        finish: why the model stopped, in the provider's word.
        usage: tokens of the reply, also of one from the cache.
        usd: what it cost; 0 from the cache, None where the price is not known.
        cached: whether it came from the cache.
        attempts: how often the endpoint was asked for it.
        seconds: from the call to the reply, waiting included.
        failure: why there is no reply.
    """

    model: str
    draw: int = Field(ge=0)
    messages: tuple[Said, ...]
    tools: tuple[str, ...] = ()
    reply: Said | None = None
    finish: str = ""
    usage: Usage | None = None
    usd: float | None = None
    cached: bool = False
    attempts: int = Field(default=1, ge=0)
    seconds: float = Field(default=0.0, ge=0.0)
    failure: str = ""


class Conversation(Value):
    """All exchanges of one forecast, in the order in which they ended."""

    exchanges: tuple[Exchange, ...] = ()


class Transcript:
    """Collects exchanges while a conversation goes on; several threads may add to it."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Keep one exchange."""
        with self._lock:
            self._exchanges.append(exchange)

    @property
    def conversation(self) -> Conversation:
        """What was said so far."""
        with self._lock:
            return Conversation(exchanges=tuple(self._exchanges))


def exchange(body: Body, completion: Completion | None, *, hide: Callable[[str], str]) -> Exchange:
    """Return what was asked and answered; ``hide`` takes secrets out of every text."""
    messages = body.get("messages")
    return Exchange(
        model=str(body.get("model")),
        draw=0,
        messages=tuple(said(message, hide=hide) for message in (messages if isinstance(messages, list) else [])),
        tools=tool_names(body.get("tools")),
        reply=said(completion.message, hide=hide) if completion else None,
        finish=completion.finish if completion else "",
        usage=completion.usage if completion else None,
    )


def said(message: JsonValue, *, hide: Callable[[str], str] = str) -> Said:
    """Read one message of the chat format; what is not text or a tool call is shown as its kind."""
    if not isinstance(message, dict):
        return Said(role="unknown")
    tools = message.get("tool_calls")
    return Said(
        role=str(message.get("role") or "assistant"),
        content=hide(_text(message.get("content"))),
        wishes=tuple(_wishes(tools if isinstance(tools, list) else [], hide=hide)),
        answers=str(message.get("tool_call_id") or ""),
        refusal=hide(str(message.get("refusal") or "")),
    )


def _text(content: JsonValue) -> str:
    if isinstance(content, list):
        return "\n".join(_text(part) for part in content)
    if isinstance(content, dict):
        return str(content["text"]) if "text" in content else f"[{content.get('type')}]"
    return "" if content is None else str(content)


def _wishes(tools: Iterable[JsonValue], *, hide: Callable[[str], str]) -> Iterable[Wish]:
    for tool in tools:
        if isinstance(tool, dict) and isinstance(function := tool.get("function"), dict):
            yield Wish(
                id=str(tool.get("id") or ""),
                name=str(function.get("name") or ""),
                arguments=hide(str(function.get("arguments") or "")),
            )


def tool_names(tools: JsonValue) -> tuple[str, ...]:
    """Return the names of the tools that a request offers."""
    return tuple(
        str(function.get("name"))
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict) and isinstance(function := tool.get("function"), dict)
    )
