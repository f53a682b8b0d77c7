"""Lanes: a bounded number of threads and waiting jobs; who comes too many is told at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from scorecast.service.crew import Lane
from scorecast.service.refusal import Refusal, Why


async def once_there_is_room(lane: Lane, work: Callable[[], bool]) -> bool:
    """Do work as soon as the place of what has ended is free, which it is a moment later."""
    while True:
        try:
            return await lane.run(work)
        except Refusal:
            await asyncio.sleep(0.01)


@pytest.mark.timeout(120)
def test_a_full_lane_refuses_at_once_and_has_room_again_afterwards() -> None:
    go_on = threading.Event()

    async def run() -> None:
        lane = Lane("test", threads=1, waiting=1)
        jobs = [asyncio.create_task(lane.run(go_on.wait, 30)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as refused:
            await lane.run(go_on.wait, 30)
        assert refused.value.why is Why.BUSY
        go_on.set()
        assert await asyncio.gather(*jobs) == [True, True]
        assert await once_there_is_room(lane, go_on.is_set)
        lane.close(patience=30)

    asyncio.run(run())


@pytest.mark.timeout(120)
def test_work_whose_client_has_left_keeps_its_place_until_it_ends() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(60)

    async def run() -> None:
        lane = Lane("test", threads=1, waiting=0)
        client = asyncio.create_task(lane.run(work))
        await asyncio.to_thread(begun.wait, 60)
        client.cancel()
        with pytest.raises(asyncio.CancelledError):
            await client
        with pytest.raises(Refusal):
            await lane.run(go_on.wait, 60)
        go_on.set()
        assert await once_there_is_room(lane, go_on.is_set)
        lane.close(patience=30)

    asyncio.run(run())


def test_work_that_does_not_end_is_left_behind_and_what_waits_is_dropped() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(30)

    async def run() -> None:
        lane = Lane("test", threads=1, waiting=1)
        jobs = [asyncio.ensure_future(lane.run(work)) for _ in range(2)]
        await asyncio.to_thread(begun.wait, 30)
        lane.close(patience=0.01)
        assert not jobs[0].done()
        with pytest.raises(asyncio.CancelledError):
            await jobs[1]
        go_on.set()
        await jobs[0]

    asyncio.run(run())
