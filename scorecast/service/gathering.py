"""Gathering: what arrives while work is under way is worked on together, next.

Under little load every order is a round of its own and waits for nobody. Under much load rounds grow: predictors are
vectorised and a database takes a hundred entries as it takes one, so larger rounds are cheaper for each order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from scorecast.service.refusal import busy

Wanted = TypeVar("Wanted")
Got = TypeVar("Got")


class Gathering(Generic[Wanted, Got]):
    """Orders that wait for the next round; for one event loop.

    Attributes:
        work: answers a round, in order; an order that cannot be answered gets its own error.
        size: how much one order adds to a round.
        most: size of a round; a larger order is a round of its own.
        room: orders that may wait.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Wanted]], Awaitable[Sequence[Got | Exception]]],
        *,
        size: Callable[[Wanted], int],
        most: int,
        room: int,
    ) -> None:
        self._work, self._size, self._most, self._room = work, size, most, room
        self._waiting: deque[tuple[Wanted, asyncio.Future[Got]]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def ask(self, wanted: Wanted) -> Got:
        """Wait until an order is answered. Who is cancelled before the round begins takes no part in it.

        Raises:
            Refusal: too many wait already.
        """
        if len(self._waiting) >= self._room:
            raise busy()
        future: asyncio.Future[Got] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        if self._working is None:
            self._working = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while together := self._next():
                await self._round(together)
        finally:
            self._working = None

    def _next(self) -> list[tuple[Wanted, asyncio.Future[Got]]]:
        together: list[tuple[Wanted, asyncio.Future[Got]]] = []
        size = 0
        while self._waiting and (not together or size + self._size(self._waiting[0][0]) <= self._most):
            one = self._waiting.popleft()
            if not one[1].done():
                together.append(one)
                size += self._size(one[0])
        return together

    async def _round(self, together: Sequence[tuple[Wanted, asyncio.Future[Got]]]) -> None:
        try:
            outcomes = await self._work([wanted for wanted, _ in together])
        except Exception as error:  # noqa: BLE001 - each who waits is told
            outcomes = [error] * len(together)
        for (_, future), outcome in zip(together, outcomes, strict=True):
            if future.done():
                continue  # its client has left
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
