"""Measure model access against a scripted endpoint in another process: overhead of a call, and many calls at a time.

For the bare ``openai`` client, for our line to the endpoint, and for the LangChain chat model on top of it: the
milliseconds of one call after another; then, for 1,000 calls against an endpoint of 50 ms with 64 in flight, the
seconds, their ratio to the ideal (1,000 x 0.05 / 64 = 0.78), and the processor time of a call. On a busy machine only
the last tells much: where it is below 0.78 ms, an idle processor keeps up with 64 in flight. No cache is used.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from openai import AsyncOpenAI, DefaultAioHttpClient

from agent.access.budget import Budget
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


def text_of(number: int) -> str:
    """Return one question; all differ, so that none is answered by another."""
    return f"{number}: {TEXT}"


def body_of(number: int) -> Body:
    """Return one request."""
    return {"model": "m", "messages": [{"role": "user", "content": text_of(number)}], "max_tokens": 100}


@asynccontextmanager
async def ways(url: str, *, at_a_time: int) -> AsyncIterator[dict[str, Call]]:
    """Give the three ways to ask, by name."""
    settings = AccessSettings(model="m", base_url=url, max_in_flight=at_a_time, max_retries=0)
    with Endpoint(settings) as endpoint:
        chat = endpoint.chat_model(Budget())
        async with AsyncOpenAI(base_url=url, api_key="none", http_client=DefaultAioHttpClient()) as client:
            yield {
                "bare client": lambda number: client.chat.completions.create(
                    model="m", messages=[{"role": "user", "content": text_of(number)}], max_tokens=100
                ),
                "line": lambda number: chat.line.ask_async(body_of(number)),
                "chat model": lambda number: chat.ainvoke(text_of(number)),
            }


async def one_by_one(call: Call, *, count: int) -> float:
    """Return the median milliseconds of a call."""
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        await call(number)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000.0


async def together(call: Call, *, count: int, at_a_time: int) -> tuple[float, float]:
    """Return the seconds that so many calls take, so many of them at a time, and their processor time."""
    places = asyncio.Semaphore(at_a_time)

    async def placed(number: int) -> None:
        async with places:
            await call(number)

    await asyncio.gather(*(placed(number) for number in range(-at_a_time, 0)))  # connections are open from here
    begun, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(placed(number) for number in range(count)))
    return time.perf_counter() - begun, time.process_time() - worked


async def measure(url: str, *, seconds: float, count: int, at_a_time: int) -> AsyncIterator[str]:
    """Measure the three ways and yield a line for each."""
    async with ways(url, at_a_time=at_a_time) as found:
        for name, call in found.items():
            if not seconds:
                yield f"{name:12} one call: {await one_by_one(call, count=count):6.2f} ms"
                continue
            taken, worked = await together(call, count=count, at_a_time=at_a_time)
            ratio = f"{taken:5.2f} s, {taken / (count * seconds / at_a_time):5.2f} x the ideal"
            each = f"{worked / count * 1000.0:5.2f} ms of processor a call"
            yield f"{name:12} {count} calls, {at_a_time} at a time: {ratio}, {each}"


async def show(url: str, *, seconds: float, count: int, at_a_time: int) -> None:
    """Print the lines of one measurement."""
    async for line in measure(url, seconds=seconds, count=count, at_a_time=at_a_time):
        print(line)  # noqa: T201 - a program of its own


def main() -> None:
    """Measure both figures."""
    parser = argparse.ArgumentParser(prog="python -m agent.access.speed", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=0.05, help="how long a reply of the endpoint takes")
    told = parser.parse_args()
    for seconds, count in ((0.0, 300), (told.seconds, told.calls)):
        with endpoint_process(seconds) as url:
            asyncio.run(show(url, seconds=seconds, count=count, at_a_time=told.in_flight))


if __name__ == "__main__":
    main()
