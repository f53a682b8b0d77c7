"""Making a batch of an uploaded file exactly once, however often the provider must be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.access.batched.api import BatchApi
from agent.access.batched.flight import Flight
from agent.access.batched.journal import BatchJournal
from agent.access.batched.told import ProviderBatch
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings

T = TypeVar("T")

TAKEN_PERHAPS = frozenset({Kind.LOST, Kind.SERVER})
"""Setbacks after which a batch may have been made all the same."""


class Undetermined(Exception):  # noqa: N818 - caught by whoever sees a batch through
    """Nobody can say whether requests were, or will be, answered and charged."""

    def __init__(self, setback: Setback) -> None:
        self.setback = setback
        super().__init__(setback.reason)


async def patiently(ask: Callable[[], Awaitable[T]], settings: AccessSettings) -> T:
    """Ask until it goes through, by the retry rules of the endpoint.

    Raises:
        Setback: the last one.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return await ask()
        except Setback as setback:
            wait = setback.wait(attempt, first=settings.first_wait_seconds, jitter=0.0)
            if not setback.may_pass or attempt > settings.max_retries or wait > settings.longest_wait_seconds:
                raise
        await asyncio.sleep(wait)


class Maker:
    """Makes batches of uploaded files."""

    def __init__(self, api: BatchApi, journal: BatchJournal, settings: AccessSettings) -> None:
        self._api, self._journal, self._settings = api, journal, settings

    async def make(self, flight: Flight) -> None:
        """Make the batch of a file, or find the one that was made of it.

        Raises:
            Setback: there is none, and there will be none.
            Undetermined: there may be one; whoever comes next finds it by the journal.
        """
        perhaps = flight.taken_up

        async def once() -> ProviderBatch:
            nonlocal perhaps
            if perhaps and (found := await self._api.find(flight.file_id)):
                return found
            perhaps = False
            try:
                return await self._api.make(flight.file_id)
            except Setback as setback:
                perhaps = setback.kind in TAKEN_PERHAPS
                raise

        try:
            batch = await patiently(once, self._settings)
        except Setback as setback:
            told = f"no batch could be made: {setback.reason}"
            if perhaps:
                raise Undetermined(Setback(setback.kind, told)) from None
            raise Setback(setback.kind, told, status=setback.status, code=setback.code) from None
        flight.batch_id, flight.status = batch.id, batch.status.value
        self._journal.made(flight.number, batch.id)
