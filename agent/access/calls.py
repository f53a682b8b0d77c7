"""The way of one call through an endpoint, from cache to settled budget.

The cache is looked into first; then a call that is under way with the same content is waited for; else the endpoint is
asked. For every attempt the budget is reserved, a place at the gate is taken, the request is sent, and the budget is
settled: a reply costs what it used, a refused request nothing, and one whose reply never came whole keeps its worst
case, since the provider may charge for it. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from agent.access.accounts import Reservation
from agent.access.budget import Budget
from agent.access.completion import Body, Broken, Completion, read_completion
from agent.access.dialect import NEW_LIMIT, OLD_LIMIT, Dialect
from agent.access.gate import Gate
from agent.access.pausing import Pauses
from agent.access.prices import Price
from agent.access.reply_cache import ReplyCache
from agent.access.sender import Sender
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings
from agent.access.spending import Amount
from agent.access.usage import worst_prompt
from agent.errors import ModelRefused, ProviderDown


@dataclass(frozen=True)
class Asked:
    """One call on its way.

    Attributes:
        body: the request.
        key: of the cache; equal for equal requests of one draw.
        size: bytes of the request.
        budget: what pays for it.
    """

    body: Body
    key: str
    size: int
    budget: Budget


class Got(NamedTuple):
    """A reply and how it was come by; one that cost nothing again has no attempts and is ``cached``."""

    completion: Completion
    cached: bool
    usd: float | None
    attempts: int

    @property
    def body(self) -> Body:
        """The ``chat.completion`` object."""
        return self.completion.body

    @property
    def facts(self) -> dict[str, object]:
        """What LangChain's message carries about it, below ``scorecast``."""
        return {"cached": self.cached, "usd": self.usd, "attempts": self.attempts}


class Calls:
    """All calls to one endpoint."""

    def __init__(
        self,
        settings: AccessSettings,
        *,
        sender: Sender,
        gate: Gate,
        cache: ReplyCache | None,
        price: Price | None,
        pauses: Pauses,
    ) -> None:
        self._settings, self._sender, self._gate, self._pauses = settings, sender, gate, pauses
        self._cache, self._price = cache, price
        self._dialect = Dialect(settings.host)
        self._under_way: dict[str, asyncio.Future[Completion | None]] = {}
        self._down = False

    async def answer(self, asked: Asked) -> Got:
        """Answer one call.

        Raises:
            AgentError: any of those in ``agent.errors`` but for ``NotConfigured``, ``PriceUnknown`` and
                ``AnswerUnusable``.
        """
        while True:
            if (kept := self._kept(asked)) is not None:
                return self._for_nothing(kept, asked)
            if (on_its_way := self._sender.on_its_way(asked.key)) is not None:
                await asyncio.shield(on_its_way)
                continue
            if (under_way := self._under_way.get(asked.key)) is None:
                return await self._lead(asked)
            if (shared := await asyncio.shield(under_way)) is not None:
                return self._for_nothing(shared, asked)

    def _kept(self, asked: Asked) -> Completion | None:
        if self._cache is None or (kept := self._cache.get(asked.key)) is None:
            return None
        try:
            return read_completion(kept, request_bytes=asked.size)
        except Broken:
            return None

    async def _lead(self, asked: Asked) -> Got:
        """Ask while equal calls wait; they ask for themselves where this one ends by limits of its own."""
        promise: asyncio.Future[Completion | None] = asyncio.get_running_loop().create_future()
        self._under_way[asked.key] = promise
        try:
            got = await self._ask(asked)
            promise.set_result(got.completion)
        except (ProviderDown, ModelRefused) as error:
            promise.set_exception(error)
            promise.exception()  # counts as seen, also where nobody waits
            raise
        finally:
            del self._under_way[asked.key]
            if not promise.done():
                promise.set_result(None)
        if self._cache:
            self._cache.put(asked.key, got.body)
        return got

    async def _ask(self, asked: Asked) -> Got:
        attempt = 0
        while True:
            attempt += 1
            sent = self._dialect.said(asked.body)
            try:
                completion = await self._attempt(sent, asked)
            except Setback as setback:
                if not self._dialect.learn(setback, sent=sent):
                    await self._pause_or_give_up(setback, attempt=attempt, asked=asked)
            else:
                self._down = False
                return Got(completion, cached=False, usd=self._cost(completion), attempts=attempt)

    async def _pause_or_give_up(self, setback: Setback, *, attempt: int, asked: Asked) -> None:
        """Wait before the next attempt; while the endpoint is down, every call gets one attempt only."""
        settings = self._settings
        most = 1 if self._down else 1 + settings.max_retries
        wait = setback.wait(attempt, first=settings.first_wait_seconds, jitter=int(asked.key[:4], 16) / 0xFFFF)
        if not setback.may_pass or attempt >= most or wait > settings.longest_wait_seconds:
            self._down = self._down or setback.kind is not Kind.REFUSED
            raise setback.error(settings.host, attempts=attempt) from None
        self._pauses.begin(wait, setback.told)
        if setback.kind is Kind.LIMITED:
            self._gate.limited(wait)
        else:
            await asyncio.sleep(wait)

    async def _attempt(self, sent: Body, asked: Asked) -> Completion:
        place = asked.budget.reserve(self._worst(sent, size=asked.size))
        reservation = place.result() if place.done() else await asyncio.wrap_future(place)
        try:
            async with self._gate.place():
                completion = await self._send(sent, asked=asked, reservation=reservation)
        finally:
            reservation.release()  # changes nothing once settled or lost
        self._gate.answered()
        return completion

    async def _send(self, sent: Body, *, asked: Asked, reservation: Reservation) -> Completion:
        try:
            came = await self._sender.send(sent, key=asked.key, reservation=reservation)
            completion = read_completion(came, request_bytes=asked.size)
        except Setback as setback:
            if setback.kind is Kind.LOST:
                reservation.lose()
            raise
        except Broken as broken:
            reservation.lose()
            raise Setback(Kind.LOST, self._settings.without_key(str(broken))) from None
        except asyncio.CancelledError:
            reservation.lose()
            raise
        reservation.settle(completion.usage, usd=self._cost(completion))
        return completion

    def _for_nothing(self, completion: Completion, asked: Asked) -> Got:
        asked.budget.count_cached(tokens=completion.usage.total, usd=self._cost(completion) or 0.0)
        return Got(completion, cached=True, usd=0.0, attempts=0)

    def _cost(self, completion: Completion) -> float | None:
        return self._price.of(completion.usage) if self._price else None

    def _worst(self, sent: Body, *, size: int) -> Amount:
        limit = sent.get(OLD_LIMIT) or sent.get(NEW_LIMIT)
        written = limit if isinstance(limit, int) else self._settings.max_output_tokens
        read = worst_prompt(size)
        usd = self._price.worst(prompt=read, completion=written) if self._price else 0.0
        return Amount(tokens=read + written, usd=usd)
