"""How many processes a plan is worth; loads nothing, so that it can be told before anything else is done."""

from __future__ import annotations

import math
import os

SMALL = 3_000
"""Items below which one process is done before several have begun."""
SHARE = 1_000
"""Items that one more process is begun for."""
MOST = 8
"""Processes that are begun unasked: the one that writes keeps no more of them busy."""


def usual(items: int) -> int:
    """Return how many processes so many items of statistics are worth on this machine."""
    return 1 if items < SMALL else min(math.ceil(items / SHARE), cores(), MOST)


def cores() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
