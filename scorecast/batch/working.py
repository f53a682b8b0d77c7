"""Who works on a job: one process at a time. A process that dies, however, lets go of it at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from records.errors import StoreError, UsageError


@contextmanager
def working(folder: Path, job_id: str) -> Iterator[None]:
    """Hold a job while working on it.

    Raises:
        UsageError: another process works on it.
        StoreError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / f"{job_id}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{folder}: jobs cannot be worked on here ({error.strerror}).") from error
    try:
        if not _taken(file):
            raise UsageError(f"Job {job_id} is being worked on by another process: wait for it, or cancel it.")
        yield
    finally:
        os.close(file)


def is_worked_on(folder: Path, job_id: str) -> bool:
    """Whether a process of this machine works on a job."""
    try:
        file = os.open(folder / f"{job_id}.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        return not _taken(file)
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
