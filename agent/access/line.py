"""A line to an endpoint under one budget: what a chat model calls, from a thread or from any event loop.

Where there is a transcript, every call is kept in it, also one that failed. A reply in which the model declines is an
error.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from dataclasses import dataclass

from agent.access.budget import Budget
from agent.access.calls import Asked, Calls, Got
from agent.access.completion import Body
from agent.access.loop import BackgroundLoop, LoopClosed
from agent.access.reply_cache import TRANSPORT, key_of
from agent.access.settings import AccessSettings
from agent.access.transcript import Transcript, exchange
from agent.access.writing import Writer
from agent.errors import AgentError, ModelRefused, ProviderDown


@dataclass(frozen=True)
class BudgetLine:
    """A line to an endpoint under one budget.

    Attributes:
        loop: where the calls run.
        calls: the way to the endpoint.
        settings: of the endpoint.
        budget: what pays.
        transcript: where exchanges are kept; None keeps none.
        draw: number of the draw.
        writer: of the endpoint's requests.
    """

    loop: BackgroundLoop
    calls: Calls
    settings: AccessSettings
    budget: Budget
    transcript: Transcript | None
    draw: int
    writer: Writer

    def ask(self, body: Body) -> Got:
        """Ask and wait; blocks the calling thread.

        Raises:
            AgentError: as ``Calls.answer``.
        """
        try:
            return self.loop.wait(self._ask(body))
        except (LoopClosed, CancelledError):  # nobody else can cancel what a blocked thread waits for
            raise self._closed() from None

    async def ask_async(self, body: Body) -> Got:
        """Ask from any event loop.

        Raises:
            AgentError: as ``Calls.answer``.
        """
        try:
            begun = self.loop.begin(self._ask(body))
        except LoopClosed:
            raise self._closed() from None
        return await asyncio.wrap_future(begun)

    def _closed(self) -> ProviderDown:
        return ProviderDown(self.settings.host, "this program has closed the endpoint", attempts=0)

    async def _ask(self, body: Body) -> Got:
        clock = asyncio.get_running_loop().time
        begun, asked = clock(), self._asked(body)
        try:
            got = await self._in_time(asked)
        except AgentError as error:
            self._keep(asked, got=None, failure=str(error), seconds=clock() - begun)
            raise
        self._keep(asked, got=got, failure="", seconds=clock() - begun)
        if refusal := got.completion.refusal:
            raise ModelRefused(f"{self.settings.model} declined to answer: {self.settings.one_line(refusal)}")
        return got

    def _asked(self, body: Body) -> Asked:
        said = {name: value for name, value in body.items() if name not in TRANSPORT}
        key = key_of(said, base_url=self.settings.base_url, draw=self.draw, writer=self.writer)
        streamed: Body = {"stream": True, "stream_options": {"include_usage": True}} if self.settings.stream else {}
        return Asked(body=said | streamed, key=key, size=len(self.writer.compact(said).encode()), budget=self.budget)

    async def _in_time(self, asked: Asked) -> Got:
        self.budget.check_time()
        try:
            async with asyncio.timeout(self.budget.seconds_left):
                return await self.calls.answer(asked)
        except TimeoutError:
            raise self.budget.time_up() from None

    def _keep(self, asked: Asked, *, got: Got | None, failure: str, seconds: float) -> None:
        if self.transcript is None:
            return
        kept = exchange(asked.body, got.completion if got else None, hide=self.settings.without_key).model_copy(
            update={
                "draw": self.draw,
                "usd": got.usd if got else None,
                "cached": got.cached if got else False,
                "attempts": got.attempts if got else 0,
                "seconds": seconds,
                "failure": failure,
            }
        )
        self.transcript.add(kept)
