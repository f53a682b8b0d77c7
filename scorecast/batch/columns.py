"""The columns of a plan: what each means, and how its cells are read. All other columns are the user's own.

In: cells of any type. Out: texts, numbers and days; a cell that cannot be is a ``Fault`` that names row and column.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import NamedTuple

from records.importers.cells import blank, flat_text
from records.importers.untrusted import day, written_number
from records.job import Typed
from records.setting import Setting
from scorecast.questions.own_benchmark import OwnBenchmark
from scorecast.questions.planned import OwnModel

ASKED = ("model", "benchmark", "threshold", "as_of", "known")
SETTING = tuple(Setting.model_fields)
OWN_MODEL = tuple(field.name for field in fields(OwnModel))
RELEASED = "benchmark_released"
OWN_BENCHMARK = (*(field.name for field in fields(OwnBenchmark) if field.name != "released"), RELEASED)
KNOWN = (*ASKED, *SETTING, *OWN_MODEL, *OWN_BENCHMARK)

LONGEST = 1_000
"""Characters of a cell of the user's own."""
SHOWN = 80
LIKENESS = 0.8
TRUTHS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}


class Fault(NamedTuple):
    """What is wrong with one cell of a plan.

    Attributes:
        where: the row, as in the file: ``row 17``.
        column: empty where it is the row as a whole.
        value: as found, shortened.
        reason: what was expected, and what is near.
    """

    where: str
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        """Tell it on one line, with the place."""
        place = f"{self.where}, column {self.column}" if self.column else self.where
        return f"{place}: {self.reason}"


class BadCell(Exception):  # noqa: N818 - caught where the row is read
    """A cell is not what its column asks for; the message tells what was expected."""


def text(cell: object) -> str:
    """Return a cell as text; empty for one that holds nothing. A whole number loses the point that Parquet gave it."""
    if blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return flat_text(cell)


def number(cell: object) -> float | None:
    """Return a number; None for a cell that holds nothing.

    Raises:
        BadCell: it is none.
    """
    if blank(cell):
        return None
    told = cell.strip().removesuffix("%").strip() if isinstance(cell, str) else cell
    found = written_number(told)
    if found is None:
        raise BadCell(f"expected a number such as 62.5; found {shown(cell)!r}")
    return found


def date(cell: object) -> dt.date | None:
    """Return a day; None for a cell that holds nothing.

    Raises:
        BadCell: it is none.
    """
    if blank(cell):
        return None
    found = day(cell) if not isinstance(cell, int | float) else None
    if found is None:
        raise BadCell(f"expected a date as year-month-day, such as 2025-06-30; found {shown(cell)!r}")
    return found


def truth(cell: object) -> bool | None:
    """Return a truth value; None for a cell that holds nothing.

    Raises:
        BadCell: it is none.
    """
    if blank(cell):
        return None
    found = cell if isinstance(cell, bool) else TRUTHS.get(flat_text(cell).casefold())
    if found is None:
        raise BadCell(f"expected true or false; found {shown(cell)!r}")
    return found


def typed(cell: object) -> Typed:
    """Return a cell as it is carried along.

    Raises:
        BadCell: it is longer than is carried.
    """
    if cell is None or isinstance(cell, bool | int) or (isinstance(cell, float) and math.isfinite(cell)):
        return cell
    told = cell.isoformat() if isinstance(cell, dt.date) else cell if isinstance(cell, str) else str(cell)
    if len(told) > LONGEST:
        raise BadCell(f"a cell of your own may have {LONGEST:,} characters; found {len(told):,}")
    return told


def shown(cell: object) -> str:
    """Return a cell as an error shows it."""
    told = "" if cell is None else " ".join(str(cell).split())
    return told if len(told) <= SHOWN else f"{told[: SHOWN - 1]}…"


def known_as(names: Sequence[str]) -> dict[str, str]:
    """Return what columns are read as, in any case and with blanks or hyphens: ``As of`` is ``as_of``.

    A column of the user's own is itself, and so is one whose plain spelling stands beside it.
    """
    folded = {name: _folded(name) for name in names}
    counts = Counter(folded.values())
    return {name: plain if plain in KNOWN and counts[plain] == 1 else name for name, plain in folded.items()}


def misspelt(column: str) -> str:
    """Return the known column that one of the user's own may have been meant for; empty where none is near."""
    near = get_close_matches(_folded(column), KNOWN, n=1, cutoff=LIKENESS)
    return near[0] if near else ""


def _folded(column: str) -> str:
    return column.strip().casefold().replace(" ", "_").replace("-", "_")
