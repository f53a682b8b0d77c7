"""Calls that take long: signs of life, the answer, the error, and no work for those who have left."""

from __future__ import annotations

import asyncio

import pytest

from scorecast.mcp.calling import beating
from scorecast.service.refusal import Refusal


def test_signs_of_life_are_given_until_the_answer_is_there() -> None:
    heard: list[float] = []
    enough = asyncio.Event()

    async def beat(seconds: float) -> None:
        heard.append(seconds)
        if len(heard) >= 2:
            enough.set()

    async def work() -> str:
        await enough.wait()
        return "done"

    assert asyncio.run(beating(work(), beat, most=600.0, every=0.02)) == "done"
    assert heard == sorted(heard)


def test_an_error_of_the_work_is_raised() -> None:
    async def beat(_seconds: float) -> None: ...

    async def work() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(beating(work(), beat, most=60.0, every=0.02))


def test_work_that_takes_too_long_is_given_up() -> None:
    async def beat(_seconds: float) -> None: ...

    with pytest.raises(Refusal, match="no answer within"):
        asyncio.run(beating(asyncio.sleep(60), beat, most=0.1))


def test_work_ends_with_its_caller() -> None:
    ended = False
    begun = asyncio.Event()

    async def beat(_seconds: float) -> None: ...

    async def work() -> None:
        nonlocal ended
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended = True

    async def leave() -> None:
        waiting = asyncio.create_task(beating(work(), beat, most=60.0, every=0.02))
        await begun.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert ended
