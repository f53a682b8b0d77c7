"""Doors: who is inside is served to the end; once they are closed, who comes is told to come back.

A service that is told to stop goes on listening until the last request under way is answered, so that nobody who is
on the way to it runs into a connection that breaks.
"""

from __future__ import annotations

import asyncio
import time

from scorecast.http.problems import Problem

STEP = 0.05
"""Seconds between two looks at whether all have left."""


class Doors:
    """Counts requests under way; for one event loop."""

    def __init__(self) -> None:
        self._inside = 0
        self._closed = False

    def enter(self) -> None:
        """Let a request in.

        Raises:
            Problem: the service is about to stop.
        """
        if self._closed:
            headers = {"Retry-After": "5", "Connection": "close"}
            raise Problem(503, "stopping", "This service is about to stop; try again soon.", headers=headers)
        self._inside += 1

    def leave(self) -> None:
        """Note that a request has been answered."""
        self._inside -= 1

    async def close(self, *, patience: float) -> bool:
        """Let nobody in any more, and wait for those inside.

        Args:
            patience: seconds to wait at most.

        Returns:
            Whether all have left.
        """
        self._closed = True
        last = time.monotonic() + patience
        while self._inside and time.monotonic() < last:
            await asyncio.sleep(STEP)
        return not self._inside

    @property
    def closed(self) -> bool:
        """Whether the service is about to stop."""
        return self._closed
