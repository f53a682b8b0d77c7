"""Pauses: why nothing moves just now, and for how long; told once for all calls that wait for the same thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

NOTICEABLE = 2.0
"""Seconds from which on a pause is told."""
LONGER = 1.0
"""Seconds by which another one must end later to be told too."""


class Pause(NamedTuple):
    """A pause that begins now.

    Attributes:
        seconds: how long it lasts.
        reason: why, in words.
    """

    seconds: float
    reason: str

    def __str__(self) -> str:
        """Tell it on one line."""
        return f"{self.reason}: going on in {max(1, round(self.seconds))} s"


Tell = Callable[[Pause], object]


def untold(_pause: Pause) -> None:
    """Tell nobody."""


class Pauses:
    """The pauses of one endpoint; belongs to one event loop."""

    def __init__(self, tell: Tell, *, clock: Callable[[], float]) -> None:
        self._tell, self._clock = tell, clock
        self._until = 0.0

    def begin(self, seconds: float, reason: str) -> None:
        """Tell of a pause, unless one that ends about as late is told already."""
        until = self._clock() + seconds
        if seconds >= NOTICEABLE and until > self._until + LONGER:
            self._until = until
            self._tell(Pause(seconds, reason))
