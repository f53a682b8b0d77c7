"""The table form of records: one row a record, typed columns, for everything that works on many at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from records.record import Record
from records.setting import Setting

SETTING_COLUMNS = tuple(Setting.model_fields)
COLUMNS = (
    "id", "model", "benchmark", "metric", "value", "standard_error", "items", *SETTING_COLUMNS,
    "published", "date_basis", "source", "url", "reporter", "duplicate_of", "note",
)  # fmt: skip
"""Columns of ``History.records``; ``published`` is datetime64, the numbers are float64 with NaN for unknown."""

NUMBERS = ("value", "standard_error", "items", "shots")
"""The columns that hold numbers."""

FEW = 200
"""Records up to which single values are taken from a table; beyond it the table is turned into lists."""


def to_frame(records: Sequence[Record]) -> pd.DataFrame:
    """Lay records out as rows with the columns ``COLUMNS``."""
    rows = [r.model_dump(exclude={"setting"}) | r.setting.model_dump() for r in records]
    return tidy_frame(pd.DataFrame(rows, columns=list(COLUMNS)))


def tidy_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of a record table their types: dates, float64 with NaN, and text without None."""
    numbers = {name: pd.to_numeric(frame[name]).astype("float64") for name in NUMBERS}
    texts = {name: frame[name].fillna("").astype(str) for name in COLUMNS if name not in {*NUMBERS, "published"}}
    return frame.assign(**numbers, **texts, published=frame["published"].astype("datetime64[us]"))[list(COLUMNS)]


def to_record(row: pd.Series | Mapping[Hashable, Any]) -> Record:
    """Build the record of one row of ``History.records``."""
    told = {key: None if pd.isna(row[key]) else row[key] for key in COLUMNS if key not in SETTING_COLUMNS}
    setting = {key: row[key] for key in SETTING_COLUMNS if not pd.isna(row[key])}
    return Record.model_validate(told | {"setting": Setting(**setting), "published": row["published"].date()})


class RecordReader:
    """Reads the records of a table one by one, each once; safe to use from several threads."""

    def __init__(self, frame: pd.DataFrame) -> None:
        """Take a table with the columns ``COLUMNS``, which does not change."""
        self._frame = frame
        self._read: dict[int, Record] = {}

    def at(self, row: int) -> Record:
        """Return the record in a row, counted from 0."""
        found = self._read.get(row)
        if found is None:
            columns = self._columns if len(self._read) < FEW else self._lists
            found = self._read[row] = to_record({name: column[row] for name, column in columns.items()})
        return found

    def find(self, record_id: str) -> Record | None:
        """Return the record of an id; None where the table has none."""
        row = self._rows.get(record_id)
        return None if row is None else self.at(row)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {str(key): row for row, key in enumerate(self._frame["id"].tolist())}

    @cached_property
    def _columns(self) -> Mapping[Hashable, Any]:
        """Arrays: taking single values from them is cheaper than taking rows of the table."""
        return {name: self._frame[name].tolist() if name in NUMBERS else self._frame[name].array for name in COLUMNS}

    @cached_property
    def _lists(self) -> Mapping[Hashable, Any]:
        """Lists, which take a moment to make, and then next to nothing for each record."""
        return {name: self._frame[name].tolist() for name in COLUMNS}
