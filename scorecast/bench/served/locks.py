"""Locks of the operating system: a process that dies lets go of them at once.

A lock is held by an open file, so a process that inherits it holds it too: it is free when both are done with it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path) -> Iterator[int | None]:
    """Hold a lock; yields the descriptor to hand on to a process, or None where somebody else has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield file if _taken(file) else None
    finally:
        os.close(file)


@contextmanager
def waited_for(path: Path) -> Iterator[None]:
    """Wait for a lock that nobody keeps for long, and hold it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def is_held(path: Path) -> bool:
    """Whether anybody has a lock."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two who only look do not take each other for the holder.
        return not _taken(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def _taken(file: int, how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
