"""Model access takes little of its own: measured in processor time, which a busy machine does not distort."""

from __future__ import annotations

import asyncio

from agent.access.scripted.replies import says
from agent.access.speed.__main__ import measure, together, ways


def test_a_call_takes_less_than_ten_milliseconds_beyond_the_bare_client(serve):
    url = serve(lambda asked: says("x")).url

    async def worked():
        async with ways(url, at_a_time=16) as found:
            return {name: (await together(call, count=100, at_a_time=16))[1] for name, call in found.items()}

    taken = asyncio.run(worked())
    assert (taken["chat model"] - taken["bare client"]) / 100 < 0.010


def test_the_measurement_has_a_line_for_every_way(serve):
    url = serve(lambda asked: says("x"), seconds=0.01).url

    async def lines(seconds):
        return [line async for line in measure(url, seconds=seconds, count=5, at_a_time=5)]

    assert ["one call" in line for line in asyncio.run(lines(0.0))] == [True] * 3
    assert ["x the ideal" in line for line in asyncio.run(lines(0.01))] == [True] * 3
