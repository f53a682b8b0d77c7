"""One OpenAI-compatible endpoint as the rest of the agent sees it: chat models, each under a budget.

All calls of a process run on one event loop in a thread that the endpoint owns, with one session, one gate and one
cache. Callers may be threads or tasks of any event loop, and their loops may come and go.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

from agent.access.budget import Budget
from agent.access.calls import Calls
from agent.access.gate import Gate
from agent.access.line import BudgetLine
from agent.access.loop import BackgroundLoop, LoopClosed
from agent.access.pausing import Pauses, Tell, untold
from agent.access.prices import Price, price_of
from agent.access.reply_cache import ReplyCache
from agent.access.sender import AtOnce, Sender
from agent.access.settings import AccessSettings
from agent.access.transcript import Transcript
from agent.access.writing import Writer
from agent.errors import NotConfigured, PriceUnknown

if TYPE_CHECKING:
    from agent.access.batched.batching import Batching
    from agent.access.chat import LineChat

IN_BATCHES = 1_000_000
"""Requests that may wait for batches: what a provider takes at once is no matter there."""
ITEM_RETRIES = 3
"""How often a request that failed in a batch goes into another one, which takes minutes or hours each time."""

KINDS = 8
"""Chat models of other temperatures and seeds that are kept at hand."""


class Endpoint:
    """An endpoint that is open; use it in a ``with`` block, or close it.

    Attributes:
        settings: what it was opened with.
        price: of its model; None where no table tells it.
    """

    def __init__(self, settings: AccessSettings, *, batching: Batching | None = None, tell: Tell = untold) -> None:
        """Open an endpoint; nothing is sent yet.

        Args:
            settings: which one, and how it is asked.
            batching: how requests are gathered into batches of the provider; None sends each as it comes.
            tell: told of pauses that the endpoint asks for, or that its failures make, from another thread.

        Raises:
            NotConfigured: batches are wished, and there is no cache that their replies could go into.
            DataError: a table of prices cannot be read.
            StoreError: the cache, or the journal of batches, cannot be opened.
        """
        if batching is not None and settings.cache is None:
            raise NotConfigured("Batches of a provider need a cache of replies: name its file.")
        self.settings = settings
        price = price_of(settings.model, host=settings.host, own=settings.prices)
        self.price: Price | None = price.in_batch if price and batching else price
        self._writer, self._chats = Writer(), lru_cache(maxsize=KINDS)(self._chat)
        self._cache = ReplyCache(settings.cache, limit_bytes=settings.cache_bytes) if settings.cache else None
        self._loop = BackgroundLoop(f"endpoint {settings.host}")
        try:
            self._sender, self._calls = self._loop.wait(self._begin(batching, tell))
        except BaseException:
            self._loop.close()
            raise

    async def _begin(self, batching: Batching | None, tell: Tell) -> tuple[Sender, Calls]:
        settings = self.settings if batching is None else _for_batches(self.settings)
        clock = asyncio.get_running_loop().time
        gate = Gate(most=settings.max_in_flight, per_minute=settings.requests_per_minute, clock=clock)
        sender = self._opened(batching)
        pauses = Pauses(tell, clock=clock)
        return sender, Calls(settings, sender=sender, gate=gate, cache=self._cache, price=self.price, pauses=pauses)

    def _opened(self, batching: Batching | None) -> Sender:
        if batching is not None and self._cache is not None:
            from agent.access.batched.gathering import Gatherer

            return Gatherer(self.settings, batching, cache=self._cache, price=self.price)
        from agent.access.wire import Wire

        return AtOnce(Wire(self.settings))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is under way and close connections, loop and cache; a second time does nothing."""
        with suppress(LoopClosed, CancelledError):  # somebody else closes it at this moment
            self._loop.wait(self._sender.close())
        self._loop.close()
        if self._cache:
            self._cache.close()

    def chat_model(
        self,
        budget: Budget,
        *,
        transcript: Transcript | None = None,
        draw: int = 0,
        temperature: float | None = None,
        seed: int | None = None,
    ) -> LineChat:
        """Return a chat model of LangChain whose calls are paid from one budget.

        Args:
            budget: what it may spend.
            transcript: where its exchanges are kept; None keeps none.
            draw: number of the draw; equal requests of different draws are different calls.
            temperature: as the endpoint takes it; None leaves it to the endpoint.
            seed: as the endpoint takes it.

        Raises:
            PriceUnknown: the budget limits money, and nobody told the price of the model.
        """
        if budget.limits_money and self.price is None:
            raise PriceUnknown(
                f"The price of {self.settings.model!r} at {self.settings.host} is not known, so a limit in US dollars "
                "cannot be held. Add it to prices.csv in your Scorecast folder, or limit tokens and calls instead."
            )
        line = BudgetLine(self._loop, self._calls, self.settings, budget, transcript, draw, self._writer)
        return self._chats(temperature, seed).on(line)

    def _chat(self, temperature: float | None, seed: int | None) -> LineChat:
        """Make a chat model that hangs on no line yet: LangChain takes a millisecond for each."""
        from agent.access.chat import LineChat

        return LineChat.of(
            model=self.settings.model,
            base_url=self.settings.address,
            max_output_tokens=self.settings.max_output_tokens,
            temperature=temperature,
            seed=seed,
        )


def _for_batches(settings: AccessSettings) -> AccessSettings:
    """Return how single requests are dealt with that go into batches."""
    retries = min(settings.max_retries, ITEM_RETRIES)
    return replace(settings, max_in_flight=IN_BATCHES, requests_per_minute=None, max_retries=retries)
