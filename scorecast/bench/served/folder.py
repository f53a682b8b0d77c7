"""The folder of served runs: ``<home>/bench-runs/<id>/``, a few files each, every one of them whole or not there.

``asked.json`` what is asked, by whom and when; ``suite`` the hash of the suite once it is made; ``progress.json`` how
far it is; ``ended.json`` how it ended, written once, so that of two ends the first one counts. A run without an end is
open: whoever holds its lock works on it, and after a restart somebody does again. The answers themselves are where all
backtests keep theirs, and the scores beside these files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import AwareDatetime, Field, ValidationError

from records.base import Value
from records.errors import ScorecastError, StoreError, UsageError
from records.exporters.writing import write_whole
from scorecast.bench.asked import BenchRunAsked
from scorecast.bench.served.locks import is_held, waited_for
from scorecast.settings import Settings

MOST_OPEN = 10
"""Runs that wait or are worked on; further ones are refused."""

Kept = TypeVar("Kept", bound=Value)


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TooManyRuns(ScorecastError):  # noqa: N818 - a sentence, as the errors of records are
    """So many runs are open that no further one is taken."""


class KeyReused(ScorecastError):  # noqa: N818 - as above
    """A run of this id asks something else."""


class Begun(Value):
    """What never changes of a run."""

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    asked: BenchRunAsked
    made_at: AwareDatetime
    user: str = ""
    """Name of the access key that began it; empty for the user of the machine."""


class Ended(Value):
    """How a run ended."""

    state: Literal[RunState.DONE, RunState.FAILED, RunState.CANCELLED]
    at: AwareDatetime
    reason: str = ""


class Stage(StrEnum):
    """What is being done for a run."""

    PREPARING = "preparing"
    ANSWERING = "answering"
    SCORING = "scoring"


class Part(Value):
    """How many questions one forecaster has dealt with."""

    forecaster: str
    answered: int
    questions: int


class Progress(Value):
    """How far a run is."""

    stage: Stage = Stage.PREPARING
    parts: tuple[Part, ...] = ()
    seconds: float = 0.0
    """Spent on it, by all processes that worked on it."""
    seconds_left: float | None = None
    """Until all are answered, at the pace so far; None where nothing can be said."""


@dataclass(frozen=True)
class BenchRun:
    """One run on disk."""

    folder: Path
    begun: Begun

    @property
    def id(self) -> str:
        """What a client asks for it by."""
        return self.begun.id

    @property
    def lock(self) -> Path:
        """Held by whoever works on it."""
        return self.folder / "lock"

    @property
    def log(self) -> Path:
        """What its processes said; for those who look after the machine."""
        return self.folder / "log"

    @property
    def state(self) -> RunState:
        """Where it stands."""
        if ended := self.ended:
            return ended.state
        return RunState.RUNNING if is_held(self.lock) else RunState.WAITING

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it is open."""
        return _read(Ended, self.folder / "ended.json")

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return _read(Progress, self.folder / "progress.json") or Progress()

    @property
    def suite(self) -> str:
        """Hash of its suite; empty until that is made."""
        return _text(self.folder / "suite")

    @property
    def refusal(self) -> str:
        """Why it cannot be done, where whoever worked on it found that out."""
        return _text(self.folder / "refusal")

    def tell(self, progress: Progress) -> None:
        """Say how far it is."""
        self._write("progress.json", progress.model_dump_json())

    def take_suite(self, suite: str) -> None:
        """Note the suite, so that whoever goes on asks the same questions, whatever was imported meanwhile."""
        self._write("suite", suite)

    def refuse(self, reason: str) -> None:
        """Say why it cannot be done."""
        self._write("refusal", reason)

    def end(self, ended: Ended) -> bool:
        """Say how it ended; returns whether it was open until now.

        Raises:
            StoreError: the folder cannot be written to.
        """
        return _once(self.folder / "ended.json", ended.model_dump_json())

    def _write(self, name: str, text: str) -> None:
        write_whole(self.folder / name, partial(_fill, text))


@dataclass(frozen=True)
class BenchRuns:
    """All runs of the service on one home; safe for many processes."""

    home: Path
    _known: dict[str, BenchRun] = field(default_factory=dict, compare=False, repr=False)
    _closed: set[str] = field(default_factory=set, compare=False, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> BenchRuns:
        """Return the runs of a home."""
        return cls(settings.home / "bench-runs")

    def begin(self, asked: BenchRunAsked, *, now: dt.datetime, user: str = "", run_id: str | None = None) -> BenchRun:
        """Keep a run to be worked on; the one there is where it was begun under this id before.

        Raises:
            KeyReused: the run of this id asks something else.
            TooManyRuns: so many are open already.
            StoreError: the folder cannot be written to.
        """
        begun = Begun(id=run_id or secrets.token_hex(6), asked=asked, made_at=now, user=user)
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with waited_for(self.home / "begin.lock"):
                if earlier := self._earlier(begun):
                    return earlier
                if sum(1 for _ in self.open()) >= MOST_OPEN:
                    raise TooManyRuns(f"{MOST_OPEN} benchmark runs are open: wait for one of them, or cancel it.")
                (self.home / begun.id).mkdir(exist_ok=True)
                _once(self.home / begun.id / "asked.json", begun.model_dump_json())
        except OSError as error:
            raise StoreError(f"{self.home}: no run can be kept here ({error.strerror}).") from error
        return self.find(begun.id)

    def find(self, run_id: str) -> BenchRun:
        """Return the run of this id.

        Raises:
            UsageError: there is none.
        """
        if run_id not in self._known:
            begun = _read(Begun, self.home / run_id / "asked.json")
            if begun is None or begun.id != run_id:
                raise UsageError(f"There is no benchmark run {run_id}.")
            self._known[run_id] = BenchRun(self.home / run_id, begun)
        return self._known[run_id]

    def like(self, start: str) -> BenchRun:
        """Return the run whose id begins so.

        Raises:
            UsageError: there is none, or more than one.
        """
        found = [run for run in self._found() if start and run.id.startswith(start)]
        if len(found) != 1:
            said = "more than one begins so" if found else "`scorecast bench list` shows which there are"
            raise UsageError(f"There is no one benchmark run {start!r}: {said}.")
        return found[0]

    def all(self) -> list[BenchRun]:
        """Return all runs, the newest first."""
        return sorted(self._found(), key=_age, reverse=True)

    def open(self) -> Iterator[BenchRun]:
        """Go through the runs that have not ended, the oldest first."""
        for run in sorted(self._found(), key=_age):
            if run.id not in self._closed:
                if run.ended is None:
                    yield run
                else:
                    self._closed.add(run.id)

    def open_by_state(self) -> dict[str, int]:
        """Count the runs that have not ended, by where they stand."""
        states = Counter(run.state for run in self.open())
        return {state.value: states[state] for state in (RunState.WAITING, RunState.RUNNING)}

    def _found(self) -> Iterator[BenchRun]:
        for path in self.home.glob("*/asked.json"):
            try:
                yield self.find(path.parent.name)
            except UsageError:
                continue  # not written by this program, or by another version of it

    def _earlier(self, begun: Begun) -> BenchRun | None:
        try:
            found = self.find(begun.id)
        except UsageError:
            return None
        if found.begun.asked != begun.asked:
            raise KeyReused("This Idempotency-Key was used for another run; choose a new one for each.")
        return found


def id_for(owner: str, key: str | None) -> str | None:
    """The id of the run that an idempotency key of an owner begins; None where there is no key."""
    return None if key is None else hashlib.sha256(f"{owner}\n{key}".encode()).hexdigest()[:12]


def _fill(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _age(run: BenchRun) -> tuple[dt.datetime, str]:
    return run.begun.made_at, run.id


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _read(kind: type[Kept], path: Path) -> Kept | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _once(path: Path, text: str) -> bool:
    """Write a file, whole or not at all, unless it is there already; returns whether it was not."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(name)
        except FileExistsError:
            return False
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}).") from error
    return True
