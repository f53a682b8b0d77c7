"""Lingering: connections on which no request comes in, or one so slowly that it holds a place and does nothing.

uvicorn closes connections that are silent after an answer. It waits for ever for the first request, and for the end of
a head that is sent byte by byte; a few hundred of these would be all that a service takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

MOST = 20.0
"""Seconds in which a connection must have sent the whole head of a request, since it was made or last answered."""


class Answering(Protocol):
    """A request on the way to its answer, as uvicorn has it."""

    response_complete: bool


class Closing(Protocol):
    """What a connection is closed by."""

    def close(self) -> None:
        """Close it."""


class Connected(Protocol):
    """A connection, as uvicorn has it; ``cycle`` is the last request whose head has come in."""

    cycle: Answering | None
    transport: Closing


class Lingering:
    """Watches the connections of one server."""

    def __init__(self) -> None:
        self._since: dict[Connected, tuple[Answering | None, float]] = {}

    def close_those(self, connections: Iterable[Connected], *, moment: float) -> None:
        """Close the connections that have been waited for too long.

        Args:
            connections: all there are; to be called every second or so.
            moment: of a clock that never goes back, in seconds.
        """
        waited = {}
        for one in connections:
            if one.cycle is not None and not one.cycle.response_complete:
                continue
            last, since = self._since.get(one, (one.cycle, moment))
            waited[one] = (last, since) if last is one.cycle else (one.cycle, moment)
            if moment - waited[one][1] > MOST:
                one.transport.close()
        self._since = waited
