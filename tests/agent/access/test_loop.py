"""The background loop: whoever asks while it closes gets an answer or an error, and never waits for ever."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from agent.access.loop import BackgroundLoop, LoopClosed

ROUNDS, ASKERS = 60, 4


async def _short() -> str:
    await asyncio.sleep(0)
    return "done"


def test_who_asks_while_it_closes_never_waits_for_ever() -> None:
    for _ in range(ROUNDS):
        loop, ended = BackgroundLoop("closing"), []

        def ask(loop: BackgroundLoop = loop, ended: list[type] = ended) -> None:
            try:
                while True:
                    loop.wait(_short())
            except (CancelledError, LoopClosed) as error:
                ended.append(type(error))

        askers = [threading.Thread(target=ask, daemon=True) for _ in range(ASKERS)]
        for asker in askers:
            asker.start()
        loop.close()
        for asker in askers:
            asker.join(10.0)
        assert len(ended) == ASKERS, "a thread waits for work that nobody will do"


def test_after_it_has_closed_nothing_is_begun() -> None:
    loop = BackgroundLoop("closed")
    loop.close()
    with pytest.raises(LoopClosed):
        loop.begin(_short())


def test_two_may_close_it_at_once() -> None:
    loop = BackgroundLoop("closed twice")
    closers = [threading.Thread(target=loop.close) for _ in range(4)]
    for closer in closers:
        closer.start()
    for closer in closers:
        closer.join(10.0)
    assert not any(closer.is_alive() for closer in closers)
    assert not loop.running


def test_what_is_under_way_is_cancelled() -> None:
    loop = BackgroundLoop("cancelling")
    future = loop.begin(asyncio.sleep(60.0))
    loop.close()
    assert future.cancelled()
