"""Measure model access against a scripted endpoint in another process: overhead of a call, and many calls at a time.

Prints the milliseconds that one call takes beyond a bare HTTP request, and for 1,000 calls against an endpoint of
50 ms with 64 in flight the seconds and their ratio to the ideal (1,000 x 0.05 / 64 = 0.78): for bare HTTP, for our
line to the endpoint, and for the LangChain chat model on top of it. No cache is used.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx2

from agent.access.budget import Budget
from agent.access.chat import LineChat
from agent.access.completion import Body
from agent.access.endpoint import Endpoint
from agent.access.settings import AccessSettings

TEXT = "Which score will the model get on the benchmark? " * 40
Call = Callable[[int], Awaitable[object]]


@contextmanager
def endpoint_process(seconds: float) -> Iterator[str]:
    """Run a scripted endpoint in a process of its own and give its address."""
    command = [sys.executable, "-m", "agent.access.scripted", "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def body_of(number: int) -> Body:
    """Return one request; all differ, so that none is answered by another."""
    return {"model": "m", "messages": [{"role": "user", "content": f"{number}: {TEXT}"}], "max_tokens": 100}


async def one_by_one(call: Call, *, count: int) -> float:
    """Return the median milliseconds of a call."""
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        await call(number)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000.0


async def together(call: Call, *, count: int, at_a_time: int) -> float:
    """Return the seconds that so many calls take, so many of them at a time."""
    places = asyncio.Semaphore(at_a_time)

    async def placed(number: int) -> None:
        async with places:
            await call(number)

    await asyncio.gather(*(placed(number) for number in range(-at_a_time, 0)))  # connections are open from here
    begun = time.perf_counter()
    await asyncio.gather(*(placed(number) for number in range(count)))
    return time.perf_counter() - begun


async def measure(url: str, *, seconds: float, count: int, at_a_time: int) -> None:
    """Measure the three ways and print a line for each."""
    settings = AccessSettings(model="m", base_url=url, max_in_flight=at_a_time, max_retries=0)
    limits = httpx2.Limits(max_connections=at_a_time, max_keepalive_connections=at_a_time)
    with Endpoint(settings) as endpoint:
        chat = endpoint.chat_model(Budget())
        line = chat.line if isinstance(chat, LineChat) else None
        async with httpx2.AsyncClient(limits=limits) as client:
            ways: dict[str, Call] = {
                "bare HTTP": lambda number: client.post(f"{url}/chat/completions", json=body_of(number)),
                "line": lambda number: line.ask_async(body_of(number)) if line else asyncio.sleep(0),
                "chat model": lambda number: chat.ainvoke(f"{number}: {TEXT}"),
            }
            for name, call in ways.items():
                if seconds:
                    taken = await together(call, count=count, at_a_time=at_a_time)
                    ratio = taken / (count * seconds / at_a_time)
                    print(f"{name:12} {count} calls, {at_a_time} at a time: {taken:6.2f} s, {ratio:5.2f} x the ideal")  # noqa: T201
                else:
                    print(f"{name:12} one call: {await one_by_one(call, count=count):6.2f} ms")  # noqa: T201


def main() -> None:
    """Measure both figures."""
    parser = argparse.ArgumentParser(prog="python -m agent.access.speed", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.05, help="how long a reply of the endpoint takes")
    told = parser.parse_args()
    for seconds, count in ((0.0, 300), (told.seconds, told.calls)):
        with endpoint_process(seconds) as url:
            asyncio.run(measure(url, seconds=seconds, count=count, at_a_time=told.in_flight))


if __name__ == "__main__":
    main()
