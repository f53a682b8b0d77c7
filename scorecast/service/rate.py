"""Rates: how many requests a key may make in a minute.

A token bucket for each key: it holds a sixth of the minute's requests, so that short bursts pass, and fills evenly.
Kept in memory for a service of one process; ``siblings.SharedRates`` keeps the same for several.
"""

from __future__ import annotations

import math
import threading
from typing import NamedTuple, Protocol

BURST = 1 / 6
"""Share of the minute's requests that may come at once."""


class Left(NamedTuple):
    """A bucket: the requests that it holds, and the moment at which it held them."""

    requests: float
    moment: float


class Rating(Protocol):
    """What tells whether a key may ask."""

    def wait(self, key: str, *, per_minute: int, moment: float) -> float:
        """Take one request from a key's bucket; returns 0, or the seconds to wait."""
        ...


def taken(earlier: Left | None, *, per_minute: int, moment: float) -> tuple[Left, float]:
    """Take one request from a bucket.

    Args:
        earlier: the bucket as it was; None for a full one.
        per_minute: requests that it gets in a minute.
        moment: of a clock that never goes back, in seconds.

    Returns:
        The bucket afterwards, and 0 or the whole seconds after which a request will be let through.
    """
    room = max(1.0, per_minute * BURST)
    left, last = earlier or (room, moment)
    left = min(room, left + max(0.0, moment - last) * per_minute / 60.0)
    if left < 1.0:
        return Left(left, moment), float(math.ceil((1.0 - left) * 60.0 / per_minute))
    return Left(left - 1.0, moment), 0.0


class Rates:
    """What is left for each key. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, Left] = {}

    def wait(self, key: str, *, per_minute: int, moment: float) -> float:
        """Take one request from a key's bucket.

        Args:
            key: whose; a live key of the store, so that nobody can make this grow.
            per_minute: requests that it may make in a minute.
            moment: of a clock that never goes back, in seconds.

        Returns:
            0, or the whole seconds after which a request will be let through.
        """
        with self._lock:
            self._left[key], seconds = taken(self._left.get(key), per_minute=per_minute, moment=moment)
        return seconds
