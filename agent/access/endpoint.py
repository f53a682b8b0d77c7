"""One OpenAI-compatible endpoint as the rest of the agent sees it: chat models under a budget.

All calls of a process run on one event loop in a thread that the endpoint owns, with one client, one gate and one
cache, whether callers are threads or tasks of any loop. Order of one call: the cache; the same call if it is under way
already; then, for every attempt, the budget is reserved, a place at the gate is taken, the request is sent, and the
budget is settled.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from agent.access.budget import Amount, Budget, Reservation
from agent.access.completion import Body, Broken, Completion, read_completion
from agent.access.dialect import NEW_LIMIT, OLD_LIMIT, Dialect
from agent.access.gate import Gate
from agent.access.loop import BackgroundLoop
from agent.access.prices import Price, price_of
from agent.access.reply_cache import ReplyCache, key_of
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings
from agent.access.transcript import Exchange, Transcript, said, tool_names
from agent.access.usage import bytes_of, worst_prompt
from agent.errors import AgentError, ModelRefused, PriceUnknown, ProviderDown

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.access.wire import Wire


class Got(NamedTuple):
    """A reply and how it was come by."""

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


class Endpoint:
    """An endpoint that is open; use it in a ``with`` block, or close it.

    Attributes:
        settings: what it was opened with.
        price: of its model; None where no table tells it.
    """

    def __init__(self, settings: AccessSettings) -> None:
        """Open an endpoint; nothing is sent yet.

        Raises:
            DataError: a table of prices cannot be read.
            StoreError: the cache cannot be opened.
        """
        self.settings = settings
        self.price: Price | None = price_of(settings.model, host=settings.host, own=settings.prices)
        self._cache = ReplyCache(settings.cache, limit_bytes=settings.cache_bytes) if settings.cache else None
        self._loop = BackgroundLoop(f"endpoint {settings.host}")
        self._dialect = Dialect(settings.host)
        self._under_way: dict[str, asyncio.Future[Completion | None]] = {}
        self._down = False
        self._gate, self._wire = self._loop.wait(self._begin())

    async def _begin(self) -> tuple[Gate, Wire]:
        from agent.access.wire import Wire

        clock = asyncio.get_running_loop().time
        gate = Gate(most=self.settings.max_in_flight, per_minute=self.settings.requests_per_minute, clock=clock)
        return gate, Wire(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is under way and close connections, loop and cache; a second time does nothing."""
        if self._loop.running:
            self._loop.wait(self._wire.close())
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
    ) -> BaseChatModel:
        """Return a chat model whose calls are paid from one budget.

        Args:
            budget: what it may spend.
            transcript: where its exchanges are kept.
            draw: number of the draw; equal requests of different draws are different calls.
            temperature: as the endpoint takes it; None leaves it to the endpoint.
            seed: as the endpoint takes it.

        Raises:
            PriceUnknown: the budget limits money, and nobody told the price of the model.
        """
        from agent.access.chat import LineChat

        if budget.limits_money and self.price is None:
            raise PriceUnknown(
                f"The price of {self.settings.model!r} at {self.settings.host} is not known, so a limit in US dollars "
                "cannot be held. Add it to prices.csv in your Scorecast folder, or limit tokens and calls instead."
            )
        return LineChat.over(
            BudgetLine(self, budget, transcript or Transcript(), draw),
            model=self.settings.model,
            base_url=self.settings.base_url,
            max_output_tokens=self.settings.max_output_tokens,
            temperature=temperature,
            seed=seed,
        )

    async def _answer(self, asked: _Asked) -> Got:
        """Answer from the cache, from the same call under way, or from the endpoint."""
        while True:
            if (found := self._found(asked)) is not None:
                return found
            if (under_way := self._under_way.get(asked.key)) is None:
                return await self._lead(asked)
            if (shared := await asyncio.shield(under_way)) is not None:
                asked.budget.count_cached()
                return Got(shared, cached=True, usd=0.0, attempts=0)

    def _found(self, asked: _Asked) -> Got | None:
        if self._cache is None or (kept := self._cache.get(asked.key)) is None:
            return None
        try:
            completion = read_completion(kept, request_bytes=asked.size)
        except Broken:
            return None
        asked.budget.count_cached()
        return Got(completion, cached=True, usd=0.0, attempts=0)

    async def _lead(self, asked: _Asked) -> Got:
        """Ask the endpoint while equal calls wait; they try themselves where this one is cut off by its own limits."""
        promise = self._under_way[asked.key] = asyncio.get_running_loop().create_future()
        try:
            got = await self._ask_until_answered(asked)
        except (ProviderDown, ModelRefused) as error:
            promise.set_exception(error)
            promise.exception()  # it counts as seen where nobody waits
            raise
        else:
            promise.set_result(got.completion)
            if self._cache:
                self._cache.put(asked.key, got.body)
            return got
        finally:
            del self._under_way[asked.key]
            if not promise.done():
                promise.set_result(None)

    async def _ask_until_answered(self, asked: _Asked) -> Got:
        attempt = 0
        while True:
            attempt += 1
            sent = self._dialect.said(asked.body)
            try:
                completion, usd = await self._attempt(sent, asked)
            except Setback as setback:
                if not self._dialect.learn(setback, sent=sent):
                    await self._pause_or_give_up(setback, attempt=attempt, asked=asked)
            else:
                self._down = False
                return Got(completion, cached=False, usd=usd, attempts=attempt)

    async def _pause_or_give_up(self, setback: Setback, *, attempt: int, asked: _Asked) -> None:
        """Wait before the next attempt; while the endpoint is down, calls get one attempt each."""
        most = 1 if self._down else 1 + self.settings.max_retries
        wait = setback.wait(attempt, first=self.settings.first_wait_seconds, jitter=int(asked.key[:4], 16) / 0xFFFF)
        if not setback.may_pass or attempt >= most or wait > self.settings.longest_wait_seconds:
            self._down = self._down or setback.kind is not Kind.REFUSED
            raise setback.error(self.settings.host, attempts=attempt) from None
        if setback.kind is Kind.LIMITED:
            self._gate.limited(wait)
        else:
            await asyncio.sleep(wait)

    async def _attempt(self, body: Body, asked: _Asked) -> tuple[Completion, float | None]:
        reservation = await asyncio.wrap_future(asked.budget.reserve(self._worst(body, size=asked.size)))
        try:
            async with self._gate.place():
                completion = await self._send(body, asked=asked, reservation=reservation)
        finally:
            reservation.release()  # changes nothing once settled or lost
        self._gate.answered()
        return completion, self._cost(completion)

    async def _send(self, body: Body, *, asked: _Asked, reservation: Reservation) -> Completion:
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                reply = await self._wire.send(body)
            completion = read_completion(reply, request_bytes=asked.size)
        except Setback as setback:
            if setback.kind is Kind.LOST:
                reservation.lose()
            raise
        except TimeoutError:
            reservation.lose()
            raise Setback(Kind.LOST, f"no reply within {self.settings.timeout_seconds:g} seconds") from None
        except Broken as broken:
            reservation.lose()
            raise Setback(Kind.LOST, self.settings.without_key(str(broken))) from None
        except asyncio.CancelledError:
            reservation.lose()
            raise
        reservation.settle(completion.usage, usd=self._cost(completion))
        return completion

    def _cost(self, completion: Completion) -> float | None:
        return self.price.of(completion.usage) if self.price else None

    def _worst(self, body: Body, *, size: int) -> Amount:
        limit = body.get(OLD_LIMIT) or body.get(NEW_LIMIT)
        written = limit if isinstance(limit, int) else self.settings.max_output_tokens
        read = worst_prompt(size)
        return Amount(
            tokens=read + written, usd=self.price.worst(prompt=read, completion=written) if self.price else 0.0
        )


@dataclass(frozen=True)
class _Asked:
    """One call on its way."""

    body: Body
    key: str
    size: int
    budget: Budget


@dataclass(frozen=True)
class BudgetLine:
    """A line to an endpoint under one budget; every call is kept in the transcript."""

    endpoint: Endpoint
    budget: Budget
    transcript: Transcript
    draw: int

    def ask(self, body: Body) -> Got:
        """Ask and wait; for callers without an event loop, or in a thread of their own."""
        return self.endpoint._loop.wait(self._ask(body))  # noqa: SLF001 - the two are one mechanism

    async def ask_async(self, body: Body) -> Got:
        """Ask from any event loop."""
        return await asyncio.wrap_future(self.endpoint._loop.begin(self._ask(body)))  # noqa: SLF001

    async def _ask(self, body: Body) -> Got:
        clock = asyncio.get_running_loop().time
        begun, settings = clock(), self.endpoint.settings
        asked_body = {name: value for name, value in body.items() if name not in {"stream", "stream_options"}}
        if settings.stream:
            asked_body |= {"stream": True, "stream_options": {"include_usage": True}}
        asked = _Asked(
            body=asked_body,
            key=key_of(asked_body, base_url=settings.base_url, draw=self.draw),
            size=bytes_of(asked_body),
            budget=self.budget,
        )
        try:
            got = await self._in_time(asked)
        except AgentError as error:
            self._keep(asked_body, got=None, failure=str(error), seconds=clock() - begun)
            raise
        self._keep(asked_body, got=got, failure="", seconds=clock() - begun)
        if refusal := got.completion.refusal:
            raise ModelRefused(f"{settings.model} declined to answer: {refusal[:300]}")
        return got

    async def _in_time(self, asked: _Asked) -> Got:
        self.budget.check_time()
        try:
            async with asyncio.timeout(self.budget.seconds_left):
                return await self.endpoint._answer(asked)  # noqa: SLF001
        except TimeoutError:
            raise self.budget.time_up() from None

    def _keep(self, body: Body, *, got: Got | None, failure: str, seconds: float) -> None:
        messages = body.get("messages")
        self.transcript.add(
            Exchange(
                model=self.endpoint.settings.model,
                draw=self.draw,
                messages=tuple(said(message) for message in (messages if isinstance(messages, list) else [])),
                tools=tool_names(body.get("tools")),
                reply=said(got.completion.message) if got else None,
                finish=got.completion.finish if got else "",
                usage=got.completion.usage if got else None,
                usd=got.usd if got else None,
                cached=got.cached if got else False,
                attempts=got.attempts if got else 0,
                seconds=seconds,
                failure=failure,
            )
        )
