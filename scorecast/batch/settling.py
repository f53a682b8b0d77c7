"""Settling: what came of items goes into the store, many at once, each together with its entry in the ledger.

In: answers, from any thread. Out: nothing is counted as done before the store has it. Whatever the store complains of
ends the job: what was settled by then stays.
"""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

from agent.access.spending import Spent
from records.forecast import Forecast
from records.job import Item, ItemState, Job, JobState, Settlement
from records.ledger import Entry, Told
from records.store import Store
from scorecast.batch.progress import Progress, common

MOST = 250
"""Items of one transaction."""
PAUSE = 0.2
"""Seconds for which answers are gathered."""

ROOM = 8 * MOST
"""Answers that may wait before more are asked for."""

Clock = Callable[[], dt.datetime]
"""Tells the present moment, with its time zone."""

Tell = Callable[[Progress], object]


class Settled(NamedTuple):
    """What came of one item, and its forecast."""

    settlement: Settlement
    forecast: Forecast | Told | None


class Cancelled(Exception):  # noqa: N818 - no error: somebody wished it
    """The job was cancelled, or whoever works on it was told to stop."""


class Settler:
    """Writes what came of the items of one job; use it in a ``with`` block."""

    def __init__(
        self,
        store: Store,
        job: Job,
        *,
        clock: Clock,
        spent: Callable[[], Spent],
        tell: Tell,
        stopped: Callable[[], bool] = lambda: False,
        run: str = "",
    ) -> None:
        self._store, self._job, self._clock, self._run = store, job, clock, run
        self._spent, self._tell, self._stopped = spent, tell, stopped
        self._tally, self._reasons = Counter(store.jobs.tally(job.id)), Counter(store.jobs.reasons(job.id))
        self._settled, self._begun = 0, time.monotonic()
        self._waiting: queue.SimpleQueue[Settled | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="settling", daemon=True)
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, also where the work was interrupted: it was paid for."""
        self._waiting.put(None)
        self._thread.join()
        if self.failure is not None and not isinstance(error, KeyboardInterrupt):
            raise self.failure

    @property
    def progress(self) -> Progress:
        """How far the job is."""
        return Progress(
            size=self._job.size,
            tally={state: count for state, count in self._tally.items() if count},
            settled=self._settled,
            seconds=time.monotonic() - self._begun,
            spent=self._spent(),
            reasons=common(self._reasons),
        )

    def settle(self, item: Item, state: ItemState, forecast: Forecast | None = None, *, reason: str = "") -> None:
        """Take what came of an item, to be written soon.

        Raises:
            StoreError: the store has failed; it is of no use to go on.
            Cancelled: somebody has cancelled the job.
        """
        self.put(Settled(Settlement(number=item.number, state=state, reason=reason[:4_000]), forecast))

    def make_room(self) -> None:
        """Wait while more answers wait than a few transactions take, so that a fast crew does not fill the memory."""
        while self._waiting.qsize() > ROOM and self.failure is None:
            time.sleep(PAUSE / 4)

    def put(self, settled: Settled) -> None:
        """Take what came of an item, to be written soon; raises as ``settle`` does."""
        if self.failure is not None:
            raise self.failure
        self._waiting.put(settled)
        if self._stopped():
            raise Cancelled

    def _write_all(self) -> None:
        try:
            more = True
            while more:
                batch, more = self._gathered()
                if batch:
                    self._write(batch)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            self.failure = error

    def _gathered(self) -> tuple[list[Settled], bool]:
        """Wait for answers, and for a moment for more of them."""
        batch: list[Settled] = []
        until = None
        while len(batch) < MOST:
            try:
                patience = None if until is None else max(0.0, until - time.monotonic())
                found = self._waiting.get(timeout=patience)
            except queue.Empty:
                break
            if found is None:
                return batch, False
            batch.append(found)
            until = until or time.monotonic() + PAUSE
        return batch, True

    def _write(self, batch: list[Settled]) -> None:
        now = self._clock()
        entries: list[Entry] = []
        settlements: list[Settlement] = []
        for settlement, forecast in batch:
            if forecast is None:
                settlements.append(settlement)
                continue
            told = Told.of(forecast) if isinstance(forecast, Forecast) else forecast
            entries.append(told.entry(issued_at=now, user=self._job.user))
            settlements.append(settlement.model_copy(update={"forecast_id": entries[-1].id}))
        spent = self._spent().model_dump_json()
        state = self._store.jobs.settle(self._job.id, settlements, entries, at=now, spent=spent, run=self._run)
        self._settled += len(batch)
        self._tally[ItemState.OPEN] -= len(batch)
        self._tally.update(one.state for one in settlements)
        self._reasons.update(one.reason for one in settlements if one.reason)
        self._tell(self.progress)
        if state is JobState.CANCELLED:
            raise Cancelled
