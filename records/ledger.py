"""The ledger's entries: forecasts as they were issued, before the outcome was known, and what came of them.

An entry's id is a hash of all that it says, so that nobody can say afterwards that something else was forecast.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cached_property
from typing import NamedTuple, Self

from pydantic import AwareDatetime, Field, model_validator

from records.base import Day, Value
from records.forecast import Forecast
from records.resolution import Resolution

ID_LENGTH = 20
LONGEST_USER = 128


class Entry(NamedTuple):
    """An entry as the ledger keeps it: its document, and what it is found by."""

    id: str
    issued_at: dt.datetime
    as_of: dt.date
    model: str
    benchmark: str
    method: str
    user: str
    document: str


class Told(NamedTuple):
    """A forecast told as JSON, with what its entry is found by: what one process makes and another enters.

    Attributes:
        text: the forecast as JSON.
        as_of, model, benchmark: of its question.
        method: name of the forecaster.
    """

    text: str
    as_of: dt.date
    model: str
    benchmark: str
    method: str

    @classmethod
    def of(cls, forecast: Forecast) -> Self:
        """Tell a forecast."""
        question = forecast.question
        return cls(
            forecast.model_dump_json(), question.as_of, question.model.id, question.benchmark.id, forecast.method
        )

    def entry(self, *, issued_at: dt.datetime, user: str = "") -> Entry:
        """Enter it; the same entry as ``Issued.of`` makes of the forecast.

        Raises:
            ValueError: the moment has no time zone, or the user's name is too long.
        """
        moment = _moment(issued_at, user)
        key = _hash(self.text, moment, user)
        head = Issued.trusted(id=key, issued_at=moment, user=user, forecast=None)
        return Entry(
            key,
            moment,
            as_of=self.as_of,
            model=self.model,
            benchmark=self.benchmark,
            method=self.method,
            user=user,
            document=_document(head, self.text),
        )


class Issued(Value):
    """A forecast with the moment at which it was issued, and for whom."""

    id: str = Field(pattern=r"^[0-9a-f]{20}$")
    """Hash of forecast, moment and user, 20 hexadecimal digits."""
    issued_at: AwareDatetime
    user: str = Field(default="", max_length=LONGEST_USER)
    forecast: Forecast

    @classmethod
    def of(cls, forecast: Forecast, *, issued_at: dt.datetime, user: str = "") -> Self:
        """Enter a forecast.

        Raises:
            ValueError: the moment has no time zone, or the user's name is too long.
        """
        moment = _moment(issued_at, user)
        # Checked above: a check of the whole would tell the forecast again, which takes longer than all the rest.
        entry: Self = cls.trusted(id="", issued_at=moment, user=user, forecast=forecast)
        return entry.model_copy(update={"id": _hash(entry.told, moment, user)})

    @cached_property
    def told(self) -> str:
        """The forecast as JSON, of which the id is a hash."""
        return self.forecast.model_dump_json()

    @property
    def document(self) -> str:
        """The entry as JSON, as the ledger keeps it; what was told for the hash is not told again."""
        return _document(self, self.told)

    @property
    def entry(self) -> Entry:
        """The same as the ledger keeps it."""
        question = self.forecast.question
        return Entry(
            self.id,
            self.issued_at,
            as_of=question.as_of,
            model=question.model.id,
            benchmark=question.benchmark.id,
            method=self.forecast.method,
            user=self.user,
            document=self.document,
        )

    @model_validator(mode="after")
    def _says_what_was_issued(self) -> Self:
        told = self.forecast.model_dump_json()  # not kept: who reads entries reads many
        if self.id != _hash(told, self.issued_at.astimezone(dt.UTC), self.user):
            raise ValueError(f"the entry {self.id} does not say what was issued: it was changed afterwards")
        return self

    @property
    def cell(self) -> tuple[str, str]:
        """The model and the benchmark that it is about."""
        return self.forecast.question.cell

    @property
    def issued_on(self) -> dt.date:
        """The day, in coordinated universal time."""
        return self.issued_at.date()


class Waiting(NamedTuple):
    """What tells whether a report may settle an entry that has no outcome yet; read without the entry itself."""

    id: str
    model: str
    benchmark: str
    since: dt.date
    """The later one of its as-of date and the day on which it was issued: only later reports may settle it."""


class Settled(Value):
    """An issued forecast with the resolution that holds."""

    issued: Issued
    resolution: Resolution
    resolved_at: AwareDatetime

    @property
    def foresight(self) -> bool:
        """Whether it was issued, and could know only, what was public before the day on which the outcome was.

        A forecast that knew a report of its very cell does not count: the outcome was half told.
        """
        forecast = self.issued.forecast
        unreported = not (forecast.question.cell_known and forecast.evidence_level.cell_reports)
        return unreported and max(forecast.question.as_of, self.issued.issued_on) < self.resolution.published

    @property
    def horizon(self) -> int:
        """Days from the forecast's as-of date to the outcome."""
        return (self.resolution.published - self.issued.forecast.question.as_of).days


class Selection(Value):
    """Which entries to list; what is empty selects all."""

    model: str = ""
    benchmark: str = ""
    method: str = ""
    user: str = ""
    resolved: bool | None = None
    issued_from: Day | None = None
    issued_to: Day | None = None


def _moment(issued_at: dt.datetime, user: str) -> dt.datetime:
    """Check what an entry says of itself, and return its moment in coordinated universal time."""
    if issued_at.tzinfo is None:
        raise ValueError(f"the moment {issued_at} has no time zone")
    if len(user) > LONGEST_USER:
        raise ValueError(f"a user's name may have {LONGEST_USER} characters; found {len(user)}")
    return issued_at.astimezone(dt.UTC)


def _document(entry: Issued, forecast: str) -> str:
    return f'{entry.model_dump_json(exclude={"forecast"})[:-1]},"forecast":{forecast}}}'


def _hash(forecast: str, moment: dt.datetime, user: str) -> str:
    told = f"{moment.isoformat()}\n{user}\n{forecast}"
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]
