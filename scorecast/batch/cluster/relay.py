"""The way of the agent's calls from a worker to the process that sent out the work, and of the replies back.

That process alone asks the language model: there are the key, the money, the cache of replies and the limits of the
endpoint, for all workers together and as if there were none. A worker writes requests and reads replies. One that dies
takes no reply with it: what it had asked is in the cache when its item is asked again elsewhere.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agent.access.budget import Budget
from agent.access.completion import Body, read_completion
from agent.access.prices import Price
from agent.access.reply_cache import TRANSPORT
from agent.access.spending import NOTHING
from agent.access.usage import bytes_of
from agent.errors import AgentError
from scorecast.batch.sent.failed import Failed

if TYPE_CHECKING:
    from agent.access.chat import LineChat

CONVERSATION: ContextVar[int] = ContextVar("conversation")
"""Number of the item that is being answered."""


@dataclass(frozen=True)
class RelayTerms:
    """What a worker knows of the language model.

    Attributes:
        model: its name.
        base_url: address of its endpoint, for the form of requests; without name or password.
        max_output_tokens: the most tokens of one reply.
        price: None where nobody told it.
        refusal: why no chat model can be had under the limits of the job; None where one can.
    """

    model: str
    base_url: str
    max_output_tokens: int
    price: Price | None
    refusal: Failed | None


@dataclass(frozen=True)
class Wanted:
    """A call that a worker wants made.

    Attributes:
        call: its number, among those of the worker.
        conversation: number of the item.
        draw: number of the draw.
        body: the request.
    """

    call: int
    conversation: int
    draw: int
    body: Body


@dataclass(frozen=True)
class Reply:
    """What came of a call."""

    body: Body
    facts: dict[str, object]


class Relay:
    """An endpoint as the agent of a worker sees it; belongs to one event loop."""

    def __init__(self, terms: RelayTerms) -> None:
        self._terms = terms
        self._out: asyncio.Queue[Wanted] = asyncio.Queue()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._calls = 0

    def chat_model(self, budget: Budget, *, draw: int = 0) -> LineChat:
        """Return a chat model of LangChain whose calls go to the process that sent out the work.

        Raises:
            ScorecastError: none can be had under the limits of the job.
        """
        if self._terms.refusal is not None:
            raise self._terms.refusal.again()
        return self._chat.on(RelayLine(self, budget, CONVERSATION.get(), draw))

    @cached_property
    def _chat(self) -> LineChat:
        """The chat model of all conversations, made once: each has a copy with a line of its own."""
        from agent.access.chat import LineChat

        terms = self._terms
        return LineChat.of(
            model=terms.model,
            base_url=terms.base_url,
            max_output_tokens=terms.max_output_tokens,
            temperature=None,
            seed=None,
        )

    async def call(self, body: Body, *, conversation: int, draw: int) -> Reply:
        """Have a call made, and wait for its reply.

        Raises:
            ScorecastError: as the endpoint raised it.
        """
        self._calls += 1
        number, waiting = self._calls, asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        await self._out.put(Wanted(number, conversation, draw, body))
        try:
            reply: Reply = await waiting
            return reply
        finally:
            del self._waiting[number]

    def count(self, reply: Reply, asked: Body, budget: Budget) -> None:
        """Count a reply in the account of its question."""
        said = {name: value for name, value in asked.items() if name not in TRANSPORT}
        usage, price = read_completion(reply.body, request_bytes=bytes_of(said)).usage, self._terms.price
        usd = reply.facts["usd"]
        if reply.facts["cached"]:
            budget.count_cached(tokens=usage.total, usd=price.of(usage) if price else 0.0)
        else:
            budget.reserve(NOTHING).result().settle(usage, usd=usd if isinstance(usd, float) else None)

    async def wanted(self) -> list[Wanted]:
        """Wait for calls that are wanted, and return all there are."""
        found = [await self._out.get()]
        await asyncio.sleep(0)  # those that begin in the same moment go together
        while not self._out.empty():
            found.append(self._out.get_nowait())
        return found

    def give(self, call: int, reply: Reply | Failed) -> None:
        """Take what came of a call."""
        waiting = self._waiting.get(call)
        if waiting is None or waiting.done():
            return
        if isinstance(reply, Failed):
            waiting.set_exception(reply.again())
        else:
            waiting.set_result(reply)


@dataclass(frozen=True)
class RelayLine:
    """One draw's way to the language model; an ``agent.access.chat.Line``."""

    relay: Relay
    budget: Budget
    conversation: int
    draw: int

    def ask(self, body: Body) -> Reply:
        """Refuse: a thread that waited here would wait for its own event loop.

        Raises:
            AgentError: always.
        """
        raise AgentError(f"On a cluster {body.get('model')} is asked from the event loop of a worker only.")

    async def ask_async(self, body: Body) -> Reply:
        """Ask from the event loop of the relay.

        Raises:
            ScorecastError: as the endpoint raised it.
        """
        reply = await self.relay.call(body, conversation=self.conversation, draw=self.draw)
        self.relay.count(reply, body, self.budget)
        return reply
