"""The table form of records: one row a record, typed columns, for everything that works on many at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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
