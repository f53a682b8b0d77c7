"""Recorded conversations that are answered again from a file, strictly.

A recording is JSON: ``{"exchanges": [{"request": {...}, "reply": {...}}, ...]}``, the request as it was sent and the
reply as the message that came, ``{"content": ...}`` or ``{"tool_calls": [{"name": ..., "arguments": {...}}]}`` or a
whole message of the chat format. A request that is not in the recording is refused as orphaned, and a reply that
nobody asked for is an error at the end: a recording that no longer fits its program must be made anew.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from pydantic import Field, JsonValue, ValidationError

from agent.access.reply_cache import key_of
from agent.access.scripted.asked import Asked
from agent.access.scripted.replies import Body, Scripted, calls_all, fails, says
from agent.access.scripted.server import ScriptedEndpoint
from records.base import Value
from records.errors import DataError


class Recorded(Value):
    """One exchange of a recording."""

    request: dict[str, JsonValue]
    reply: dict[str, JsonValue]


class Recording(Value):
    """Exchanges in the order in which they were recorded."""

    exchanges: tuple[Recorded, ...] = Field(min_length=1)

    @classmethod
    def read(cls, path: Path) -> Recording:
        """Read a recording.

        Raises:
            DataError: the file is no recording.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DataError(f"{path} is no recording of a conversation: {error}") from None

    @classmethod
    def of(cls, pairs: Iterable[tuple[Body, Body]]) -> Recording:
        """Make a recording from requests and the messages that answered them."""
        return cls(exchanges=tuple(Recorded(request=request, reply=reply) for request, reply in pairs))

    def write(self, path: Path) -> None:
        """Write the recording, so that changes of it can be read."""
        path.write_text(json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class RecordingMismatch(DataError):  # noqa: N818
    """A conversation and its recording differ.

    Attributes:
        orphaned: requests that are not in the recording.
        unasked: recorded requests that nobody made.
    """

    def __init__(self, *, orphaned: list[Body], unasked: list[Body]) -> None:
        self.orphaned, self.unasked = orphaned, unasked
        told = [f"orphaned: {_short(body)}" for body in orphaned] + [f"never asked: {_short(body)}" for body in unasked]
        super().__init__("The conversation is not the recorded one; record it anew. " + "; ".join(told))


class ReplayedEndpoint(ScriptedEndpoint):
    """An endpoint that answers from a recording; leaving its ``with`` block holds the conversation to it."""

    def __init__(self, recording: Recording) -> None:
        self._left: dict[str, deque[Recorded]] = defaultdict(deque)
        self._orphaned: list[Body] = []
        self._turn = threading.Lock()
        for exchange in recording.exchanges:
            self._left[_key(exchange.request)].append(exchange)
        super().__init__(self._replayed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving.

        Raises:
            RecordingMismatch: a request was orphaned, or a reply was never asked for; an error of the block goes first.
        """
        super().__exit__(kind, error, trace)
        unasked = [exchange.request for queue in self._left.values() for exchange in queue]
        if error is None and (self._orphaned or unasked):
            raise RecordingMismatch(orphaned=self._orphaned, unasked=unasked)

    def _replayed(self, asked: Asked) -> Scripted:
        with self._turn:
            if waiting := self._left.get(_key(asked.body)):
                return scripted(waiting.popleft().reply)
            self._orphaned.append(asked.body)
        return fails(400, "orphaned: this request is not in the recording")


def scripted(reply: Mapping[str, JsonValue]) -> Scripted:
    """Return a recorded reply, given as a whole message or in the short form, as a scripted one."""
    tools = reply.get("tool_calls")
    if isinstance(tools, list) and tools and all(isinstance(tool, dict) and "name" in tool for tool in tools):
        return calls_all([_wanted(tool) for tool in tools if isinstance(tool, dict)])
    if "role" not in reply:
        return says(str(reply.get("content") or ""))
    return Scripted(message=dict(reply), finish="tool_calls" if tools else "stop")


def _wanted(tool: Body) -> tuple[str, Body | str]:
    arguments = tool.get("arguments")
    return str(tool["name"]), arguments if isinstance(arguments, dict) else str(arguments or "{}")


def _key(request: Body) -> str:
    return key_of(request, base_url="", draw=0)


def _short(body: Body) -> str:
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else body
    return json.dumps(last, ensure_ascii=False)[:200]
