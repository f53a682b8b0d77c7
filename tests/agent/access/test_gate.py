"""The gate: limits in flight and a minute, pauses that hold for all, and a limit that yields to 429 and grows back."""

from __future__ import annotations

import asyncio
import time
from itertools import islice

import pytest

from agent.access.budget import Budget
from agent.access.gate import Gate
from agent.access.scripted.replies import limited, says


def _gate(**fields):
    return Gate(**({"most": 8, "per_minute": None} | fields), clock=asyncio.get_running_loop().time)


async def _pass(gate, begun, *, seconds=0.01):
    async with gate.place():
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(seconds)


def test_no_more_begin_in_any_window_than_allowed():
    async def many():
        begun = []
        gate = _gate(per_minute=3, window=0.15)
        await asyncio.gather(*(_pass(gate, begun, seconds=0.0) for _ in range(9)))
        return begun

    begun = asyncio.run(many())
    assert all(later - earlier >= 0.149 for earlier, later in zip(begun, begun[3:], strict=False))


def test_a_pause_holds_for_all_that_wait():
    async def paused():
        begun, gate = [], _gate()
        start = asyncio.get_running_loop().time()
        gate.limited(0.1)
        await asyncio.gather(*(_pass(gate, begun) for _ in range(5)))
        return [at - start for at in begun]

    assert min(asyncio.run(paused())) >= 0.1


def test_the_limit_halves_once_a_pause_and_grows_back():
    moment = 0.0
    gate = Gate(most=16, per_minute=None, clock=lambda: moment)
    limits = [gate.limit]
    for _ in range(5):
        gate.limited(0.02)  # five replies to requests that were sent before the pause
    limits.append(gate.limit)
    moment = 0.03
    gate.limited(0.0)
    limits.append(gate.limit)
    for _ in range(500):
        gate.answered()
    assert [*limits, gate.limit] == [16, 8, 4, 16]


def test_one_that_gives_up_waiting_leaves_no_place_taken():
    async def give_up():
        gate, begun = _gate(most=1), []
        async with gate.place():
            second = asyncio.create_task(_pass(gate, begun))
            third = asyncio.create_task(_pass(gate, begun))
            await asyncio.sleep(0.01)
            second.cancel()
            await asyncio.wait([second])
        await third
        return len(begun)

    assert asyncio.run(give_up()) == 1


@pytest.mark.parametrize("told", ["0.2", "seconds", "date"])
def test_retry_after_is_obeyed_by_all_calls(script_and_endpoint, told):
    dated = {"Retry-After": "Sat, 01 Jan 2028 00:00:01 GMT", "Date": "Sat, 01 Jan 2028 00:00:00 GMT"}
    headers = {"0.2": {"Retry-After": "0.2"}, "seconds": {"Retry-After": "1"}, "date": dated}[told]
    wait = 0.2 if told == "0.2" else 1.0
    refusal = limited()
    refusal = type(refusal)(status=429, error=refusal.error, headers=headers)
    served, endpoint = script_and_endpoint([refusal, says("fine")])
    begun = time.monotonic()
    assert endpoint.chat_model(Budget()).invoke("?").content == "fine"
    assert wait <= time.monotonic() - begun
    assert len(served.asked) == 2


def test_requests_a_minute_are_limited_at_the_endpoint(script_and_endpoint):
    served, endpoint = script_and_endpoint(lambda asked: says("x"), requests_per_minute=2)
    chat = endpoint.chat_model(Budget())

    async def three() -> int:
        calls = [asyncio.create_task(chat.ainvoke(str(n))) for n in range(3)]
        for answered in islice(asyncio.as_completed(calls), 2):
            await answered
        _, waiting = await asyncio.wait(calls, timeout=0.3)
        for call in waiting:
            call.cancel()
        return len(waiting)

    assert asyncio.run(three()) == 1
    assert len(served.asked) == 2
