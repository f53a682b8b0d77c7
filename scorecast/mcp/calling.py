"""Calls: arguments are checked, the tool is run while progress is told, and what goes wrong says how to ask better."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, ValidationError

from agent.tools.conditions import problems
from agent.tools.desk import ToolError
from scorecast.mcp.acting import At, Done
from scorecast.mcp.tools import TOOLS, Tool
from scorecast.service.faults import UNKNOWN, fault_of
from scorecast.service.refusal import Refusal, Why

T = TypeVar("T")

BEAT = 3.0
"""Seconds between two signs of life."""

NEXT: Mapping[str, str] = {
    "unknown-model": "For a model of your own add `known` scores or `own` facts.",
    "unknown-benchmark": "For a benchmark of your own add `own_benchmark` with a description.",
    "busy": "Call again in a few seconds.",
    "store": "Call again in a few seconds.",
}
"""What to do next, by the kind of the problem, beyond what the problem says."""

LOOK_UP = "search_records finds names; what appeared after `as_of` is not known."

Beat = Callable[[float, str], Awaitable[None]]
"""Told how many seconds a call has taken, and what it is doing."""


async def call(name: str, arguments: Mapping[str, Any], at: At, *, beat: Beat) -> tuple[CallToolResult, Done]:
    """Serve one call; whatever goes wrong becomes an answer that says so."""
    try:
        tool = _tool(name)
        _check_scope(tool, name, at)
        asked = _checked(tool.asked, arguments)
        done = await beating(tool.act(at, asked), lambda seconds: beat(seconds, tool.doing(asked)), most=at.seconds)
    except Exception as error:  # noqa: BLE001 - becomes an answer, whatever it is
        return _failed(_reason(error)), Done({})
    text = TextContent(type="text", text=tool.say(done.content))
    return CallToolResult(content=[text], structured_content=done.content), done


def _tool(name: str) -> Tool:
    if name not in TOOLS:
        raise ToolError(f"No tool is called {name!r:.80}; there are: {', '.join(TOOLS)}.")
    return TOOLS[name]


def _check_scope(tool: Tool, name: str, at: At) -> None:
    if not at.caller.scope.holds(tool.needs):
        raise ToolError(f"{name} needs a key of the scope {tool.needs.value}; yours has {at.caller.scope.value}.")


def _checked(kind: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel:
    """Check arguments; objects and lists that came as JSON in a string, as some hosts send them, are read.

    Raises:
        ToolError: they are not what they must be.
    """
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        read = {name: _unwrapped(value) for name, value in arguments.items()}
        if read == dict(arguments):
            raise ToolError(f"The arguments do not fit: {'; '.join(problems(error, known=kind))}.") from error
        return _checked(kind, read)


def _unwrapped(value: object) -> object:
    if not (isinstance(value, str) and value.lstrip()[:1] in {"{", "["}):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


async def beating(
    work: Awaitable[T], beat: Callable[[float], Awaitable[None]], *, most: float, every: float = BEAT
) -> T:
    """Wait for work, giving a sign of life every few seconds; who stops waiting stops the work.

    Raises:
        Refusal: it took more seconds than it may.
    """
    job, clock = asyncio.ensure_future(work), asyncio.get_running_loop().time
    started = clock()
    try:
        while not job.done():
            await asyncio.wait({job}, timeout=min(every, max(0.0, started + most - clock())))
            if not job.done() and clock() >= started + most:
                raise Refusal(Why.LATE, f"There was no answer within {most:g} s; ask for less, or again.")
            if not job.done():
                await beat(clock() - started)
    finally:
        job.cancel()
    return job.result()


def _reason(error: Exception) -> str:
    """Say what is wrong and what to do next; what is inside stays inside."""
    if isinstance(error, ToolError):
        return str(error)
    fault = fault_of(error)
    near = fault.more.get("suggestions")
    names = f"Nearest names: {', '.join(map(str, near))}." if isinstance(near, list) and near else ""
    look_up = LOOK_UP if fault.kind.startswith(UNKNOWN) else ""
    return " ".join(part for part in (fault.detail, names, look_up, NEXT.get(fault.kind, "")) if part)


def _failed(reason: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=reason)], is_error=True)
