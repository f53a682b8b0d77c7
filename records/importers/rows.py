"""Rows of a table, whatever the file: CSV, Parquet, JSON (array or object of objects), JSON Lines, or a YAML list.

Out: the names of the columns, and rows as mappings with the place they come from. Nested objects become columns with
dotted names (``pass@1.humaneval``); the key of an object of objects is the column ``@key``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from records.errors import ImportRefused
from records.importers.bounded import LIMITS, check_lines, check_size, parse_json, read_text
from records.importers.plain_yaml import parse_yaml

KEY = "@key"
PARQUET_MAGIC = b"PAR1"
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx, .ods and .xls begin."""

MOST_ROWS = 2_000_000
MOST_CELLS = 50_000_000
_NESTING = 4


@dataclass(frozen=True)
class Row:
    """One row: where it stands (``row 17``) and its cells by column."""

    where: str
    cells: Mapping[str, object]


@dataclass(frozen=True)
class Rows:
    """A table that was read whole."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_rows(path: Path) -> Rows:
    """Read a table of any known kind, recognised by content.

    Raises:
        ImportRefused: the file is damaged, too large, or no table.
    """
    check_size(path, most=LIMITS.file_bytes)
    with path.open("rb") as stream:
        magic = stream.read(len(PARQUET_MAGIC))
    if magic == PARQUET_MAGIC:
        return _parquet(path)
    if magic in SPREADSHEETS:
        raise ImportRefused(f"{path}: is a spreadsheet or an archive: save the sheet as CSV in UTF-8, and give that.")
    text = read_text(path)
    start = text.lstrip()[:1]
    if is_json_lines(text):
        return _json_lines(text, str(path))
    if start in ("[", "{"):
        return _objects(parse_json(text, where=str(path)), str(path))
    if text.lstrip().startswith("- "):
        return _objects(parse_yaml(text, where=str(path)), str(path))
    return _csv(path)


def is_json_lines(text: str) -> bool:
    """Whether a text holds one JSON object a line, and more than one."""
    first, _, rest = text.strip().partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")


def _json_lines(text: str, where: str) -> Rows:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return _table([(f"line {n}", parse_json(line, where=f"{where}: line {n}")) for n, line in lines], where)


def _objects(document: object, where: str) -> Rows:
    """A list of objects, an object of objects, or one object as the only row."""
    if isinstance(document, list):
        return _table([(f"entry {n}", entry) for n, entry in enumerate(document, start=1)], where)
    if isinstance(document, dict) and document and all(isinstance(entry, dict) for entry in document.values()):
        return _table([(f"entry {k!r}"[:100], {KEY: k, **entry}) for k, entry in document.items()], where)
    return _table([("entry 1", document)], where)


def _table(entries: Sequence[tuple[str, object]], where: str) -> Rows:
    rows = []
    for place, entry in entries:
        if not isinstance(entry, dict):
            raise ImportRefused(f"{where}: {place} is no object; every row of a table must be one.")
        rows.append(Row(place, dict(_flat(entry))))
    columns = dict.fromkeys(column for row in rows for column in row.cells)
    return Rows(tuple(columns), tuple(rows))


def _flat(entry: Mapping[object, object], *, prefix: str = "", depth: int = 0) -> Iterable[tuple[str, object]]:
    for key, value in entry.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth < _NESTING:
            yield from _flat(value, prefix=f"{name}.", depth=depth + 1)
        else:
            yield name, value


def csv_rows(path: Path) -> list[list[str]]:
    """Read a delimited text file: its header, then the rows; those without a cell that holds anything are left out.

    Raises:
        ImportRefused: damaged, a header without columns, or a column that stands twice.
    """
    header, body = _read_csv(path)
    return [header, *(cells for _, cells in body)]


def _read_csv(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and the rows with the numbers that a spreadsheet gives them."""
    text = read_text(path)
    check_lines(text, where=str(path))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        rows = [(number, row) for number, row in enumerate(reader, start=1) if any(map(str.strip, row))]
    except csv.Error as error:
        raise ImportRefused(f"{path}: is no sound CSV table ({error}).") from error
    if not rows or len(rows[0][1]) < 2:
        raise ImportRefused(f"{path}: is no table: its first line names fewer than two columns.")
    header = [name.strip() for name in rows[0][1]]
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ImportRefused(f"{path}: the column {sorted(twice)[0]!r} stands twice in its header.")
    return header, rows[1:]


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",\t;", key=header.count)


def _csv(path: Path) -> Rows:
    header, body = _read_csv(path)
    rows = []
    for number, cells in body:
        padded = [*cells, *[""] * (len(header) - len(cells))]
        extra = any(cell.strip() for cell in padded[len(header) :])
        rows.append(Row(f"row {number}", {} if extra else dict(zip(header, padded, strict=False))))
    return Rows(tuple(header), tuple(rows))


def _parquet(path: Path) -> Rows:
    import pandas as pd
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            rows, columns = file.metadata.num_rows, file.metadata.num_columns
        if rows > MOST_ROWS or rows * max(columns, 1) > MOST_CELLS:
            raise ImportRefused(f"{path}: has {rows} rows; at most {MOST_ROWS} are read.")
        frame = pd.read_parquet(path, engine="pyarrow")
    except (ArrowException, ValueError, OSError, TypeError, KeyError, RuntimeError, MemoryError) as error:
        raise ImportRefused(f"{path}: is a damaged Parquet file ({str(error)[:120]}).") from error
    names = tuple(str(column) for column in frame.columns)
    if len(set(names)) < len(names):
        raise ImportRefused(f"{path}: a column stands twice.")
    cells = frame.astype(object).itertuples(index=False, name=None)
    return Rows(names, tuple(_plain_row(n, names, row) for n, row in enumerate(cells, start=1)))


def _plain_row(number: int, names: Sequence[str], row: Sequence[object]) -> Row:
    return Row(f"row {number}", {name: _plain(cell) for name, cell in zip(names, row, strict=True)})


def _plain(cell: object) -> object:
    """Unwrap scalars of numpy; what marks a missing cell becomes None."""
    value = cell.item() if hasattr(cell, "item") and getattr(cell, "ndim", 0) == 0 else cell
    missing = value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NaTType"
    return None if missing or type(value).__name__ == "NAType" else value
