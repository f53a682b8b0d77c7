"""One event loop in a thread of its own, for clients that belong to a loop while their callers have any or none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class LoopClosed(RuntimeError):  # noqa: N818 - what has happened, not what went wrong
    """Work came after the loop had begun to close."""


class BackgroundLoop:
    """Runs coroutines for callers in any thread and in any event loop."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._begins, self._closes = threading.Lock(), threading.Lock()
        self._closing = False
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether work is taken."""
        return not self._closing

    def begin(self, work: Coroutine[object, object, T]) -> Future[T]:
        """Begin some work; cancelling the future cancels the work.

        Raises:
            LoopClosed: it takes none any more.
        """
        with self._begins:  # what is begun before it closes is there to be cancelled; what comes later never begins
            if not self._closing:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise LoopClosed

    def wait(self, work: Coroutine[object, object, T]) -> T:
        """Do some work and wait for it; what interrupts the wait cancels the work.

        Raises:
            LoopClosed: it takes none any more.
            CancelledError: it closed meanwhile.
        """
        future = self.begin(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Cancel what is under way and end the thread; who comes second waits for the first."""
        with self._closes:
            with self._begins:
                begun, self._closing = self._closing, True
            if begun:
                return
            asyncio.run_coroutine_threadsafe(_end_all_others(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _end_all_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
