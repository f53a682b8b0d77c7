"""Conversing: waiting for an answer with signs of life, within bounds, for as long as a client listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from fastapi import Request

from scorecast.service.deliberating import Leaving
from scorecast.service.refusal import Refusal, Why, left

T = TypeVar("T")

Status = Callable[[str], None]

OPENING = "Reading the question"
LINGERING = "Still working, {seconds:.0f} s so far; a new as-of date or a withheld score takes a fit of its own"
EVERY = 5.0
"""Seconds between signs of life."""
MARGIN = 0.95
"""Share of the time of a request after which it is answered that there was not enough: the guard cuts off later."""


async def lively(
    work: Callable[[Status], Awaitable[T]], *, seconds: float, leaving: Leaving, every: float = EVERY
) -> AsyncIterator[str | T]:
    """Yield sentences on what is being done, then what came of it.

    Args:
        work: is given a function that takes such sentences.
        seconds: that it may take.
        leaving: is told when nobody listens any more.
        every: seconds between signs of life.

    Raises:
        Refusal: it took too long; and whatever the work raises.
    """
    told: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    started, last = loop.time(), loop.time() + MARGIN * seconds
    task = asyncio.ensure_future(work(told.put_nowait))
    hearing = asyncio.ensure_future(told.get())
    try:
        yield OPENING
        while not task.done():
            wait = min(every, max(0.0, last - loop.time()))
            await asyncio.wait({task, hearing}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                yield hearing.result()
                hearing = asyncio.ensure_future(told.get())
                continue
            if loop.time() >= last:
                raise Refusal(Why.LATE, f"There was no answer within {seconds:g} s; ask for less, or again.")
            if not task.done():
                yield LINGERING.format(seconds=loop.time() - started)
        yield await task
    finally:
        hearing.cancel()
        _end(task, leaving)


async def while_connected(request: Request, work: Awaitable[T], *, leaving: Leaving, every: float = 0.5) -> T:
    """Wait for work for as long as the client does.

    Raises:
        Refusal: the client has left; and whatever the work raises.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=every))[0]:
            if await request.is_disconnected():
                raise left()
        return task.result()
    finally:
        _end(task, leaving)


def _end(task: asyncio.Future[T], leaving: Leaving) -> None:
    """Wait no longer; what must be given up is, in a thread, since closing a connection takes a moment."""
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    task.cancel()
    asyncio.get_running_loop().run_in_executor(None, leaving.leave)
