"""Lanes: a bounded number of threads and waiting jobs; who comes too many is told at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from scorecast.service.crew import Lane
from scorecast.service.refusal import Refusal, Why


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
        await asyncio.sleep(0.05)
        assert await lane.run(go_on.wait, 30)
        lane.close(patience=30)

    asyncio.run(run())


def test_work_whose_client_has_left_keeps_its_place_until_it_ends() -> None:
    go_on = threading.Event()

    async def run() -> None:
        lane = Lane("test", threads=1, waiting=0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lane.run(go_on.wait, 30), 0.05)
        with pytest.raises(Refusal):
            await lane.run(go_on.wait, 30)
        go_on.set()
        await asyncio.sleep(0.2)
        assert await lane.run(go_on.wait, 30)
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
