"""Processor time of another process and of all that it started, as Linux tells it in ``/proc``.

On a machine that others use too it says more than the clock does. Source: proc(5), ``/proc/PID/stat``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def processor_time(process: int) -> float | None:
    """Return the seconds that a process and those below it have taken so far; None where nothing tells."""
    if not (PROC / str(process) / "task" / str(process) / "children").exists():
        return None
    taken = (_taken(one) for one in (process, *_below(process)))
    return sum(taken) / os.sysconf("SC_CLK_TCK")


def _taken(process: int) -> int:
    """Ticks in the program and in the system, those of children that have ended included; 0 where it is gone."""
    try:
        told = (PROC / str(process) / "stat").read_text()
    except OSError:
        return 0
    # The name of the program comes second, in brackets, and may hold blanks.
    return sum(map(int, told.rpartition(")")[2].split()[11:15]))


def _below(process: int) -> Iterator[int]:
    for path in (PROC / str(process) / "task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # the thread has ended since it was listed
            continue
        for child in map(int, children):
            yield child
            yield from _below(child)
