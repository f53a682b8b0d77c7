"""Rates: how many requests a key may make in a minute.

A token bucket for each key: it holds a sixth of the minute's requests, so that short bursts pass, and fills evenly.
Kept in memory, for each process of the service on its own.
"""

from __future__ import annotations

import math
import threading

BURST = 1 / 6
"""Share of the minute's requests that may come at once."""


class Rates:
    """What is left for each key. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, key: str, *, per_minute: int, moment: float) -> float:
        """Take one request from a key's bucket.

        Args:
            key: whose; a live key of the store, so that nobody can make this grow.
            per_minute: requests that it may make in a minute.
            moment: of a clock that never goes back, in seconds.

        Returns:
            0, or the whole seconds after which a request will be let through.
        """
        room = max(1.0, per_minute * BURST)
        with self._lock:
            left, last = self._left.get(key, (room, moment))
            left = min(room, left + (moment - last) * per_minute / 60.0)
            if left < 1.0:
                self._left[key] = (left, moment)
                return math.ceil((1.0 - left) * 60.0 / per_minute)
            self._left[key] = (left - 1.0, moment)
        return 0.0
