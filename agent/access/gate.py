"""How many requests may be under way at an endpoint: a limit in flight, a limit a minute, and pauses that it asks for.

Belongs to one event loop. After a 429 nothing is sent until the pause is over, and the limit in flight halves; it
grows back by one for every full round of replies.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

MINUTE = 60.0


class Gate:
    """Lets requests through, first come first served."""

    def __init__(
        self, *, most: int, per_minute: int | None, clock: Callable[[], float], window: float = MINUTE
    ) -> None:
        """Begin with all ``most`` places free; ``per_minute`` requests may begin in any ``window`` of seconds."""
        self._most, self._limit = most, float(most)
        self._per_minute, self._window, self._clock = per_minute, window, clock
        self._busy = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._begun: deque[float] = deque(maxlen=per_minute)
        self._not_before = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """How many may be under way just now."""
        return max(1, int(self._limit))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place for one attempt."""
        await self._enter()
        try:
            yield
        finally:
            self._busy -= 1
            self._admit()

    def limited(self, pause: float) -> None:
        """Send nothing for so many seconds, and fewer at a time after that."""
        now = self._clock()
        if now >= self._not_before:  # replies to requests sent before the pause say nothing new
            self._limit = max(1.0, self._limit / 2)
        self._not_before = max(self._not_before, now + pause)

    def answered(self) -> None:
        """Let the limit grow back."""
        self._limit = min(float(self._most), self._limit + 1.0 / self._limit)

    async def _enter(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._busy -= 1
            with suppress(ValueError):
                self._queue.remove(turn)
            self._admit()
            raise

    def _admit(self) -> None:
        while self._queue and self._busy < self.limit:
            if (seconds := self._closed_for()) > 0.0:
                self._ring_in(seconds)
                return
            turn = self._queue.popleft()
            if not turn.done():
                self._busy += 1
                self._begun.append(self._clock())
                turn.set_result(None)

    def _closed_for(self) -> float:
        now = self._clock()
        full = self._per_minute is not None and len(self._begun) == self._per_minute
        return max(self._not_before - now, self._begun[0] + self._window - now if full else 0.0)

    def _ring_in(self, seconds: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._rung)

    def _rung(self) -> None:
        self._alarm = None
        self._admit()
