"""Plans: a table of planned experiments becomes items, each with a question, or with everything that is wrong with it.

In: rows of a file, a grid, a data frame or a request. Out: a ``Plan``. All faults of all rows are found at once; a row
with faults stays in its place as a refused item, so that the output has as many rows as the plan.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import UsageError
from records.importers.rows import Row, Rows, read_rows
from records.job import Item, ItemState
from records.names.catalogue import Catalogue
from scorecast.batch.columns import KNOWN, Fault, known_as, misspelt, typed
from scorecast.batch.output import RESERVED
from scorecast.batch.rows import RowReader

if TYPE_CHECKING:
    import pandas as pd

MOST_ITEMS = 100_000
"""Items of one plan; each may take 2 KB in the store, and 14 KB once it is forecast."""


@dataclass(frozen=True)
class Plan:
    """What a table asks for.

    Attributes:
        name: such as the name of the file.
        items: one a row, in the order of the rows.
        faults: everything that is wrong with the refused ones.
        remarks: what a user should know of the rest.
        digest: SHA-256 of the cells: equal tables have equal ones, whatever the day.
    """

    name: str
    items: tuple[Item, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    digest: str


def read_plan(
    table: Rows,
    catalogue: Catalogue,
    *,
    name: str,
    today: dt.date,
    as_of: dt.date | None = None,
    withhold: bool = False,
) -> Plan:
    """Read every row of a table.

    Args:
        table: the rows.
        catalogue: known names.
        name: of the plan.
        today: no as-of date lies after it.
        as_of: of the rows that tell none; today by default.
        withhold: forecast as if none of the scores had been reported.

    Raises:
        UsageError: the table is no plan: columns are missing, or there are too many rows.
    """
    meant = known_as(table.columns)
    _check(table, name, list(meant.values()))
    reader = RowReader(catalogue, today=today, as_of=as_of or today, withhold=withhold)
    items: list[Item] = []
    faults: list[Fault] = []
    for number, row in enumerate(table.rows):
        found = reader.read(Row(row.where, {meant.get(column, column): cell for column, cell in row.cells.items()}))
        faults += found.faults
        items.append(
            Item(
                number=number,
                where=row.where,
                typed=_typed(row),
                question=found.question,
                threshold=found.threshold if found.question else None,
                state=ItemState.OPEN if found.question else ItemState.REFUSED,
                reason="; ".join(f"{one.column or 'row'}: {one.reason}" for one in found.faults)[:4_000],
            )
        )
    return Plan(
        name, tuple(items), tuple(faults), tuple(_remarks(table, reader.unheeded)), _digest(table, as_of, withhold)
    )


def plan_file(path: Path) -> Rows:
    """Read the rows of a CSV, Parquet, JSON or JSON Lines file.

    Raises:
        ImportRefused: the file is missing, damaged, too large, or no table.
    """
    return read_rows(path)


def grid(models: Sequence[str], benchmarks: Sequence[str], settings: Mapping[str, Sequence[str]]) -> Rows:
    """Combine every model with every benchmark in every setting.

    Raises:
        UsageError: nothing to combine, or too much.
    """
    if not models or not benchmarks:
        raise UsageError("A grid combines models and benchmarks: give both --models a,b and --benchmarks x,y.")
    columns = ("model", "benchmark", *settings)
    choices = (models, benchmarks, *settings.values())
    size = 1
    for choice in choices:
        size *= len(choice)
    if size > MOST_ITEMS:
        raise UsageError(f"This grid has {size:,} combinations; a plan may have {MOST_ITEMS:,}. Split it.")
    cells = (dict(zip(columns, combination, strict=True)) for combination in product(*choices))
    return Rows(columns, tuple(Row(f"combination {n}", one) for n, one in enumerate(cells, start=1)))


def table_of(entries: Iterable[Mapping[str, object]]) -> Rows:
    """Return rows that came as mappings, such as those of a request."""
    rows = tuple(Row(f"row {n}", dict(entry)) for n, entry in enumerate(entries, start=1))
    return Rows(tuple(dict.fromkeys(column for row in rows for column in row.cells)), rows)


def frame_rows(frame: pd.DataFrame) -> Rows:
    """Return the rows of a data frame; what it counts as missing is an empty cell.

    Raises:
        UsageError: two columns have one name.
    """
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise UsageError("Two columns of the data frame have one name: rename one of them.")
    plain = frame.astype(object).where(frame.notna(), None)
    cells = (dict(zip(names, map(_plain, row), strict=True)) for row in plain.itertuples(index=False, name=None))
    return Rows(tuple(names), tuple(Row(f"row {n}", one) for n, one in enumerate(cells, start=1)))


def _plain(cell: object) -> object:
    """Unwrap scalars of NumPy, and days of pandas."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    return cell.item() if hasattr(cell, "item") else cell


def _check(table: Rows, name: str, meant: Sequence[str]) -> None:
    if not table.rows:
        raise UsageError(f"{name} holds no rows: a plan has one row an experiment.")
    if len(table.rows) > MOST_ITEMS:
        raise UsageError(f"{name} has {len(table.rows):,} rows; a plan may have {MOST_ITEMS:,}. Split it.")
    missing = [column for column in ("model", "benchmark") if column not in meant]
    if missing:
        found = ", ".join(table.columns[:12]) or "none"
        raise UsageError(
            f"{name} has no column {' and no column '.join(missing)}; its columns are {found}. "
            f"Rename the one that is meant to {missing[0]}."
        )
    taken = [column for column in table.columns if column in RESERVED]
    if taken:
        raise UsageError(f"{name} has a column {taken[0]!r}, which the output has as well: rename it.")


def _typed(row: Row) -> dict[str, str | int | float | bool | None]:
    told = {}
    for column, cell in row.cells.items():
        if column:
            told[column] = typed(str(cell)[:200] if isinstance(cell, str) and len(cell) > 200 else cell)
    return told


def _remarks(table: Rows, unheeded: Counter[str]) -> list[str]:
    read_as = known_as(table.columns)
    own = [column for column in table.columns if column and read_as[column] not in KNOWN]
    near = {column: misspelt(column) for column in own}
    told = [f"column {c!r} is carried along; was {meant!r} meant?" for c, meant in near.items() if meant]
    return told + [
        f"column {column!r} tells of your own models and benchmarks: not heeded in {count:,} rows about known ones"
        for column, count in unheeded.items()
    ]


def _digest(table: Rows, as_of: dt.date | None, withhold: bool) -> str:  # noqa: FBT001 - one of the things hashed
    digest = hashlib.sha256(json.dumps([list(table.columns), str(as_of), withhold]).encode())
    for row in table.rows:
        digest.update(json.dumps(list(row.cells.values()), default=str).encode())
    return digest.hexdigest()
