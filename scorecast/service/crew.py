"""The crew: threads for work that blocks, so that the event loop never waits for it.

Four lanes: looking things up, forecasting, fitting, and deliberating with a language model. A long fit holds up
neither forecasts that need none nor look-ups. Each lane takes so many waiting jobs and no more: further ones are
refused at once instead of waiting longer than any client would.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from scorecast.service.refusal import busy

LAST_WORDS = 5.0
"""Seconds in which work that has begun may end when the service does; a fit may need a minute, and is left behind."""

P = ParamSpec("P")
R = TypeVar("R")


class Lane:
    """Some threads with a bounded queue; for one event loop."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threads + waiting
        self._busy = 0
        self._begun: set[Future[Any]] = set()

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work in a thread.

        A caller that is cancelled stops waiting; work that has begun ends by itself and holds its place until then.

        Raises:
            Refusal: the lane is full.
        """
        if self._busy >= self._room:
            raise busy()
        self._busy += 1
        job = self._threads.submit(partial(work, *args, **kwargs))
        self._begun.add(job)
        job.add_done_callback(self._begun.discard)
        loop = asyncio.get_running_loop()
        job.add_done_callback(lambda _job: self._leave_from(loop))
        return await asyncio.wrap_future(job)

    def close(self, *, patience: float) -> None:
        """Drop what waits, and give what has begun so many seconds to end; what does not is left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        _, left = wait([*self._begun], timeout=patience)
        self._threads.shutdown(wait=not left)

    def _leave_from(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop is closed: this was left behind
            loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._busy -= 1


class Crew:
    """The lanes of one service.

    One thread forecasts: several would only take turns, and what is asked meanwhile is answered together, next.
    """

    def __init__(self) -> None:
        self.looking = Lane("looking", threads=4, waiting=400)
        self.forecasting = Lane("forecasting", threads=1, waiting=8)
        self.fitting = Lane("fitting", threads=1, waiting=16)
        self.deliberating = Lane("deliberating", threads=8, waiting=16)

    def close(self) -> None:
        """Let what has begun in all lanes end, as far as that is soon."""
        last = time.monotonic() + LAST_WORDS
        for lane in (self.looking, self.forecasting, self.fitting, self.deliberating):
            lane.close(patience=max(0.0, last - time.monotonic()))
