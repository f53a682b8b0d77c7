"""Gathering: requests of many conversations wait until all have asked, go out as one batch, and get their replies.

In: requests that hold their worst case of the budget. Out: replies, in the cache before anybody is told of them. Every
step is in the journal before and after it is taken, so that whoever comes after a crash neither uploads nor asks
anything twice. A request in a batch will be charged whoever waits for it: one whose caller goes away counts its worst
case until its reply is there, and what it took from then on. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from itertools import accumulate

from pydantic import JsonValue

from agent.access.accounts import Reservation
from agent.access.batched.api import BatchApi
from agent.access.batched.batching import Batching
from agent.access.batched.flight import Flight, Request, for_good
from agent.access.batched.journal import BatchJournal, Named, Step
from agent.access.batched.lines import request_line
from agent.access.batched.making import Maker, Undetermined, patiently
from agent.access.batched.reading import Reader
from agent.access.batched.told import ProviderBatch
from agent.access.completion import Body
from agent.access.prices import Price
from agent.access.reply_cache import ReplyCache
from agent.access.setback import Kind, Setback
from agent.access.settings import AccessSettings

LONGEST_POLL = 60.0
POLL_GROWTH = 1.5
PATIENCE = 26 * 3_600.0
"""Seconds after which nobody waits for a batch any more, whose window is 24 hours."""
GONE = 404


class Gatherer:
    """Sends requests in batches; an ``agent.access.sender.Sender``."""

    def __init__(self, settings: AccessSettings, batching: Batching, *, cache: ReplyCache, price: Price | None) -> None:
        """Open the journal and take up what an earlier run left; an event loop must be running.

        Raises:
            StoreError: the journal cannot be written.
        """
        self._settings, self._batching = settings, batching
        self._journal = BatchJournal(batching.journal)
        self._api = BatchApi(settings)
        self._maker = Maker(self._api, self._journal, settings)
        self._reader = Reader(self._api, settings, cache=cache, price=price, budget=batching.budget)
        self._clock = asyncio.get_running_loop().time
        self._waiting: list[Request] = []
        self._flying: dict[str, Request] = {}
        self._flights: list[Flight] = []
        self._arrived, self._closed = asyncio.Event(), False
        self._tasks: set[asyncio.Task[None]] = set()
        self._take_up()
        self._begin(self._gather())

    def on_its_way(self, key: str) -> asyncio.Future[None] | None:
        """Return what is done once the fate of a request is known that nobody waits for."""
        request = self._flying.get(key)
        return None if request is None or request.reservation is not None else request.known

    async def send(self, body: Body, *, key: str, reservation: Reservation) -> JsonValue:
        """Put a request into the next batch and return its reply; that takes minutes, or hours.

        Raises:
            Setback: the batch or the request failed.
            StoreError: the journal cannot be written; nothing was sent.
        """
        if self._closed:
            raise asyncio.CancelledError
        line, worst = request_line(key, body), reservation.worst
        request = Request(Named(key, worst.tokens, worst.usd, len(line)), line, reservation)
        self._waiting.append(request)
        self._arrived.set()
        try:
            return await request.reply
        except asyncio.CancelledError:
            if request in self._waiting:  # nothing was sent
                self._waiting.remove(request)
                reservation.release()
            request.abandon()
            raise

    async def close(self) -> None:
        """Leave the batches alone that are on their way, and close connections and journal."""
        self._closed = True
        for task in (tasks := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._api.close()
        self._journal.close()
        self._batching.tell(())

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take_up(self) -> None:
        """Go on with the batches of an earlier run; what was never sent is given back to the budget."""
        for kept in self._journal.open_batches:
            if kept.step is Step.GATHERED:
                self._journal.closed(kept.number)
                for named in kept.requests:
                    self._batching.budget.found(named.worst)
            else:
                self._begin(self._fly(Flight.of(kept, begun=self._clock())))

    async def _gather(self) -> None:
        """Make a batch whenever no request has come for a while."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.sleep(self._settings.batch_quiet_seconds)
            if not self._arrived.is_set() or len(self._waiting) >= self._batching.most_requests:
                while self._waiting:
                    taken = self._taken()
                    self._begin(self._fly(Flight({one.named.key: one for one in taken}, self._clock())))

    def _taken(self) -> list[Request]:
        """Take as many of those that wait as one file may hold, at least one."""
        sizes = accumulate(request.named.size for request in self._waiting[: self._batching.most_requests])
        count = max(1, sum(size <= self._batching.most_bytes for size in sizes))
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _fly(self, flight: Flight) -> None:
        """See a batch through from its gathering to its replies."""
        self._flying |= flight.requests
        self._flights.append(flight)
        try:
            await self._see_through(flight)
        except Undetermined as error:
            self._doubt(flight, for_good(error.setback), gone=error.setback.status == GONE)
        except Setback as setback:
            self._fail(flight, setback, lost=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._fail(flight, error, lost=bool(flight.file_id))
            for request in flight.requests.values() if flight.file_id else ():
                request.doubt(error)
        finally:
            for key, request in flight.requests.items():
                if not request.in_doubt:
                    del self._flying[key]
                    request.settle()
            self._flights.remove(flight)
            self._tell()

    async def _see_through(self, flight: Flight) -> None:
        if not flight.number:
            flight.number = self._journal.gathered([request.named for request in flight.requests.values()])
        self._tell()
        try:
            if not flight.file_id:
                await self._upload(flight)
            if not flight.batch_id:
                await self._maker.make(flight)
        except Setback:
            self._close(flight)
            raise
        batch = await self._ended(flight)
        outcomes = await self._reader.outcomes(flight, batch)
        self._journal.closed(flight.number)  # replies are in the cache: nothing of it is asked again
        self._reader.hand_out(flight, batch, outcomes)

    def _close(self, flight: Flight) -> None:
        """Note that no batch came of it, and give back what requests counted that nobody waits for."""
        self._journal.closed(flight.number)
        for request in flight.requests.values():
            if request.reservation is None:
                self._batching.budget.found(request.named.worst)

    async def _upload(self, flight: Flight) -> None:
        with tempfile.TemporaryFile() as file:
            for request in flight.requests.values():
                file.write(request.line)
                request.line = b""

            async def upload() -> str:
                file.seek(0)
                return await self._api.upload(file)

            try:
                flight.file_id = await patiently(upload, self._settings)
            except Setback as setback:  # whatever came of it: no batch was made of it, and nothing is charged
                kind = Kind.SERVER if setback.kind is Kind.LOST else setback.kind
                told = f"requests could not be uploaded: {setback.reason}"
                raise Setback(kind, told, status=setback.status, code=setback.code) from None
        self._journal.uploaded(flight.number, flight.file_id)

    async def _ended(self, flight: Flight) -> ProviderBatch:
        """Look after a batch at growing intervals until it has ended.

        Raises:
            Undetermined: nobody says any more what has become of it.
        """
        wait, last = self._settings.batch_poll_seconds, flight.begun + PATIENCE
        while True:
            try:
                batch = await self._api.look(flight.batch_id)
            except Setback as setback:
                if not setback.may_pass or self._clock() > last:
                    told = f"batch {flight.batch_id} cannot be looked after: {setback.reason}"
                    raise Undetermined(Setback(setback.kind, told, status=setback.status)) from None
            else:
                flight.status, flight.answered = batch.status.value, batch.answered
                if batch.status.ended:
                    return batch
                if self._clock() > last:
                    raise Undetermined(Setback(Kind.LOST, f"batch {batch.id} is {batch.status.value} after 26 hours"))
            self._tell()
            await asyncio.sleep(wait)
            wait = min(LONGEST_POLL, POLL_GROWTH * wait)

    def _doubt(self, flight: Flight, setback: Setback, *, gone: bool) -> None:
        """Give up on a batch of which nobody knows what it answered; what may still be known is not asked anew."""
        self._fail(flight, setback, lost=True)
        if gone:  # nobody will ever know
            self._journal.closed(flight.number)
            return
        for request in flight.requests.values():
            request.doubt(setback.error(self._settings.host, attempts=1))

    def _fail(self, flight: Flight, error: Exception, *, lost: bool) -> None:
        for request in flight.requests.values():
            request.fail(error, lost=lost)

    def _tell(self) -> None:
        self._batching.tell(tuple(flight.told(self._clock()) for flight in self._flights if flight.number))
