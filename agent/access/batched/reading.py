"""Reading what came of a batch: replies go into the cache first, then to those who wait, then into the accounts."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from agent.access.batched.api import BatchApi
from agent.access.batched.flight import Flight, Request
from agent.access.batched.lines import UNASKED, Outcome, read_line, unanswered
from agent.access.batched.making import Undetermined, patiently
from agent.access.batched.told import ProviderBatch, Status
from agent.access.budget import Budget
from agent.access.completion import Broken, read_completion
from agent.access.prices import Price
from agent.access.reply_cache import ReplyCache
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings

Outcomes = dict[str, Outcome]

KEEPING, KEEPING_PAUSE = 50, 0.2
"""How often a reply is offered to a cache that others hold, and seconds between."""


class Reader:
    """Reads batches that have ended."""

    def __init__(
        self, api: BatchApi, settings: AccessSettings, *, cache: ReplyCache, price: Price | None, budget: Budget
    ) -> None:
        self._api, self._settings = api, settings
        self._cache, self._price, self._budget = cache, price, budget

    async def outcomes(self, flight: Flight, batch: ProviderBatch) -> Outcomes:
        """Read all lines, and keep the replies among them in the cache.

        Lines that cannot be read, or that answer what was not asked, are passed over; the first line of a key counts.

        Raises:
            Undetermined: the lines cannot be had now.
        """
        found: Outcomes = {}

        for file_id in batch.outputs:

            async def collect(file_id: str = file_id) -> None:
                async with aclosing(self._api.lines(file_id)) as lines:
                    async for line in lines:
                        await self._take(line, flight, found)

            try:
                await patiently(collect, self._settings)
            except Setback as setback:
                told = f"the replies of batch {batch.id} cannot be read: {setback.reason}"
                raise Undetermined(Setback(setback.kind, told, status=setback.status)) from None
        return {key: outcome for key, outcome in found.items() if not _left(outcome, batch)}

    async def _take(self, line: bytes, flight: Flight, found: Outcomes) -> None:
        try:
            outcome = read_line(line, settings=self._settings)
        except Broken:
            return
        request = flight.requests.get(outcome.key)
        if request is None or outcome.key in found:
            return
        if outcome.setback is None:
            outcome = self._checked(outcome, request)
        if outcome.setback is None:
            await self._keep(outcome)
        found[outcome.key] = outcome

    async def _keep(self, outcome: Outcome) -> None:
        """Keep a reply in the cache, though other programs may use it too; it will not be asked again."""
        for _ in range(KEEPING):
            if self._cache.put(outcome.key, outcome.reply):
                return
            await asyncio.sleep(KEEPING_PAUSE)

    def _checked(self, outcome: Outcome, request: Request) -> Outcome:
        try:
            read_completion(outcome.reply, request_bytes=request.named.size)
        except Broken as broken:
            return Outcome(outcome.key, None, Setback(Kind.LOST, self._settings.without_key(str(broken))))
        return outcome

    def hand_out(self, flight: Flight, batch: ProviderBatch, outcomes: Outcomes) -> None:
        """Give everybody their reply, or say why there is none."""
        answered = sum(outcome.setback is None for outcome in outcomes.values())
        missing = unanswered(batch, answered=answered, of=len(flight.requests))
        for key, request in flight.requests.items():
            outcome = outcomes.get(key) or Outcome(key, None, missing)
            if not request.waited_for:
                self._account(outcome, request)
            elif outcome.setback is None:
                request.give(outcome.reply)
            else:
                request.fail(outcome.setback, lost=False)

    def _account(self, outcome: Outcome, request: Request) -> None:
        """Count what a request took that counted as lost, since nobody waited for it."""
        worst = request.named.worst
        if outcome.setback is None:
            usage = read_completion(outcome.reply, request_bytes=request.named.size).usage
            self._budget.found(worst, usage, usd=self._price.of(usage) if self._price else None)
        elif outcome.setback.kind is not Kind.LOST:
            self._budget.found(worst)


def _left(outcome: Outcome, batch: ProviderBatch) -> bool:
    """Whether a line says no more than that the batch ended before it came to a request."""
    unasked = outcome.setback is not None and outcome.setback.code in UNASKED
    return unasked and batch.status is not Status.COMPLETED
