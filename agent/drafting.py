"""Drafting: one conversation with the language model, in bounded rounds, until it submits a forecast.

In: a chat model, a desk and the opening messages. Out: an opinion. In every round the model may call tools; in the
last one only the answer is left. An answer that cannot be read is sent back once, with the error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableSequence, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.access.transcript import Said, Wish
from agent.answer import SUBMIT
from agent.errors import AnswerUnusable
from agent.opinion import Opinion, read_opinion, text_of
from agent.tools.desk import Desk
from agent.tools.toolbox import offers, serve, submit_schema
from prompts import prompt

MOST_CALLS = 8
"""Calls of tools that are served in one round."""

Thread = MutableSequence[BaseMessage]
"""The messages of one conversation; it grows while the conversation goes on, so that a failure leaves it readable."""


async def draft(model: BaseChatModel, desk: Desk, thread: Thread, *, rounds: int, framing: str) -> Opinion:
    """Hold the conversation that a thread opens, for at most ``rounds`` rounds and one repair.

    Raises:
        AnswerUnusable: no readable answer, also after the repair.
        AgentError: the model could not be asked.
    """
    for left in range(rounds - 1, -1, -1):
        if left == 0 and rounds > 1:
            thread.append(HumanMessage(prompt("last_round").fill()))
        reply = await _ask(model, thread, offers(desk) if left else ())
        if left and looks_up(reply):
            thread.extend(_served(desk, reply))
            continue
        try:
            return read_opinion(reply, desk, framing=framing)
        except AnswerUnusable as error:
            return await _repaired(model, desk, thread, reply, error, framing=framing)
    raise AnswerUnusable("no round was granted")


async def _ask(model: BaseChatModel, thread: Thread, offered: Sequence[dict[str, Any]]) -> AIMessage:
    """Ask with some tools; where none is offered, nothing but the answer is left."""
    reply = await model.bind_tools(offered or [dict(submit_schema())]).ainvoke(list(thread))
    thread.append(reply)
    return reply


async def _repaired(
    model: BaseChatModel, desk: Desk, thread: Thread, reply: AIMessage, error: AnswerUnusable, *, framing: str
) -> Opinion:
    thread.extend(_closed(reply))
    thread.append(HumanMessage(prompt("repair").fill(error=desk.mask(str(error)))))
    opinion = read_opinion(await _ask(model, thread, ()), desk, framing=framing)
    return opinion.model_copy(update={"repairs": (f"answered anew after: {error}", *opinion.repairs)})


def looks_up(reply: AIMessage) -> bool:
    """Whether a reply calls tools and does not answer yet."""
    called = [call["name"] for call in (*reply.tool_calls, *reply.invalid_tool_calls)]
    return bool(called) and SUBMIT not in called


def _served(desk: Desk, reply: AIMessage) -> Iterator[ToolMessage]:
    """The result of every call; models need one for each, served or not."""
    for number, call in enumerate(reply.tool_calls):
        if number < MOST_CALLS:
            content = serve(desk, call["name"], call["args"])
        else:
            content = f"error: at most {MOST_CALLS} calls are served in one round"
        yield ToolMessage(content, tool_call_id=call["id"] or "", name=call["name"])
    for invalid in reply.invalid_tool_calls:
        yield _not_served(invalid["id"], "error: the arguments are no JSON object")


def _closed(reply: AIMessage) -> Iterator[ToolMessage]:
    """A result for every call of a reply that is sent back."""
    for call in (*reply.tool_calls, *reply.invalid_tool_calls):
        yield _not_served(call["id"], "not accepted")


def _not_served(key: str | None, content: str) -> ToolMessage:
    return ToolMessage(content, tool_call_id=key or "")


ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}


def told(thread: Thread) -> tuple[Said, ...]:
    """Return a thread as it is stored."""
    return tuple(_said(message) for message in thread)


def _said(message: BaseMessage) -> Said:
    role = ROLES.get(message.type, message.type)
    if isinstance(message, AIMessage):
        wishes = [
            Wish(id=call["id"] or "", name=call["name"] or "", arguments=_text(call["args"]))
            for call in (*message.tool_calls, *message.invalid_tool_calls)
        ]
        return Said(role=role, content=text_of(message), wishes=tuple(wishes))
    answers = message.tool_call_id if isinstance(message, ToolMessage) else ""
    return Said(role=role, content=str(message.text), answers=answers)


def _text(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
