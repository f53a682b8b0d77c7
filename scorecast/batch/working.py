"""Who works on a job: one process at a time, of all machines that share the store.

Two things are held. The lease in the store keeps other machines away; a thread renews it, and it ends by itself. The
lock of a file in the home keeps other processes of this machine away; the system frees it when its process dies, so
that who takes it need not wait for the lease that the dead one left.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from records.errors import LeaseLost, StoreError, UsageError
from records.lease import Holder, Lease
from records.store import Store

LASTS = 60.0
"""Seconds after which another machine may go on with a job whose worker was not heard of."""
BEATS = 4
"""Renewals in that time."""
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Hold:
    """A job that is held; what it says goes for as long as ``check`` does not raise."""

    def __init__(self, store: Store, job_id: str, holder: Holder, *, seconds: float) -> None:
        self._store, self._job_id, self._seconds = store, job_id, seconds
        self.holder = holder
        self._lost: LeaseLost | None = None
        self._ended = threading.Event()
        self._sure_until = time.time() + seconds

    @property
    def run(self) -> str:
        """What the store checks before it writes."""
        return self.holder.run

    def check(self) -> None:
        """Make sure that the job is still held; asks the store after a sleep.

        Raises:
            LeaseLost: somebody else works on it.
            StoreError: the store cannot be asked.
        """
        if self._lost is None and time.time() > self._sure_until:
            self._renew()
        if self._lost is not None:
            raise self._lost

    def keep(self) -> None:
        """Renew the lease until the end."""
        while not self._ended.wait(self._seconds / BEATS):
            with suppress(StoreError):  # a store that fails is met by whoever settles
                self._renew()
            if self._lost is not None:
                return

    def end(self) -> None:
        """Stop renewing."""
        self._ended.set()

    def _renew(self) -> None:
        began = time.time()
        try:
            self._store.leases.renew(self._job_id, self.run, seconds=self._seconds)
        except LeaseLost as lost:
            self._lost = lost
            return
        self._sure_until = began + self._seconds


@contextmanager
def working(store: Store, folder: Path, job_id: str, *, seconds: float = LASTS) -> Iterator[Hold]:
    """Hold a job while working on it.

    Args:
        store: of the job.
        folder: of the locks of this machine.
        job_id: of the job.
        seconds: that the lease lasts unless it is renewed.

    Raises:
        UsageError: somebody else works on it.
        StoreError: the folder cannot be written to, or the store failed.
    """
    with _locked(folder, job_id) as file:
        holder = Holder(
            run=secrets.token_hex(8), host=socket.gethostname()[:255], process=os.getpid(), place=_place(file)
        )
        store.leases.take(job_id, holder, seconds=seconds)
        hold = Hold(store, job_id, holder, seconds=seconds)
        thread = threading.Thread(target=hold.keep, name="lease", daemon=True)
        thread.start()
        try:
            yield hold
        finally:
            hold.end()
            thread.join()
            with suppress(StoreError):  # it ends by itself
                store.leases.give_back(job_id, hold.run)


def worker_of(store: Store, folder: Path, job_id: str) -> Lease | None:
    """Return the lease of whoever works on a job; None where nobody does, or whoever did is dead."""
    return workers(store, folder, [job_id]).get(job_id)


def workers(store: Store, folder: Path, job_ids: Sequence[str]) -> dict[str, Lease]:
    """Return the leases of those who work on some of these jobs, by job."""
    return {key: lease for key, lease in store.leases.of(job_ids).items() if _lives(folder, lease)}


def _lives(folder: Path, lease: Lease) -> bool:
    """Whether who has a lease may live, as far as can be seen from this machine."""
    try:
        with _locked(folder, lease.job_id, make=False) as file:
            return lease.holder.place != _place(file)
    except (StoreError, UsageError):
        return True


@contextmanager
def _locked(folder: Path, job_id: str, *, make: bool = True) -> Iterator[int]:
    """Hold the lock of a job on this machine; yields its file."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / f"{job_id}.lock", os.O_RDWR | (os.O_CREAT if make else 0), 0o600)
    except OSError as error:
        raise StoreError(f"{folder}: jobs cannot be worked on here ({error.strerror}).") from error
    try:
        if not _taken(file):
            raise UsageError(f"Job {job_id} is being worked on by another process: wait for it, or cancel it.")
        yield file
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _place(file: int) -> str:
    """Name the lock file among those of all machines: by the system that runs there, and by the file in it."""
    try:
        system = BOOT.read_text(encoding="ascii").strip()
    except OSError:
        system = f"{uuid.getnode():x}"
    found = os.fstat(file)
    told = f"{system} {socket.gethostname()} {found.st_dev} {found.st_ino}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]
