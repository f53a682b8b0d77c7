"""Rows of a plan become questions; everything that is wrong with a row is found at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from records.base import EARLIEST
from records.benchmark import Benchmark
from records.errors import UnknownName, UsageError
from records.importers.rows import Row
from records.model import Model
from records.names.catalogue import Catalogue
from records.question import Question
from scorecast.batch import columns
from scorecast.batch.columns import (
    OWN_BENCHMARK,
    OWN_MODEL,
    RELEASED,
    SETTING,
    BadCell,
    Fault,
    date,
    number,
    text,
    truth,
)
from scorecast.questions.own_benchmark import Kind, OwnBenchmark, described_benchmark
from scorecast.questions.planned import OwnModel, at_effort, check_threshold, parse_setting, plan

T = TypeVar("T")

OWN_MODEL_HINT = "for a model of your own, tell what you know of it in the columns known, params_b or released"
OWN_BENCHMARK_HINT = "for a benchmark of your own, tell what it asks in the column description"


class Found(NamedTuple):
    """What a row asks, or what is wrong with it."""

    question: Question | None
    threshold: float | None
    faults: tuple[Fault, ...]


@dataclass
class _Reading:
    """One row while it is read."""

    row: Row
    faults: list[Fault] = field(default_factory=list)

    def cell(self, column: str) -> object:
        return self.row.cells.get(column)

    def told(self, names: tuple[str, ...]) -> dict[str, object]:
        """The cells of these columns that hold anything."""
        return {name: self.cell(name) for name in names if text(self.cell(name))}

    def fault(self, column: str, reason: str) -> None:
        found = columns.shown(self.cell(column)) if column else ""
        self.faults.append(Fault(self.row.where, column, found, reason))

    def take(self, column: str, read: Callable[[object], T]) -> T | None:
        """Read a cell; a bad one is noted."""
        try:
            return read(self.cell(column))
        except (BadCell, UsageError) as error:
            self.fault(column, _plainly(str(error)))
            return None


class RowReader:
    """Reads rows against one catalogue.

    Attributes:
        unheeded: columns of one's own models and benchmarks that rows about known ones fill in, with their number.
    """

    def __init__(self, catalogue: Catalogue, *, today: dt.date, as_of: dt.date, withhold: bool) -> None:
        self._catalogue, self._today, self._as_of, self._withhold = catalogue, today, as_of, withhold
        self._models: dict[str, Model | UsageError | None] = {}
        self._benchmarks: dict[str, Benchmark | UsageError | None] = {}
        self.unheeded: Counter[str] = Counter()

    def read(self, row: Row) -> Found:
        """Read one row."""
        reading = _Reading(row)
        if not row.cells:
            reading.fault("", "has more cells than the header has columns")
            return Found(None, None, tuple(reading.faults))
        for column in row.cells:
            if column not in columns.KNOWN:
                reading.take(column, columns.typed)
        threshold = reading.take("threshold", number)
        question = self._question(reading)
        if question is not None and threshold is not None:
            try:
                check_threshold(threshold, question.benchmark)
            except UsageError as error:
                reading.fault("threshold", str(error))
        return Found(None if reading.faults else question, threshold, tuple(reading.faults))

    def _question(self, reading: _Reading) -> Question | None:
        known = [item.strip() for item in text(reading.cell("known")).split(";") if item.strip()]
        own = self._own_model(reading, known)
        described = self._described(reading)
        as_of = self._date(reading)
        setting = [f"{name}={text(value)}" for name, value in reading.told(SETTING).items()]
        self._check_setting(reading)
        if reading.faults:
            return None
        try:
            return plan(
                self._catalogue,
                model=text(reading.cell("model")),
                benchmark=text(reading.cell("benchmark")),
                as_of=as_of,
                today=self._today,
                own=own,
                described=described,
                known=known,
                setting=setting,
                withhold=self._withhold,
            )
        except (UsageError, ValueError) as error:
            reading.fault("known" if "--known" in str(error) else "", _plainly(str(error)))
            return None

    def _own_model(self, reading: _Reading, known: list[str]) -> OwnModel:
        name, told = text(reading.cell("model")), reading.told(OWN_MODEL)
        if not name:
            reading.fault("model", "which model? Every row names one")
            return OwnModel()
        found = self._lookup(self._models, name, self._catalogue.find_model, self._catalogue.model)
        if isinstance(found, Model):
            self.unheeded.update(list(told))
            return OwnModel()
        if isinstance(found, UsageError) and not (isinstance(found, UnknownName) and (told or known)):
            hint = OWN_MODEL_HINT if isinstance(found, UnknownName) else ""
            reading.fault("model", _with_hint(found, hint))
            return OwnModel()
        if not isinstance(found, UnknownName):
            return OwnModel()
        facts: dict[str, object] = {}
        for column in told:
            reader: Callable[[object], object] = text
            if column == "released":
                reader = date
            elif column == "reasoning":
                reader = truth
            elif column not in ("family", "organisation"):
                reader = number
            facts[column] = reading.take(column, reader)
        return OwnModel(**facts)  # type: ignore[arg-type]  # read by the type of each field above

    def _described(self, reading: _Reading) -> OwnBenchmark | None:
        name, told = text(reading.cell("benchmark")), reading.told(OWN_BENCHMARK)
        if not name:
            reading.fault("benchmark", "which benchmark? Every row names one")
            return None
        found = self._lookup(self._benchmarks, name, self._catalogue.find_benchmark, self._catalogue.benchmark)
        if isinstance(found, Benchmark):
            self.unheeded.update(list(told))
            return None
        if not (isinstance(found, UnknownName) and "description" in told):
            hint = OWN_BENCHMARK_HINT if isinstance(found, UnknownName) else ""
            reading.fault("benchmark", _with_hint(found, hint))
            return None
        described = OwnBenchmark(**_benchmark_facts(reading, told))  # type: ignore[arg-type]  # as for models
        if not reading.faults:
            reading.take("benchmark", lambda _cell: described_benchmark(self._catalogue, name, described))
        return described

    def _date(self, reading: _Reading) -> dt.date:
        told = reading.take("as_of", date) or self._as_of
        if told > self._today:
            reading.fault("as_of", f"lies in the future; today is {self._today}")
        elif told < EARLIEST:
            reading.fault("as_of", f"nothing was published before {EARLIEST}")
        return told

    def _check_setting(self, reading: _Reading) -> None:
        for name, value in reading.told(SETTING).items():
            try:
                setting = parse_setting([f"{name}={text(value)}"])
                model = self._models.get(text(reading.cell("model")))
                if setting.effort and isinstance(model, Model):
                    at_effort(self._catalogue, model, setting.effort)
            except UsageError as error:
                reading.fault(name, _plainly(str(error)))

    def _lookup(
        self,
        seen: dict[str, T | UsageError | None],
        name: str,
        find: Callable[[str], T | None],
        explain: Callable[[str], T],
    ) -> T | UsageError | None:
        """Look a name up once, since plans repeat names; what is unknown is explained once too."""
        if name not in seen:
            try:
                seen[name] = find(name) or explain(name)
            except UsageError as error:
                seen[name] = error
        return seen[name]


def _benchmark_facts(reading: _Reading, told: Mapping[str, object]) -> dict[str, object]:
    readers: dict[str, Callable[[object], object]] = {
        "chance": number,
        "items": _whole,
        "metric": _kind,
        "lower_is_better": truth,
        "lower": number,
        "upper": number,
        RELEASED: date,
    }
    found = {name: reading.take(name, readers.get(name, text)) for name in told}
    return {("released" if name == RELEASED else name): value for name, value in found.items() if value is not None}


def _whole(cell: object) -> int | None:
    found = number(cell)
    if found is not None and not found.is_integer():
        raise BadCell(f"expected a whole number; found {columns.shown(cell)!r}")
    return None if found is None else int(found)


def _kind(cell: object) -> Kind:
    told = text(cell).casefold().replace("_", "-")
    try:
        return Kind(told)
    except ValueError:
        raise BadCell(f"expected one of {', '.join(Kind)}; found {columns.shown(cell)!r}") from None


def _with_hint(error: object, hint: str) -> str:
    told = _plainly(str(error))
    return f"{told} {hint[:1].upper()}{hint[1:]}." if hint else told


def _plainly(message: str) -> str:
    """Name columns in place of the options of the command line, and leave out what to type there."""
    for name in (*columns.KNOWN, "new-benchmark", "setting"):
        message = message.replace(f"--{name.replace('_', '-')} ", f"{name} ").replace(
            f"--{name.replace('_', '-')}", name
        )
    cut = message.find(" `scorecast ")
    return message if cut < 0 else message[:cut]
