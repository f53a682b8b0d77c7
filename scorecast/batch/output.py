"""The table of a job's forecasts: one row an item, in the order of the plan, as CSV, Parquet or JSON Lines.

In: outcomes from the store. Out: a file that appears whole, on the disk before it has its name, or not at all.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from records.errors import UsageError
from records.exporters.writing import write_whole
from records.job import Item, Typed
from records.quantiles import LEVELS
from records.store.jobs import Outcome, Stated
from scorecast.showing.reply_json import Json

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = tuple(f"q{round(100 * level):02d}" for level in LEVELS)
SUMMED_UP = {
    "median": "q50",
    "low50": "q25",
    "high50": "q75",
    "low80": "q10",
    "high80": "q90",
    "low90": "q05",
    "high90": "q95",
}
"""Median and ends of central intervals, with the quantiles that they are."""

NUMBERS = ("asked_threshold", "p_at_least", *SUMMED_UP, "usd")
FLOATS = frozenset((*NUMBERS, *QUANTILES))
COUNTS = ("model_scores", "benchmark_scores", "cell_reports", "calls", "tokens")
TEXTS = (
    "row",
    "state",
    "reason",
    "model_id",
    "benchmark_id",
    "setting",
    "knows_until",
    "unit",
    "known_level",
    "flags",
    "evidence_ids",
    "method",
    "forecast_id",
)
COLUMNS = (
    *("row", "state", "reason", "model_id", "benchmark_id", "setting", "knows_until", "unit"),
    *NUMBERS[:-1],
    *("known_level", *COUNTS[:3], "flags", "evidence_ids", "method"),
    *("calls", "tokens", "usd", "forecast_id"),
    *QUANTILES,
)
"""What the output has behind the columns of the plan itself."""

FACTS = tuple(name for name in COLUMNS if name not in QUANTILES and name not in SUMMED_UP)
"""The columns that no quantile is in."""

RESERVED = frozenset(COLUMNS)
FORMULA = re.compile(r"^[=+\-@\t\r]")
PLAIN_NUMBER = re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
KINDS = (".csv", ".parquet", ".jsonl")
AT_ONCE = 2_000
DIGITS = 6
"""Decimals of what is written."""

Cells = dict[str, object]


def cells_of(outcome: Outcome) -> Cells:
    """Return one item as a row: the cells of its plan, then ``COLUMNS``; what there is none of is None."""
    told: Cells = dict(outcome.item.typed) | dict.fromkeys(COLUMNS) | _facts(outcome)
    if outcome.stated is not None:
        told |= zip(QUANTILES, outcome.stated.distribution.quantiles, strict=True)
        told |= {name: told[quantile] for name, quantile in SUMMED_UP.items()}
    return told


def _facts(outcome: Outcome) -> Cells:
    """Return what of ``FACTS`` there is of one item."""
    item, stated = outcome
    told: Cells = {"row": item.where, "state": item.state.value, "reason": item.reason, "forecast_id": item.forecast_id}
    told |= {"calls": item.cost.calls, "tokens": item.cost.tokens, "usd": item.cost.usd}
    if item.question is not None:
        question = item.question
        told |= {
            "model_id": question.model.id,
            "benchmark_id": question.benchmark.id,
            "setting": "" if not question.setting.told() else str(question.setting),
            "knows_until": question.as_of.isoformat(),
            "unit": question.metric.unit.value,
            "asked_threshold": item.threshold,
        }
    return told if stated is None else told | _stated(item, stated)


def json_cells(outcome: Outcome) -> dict[str, Json]:
    """Return one item as JSON values."""
    told: dict[str, Json] = {}
    for name, value in cells_of(outcome).items():
        if isinstance(value, float):
            told[name] = round(value, DIGITS)
        else:
            told[name] = value if isinstance(value, bool | int | str) else None
    return told


def _stated(item: Item, forecast: Stated) -> Cells:
    level, threshold = forecast.evidence_level, item.threshold
    return {
        "p_at_least": None if threshold is None else round(forecast.distribution.exceedance(threshold), 4),
        "known_level": level.group,
        "model_scores": level.model_scores,
        "benchmark_scores": level.benchmark_scores,
        "cell_reports": level.cell_reports,
        "flags": " | ".join(flags(forecast)),
        "evidence_ids": " ".join(forecast.record_ids),
        "method": forecast.method,
    }


def flags(forecast: Stated) -> tuple[str, ...]:
    """What to be careful about: that the score is known or little is, and the caveats of the forecaster."""
    level = forecast.evidence_level
    told = ["already reported"] if level.cell_reports else []
    told += ["extrapolated: new model"] if not level.model_scores else []
    told += ["extrapolated: new benchmark"] if not level.benchmark_scores else []
    return (*told, *forecast.caveats)


def table_of(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return outcomes as a data frame with typed columns: those of the plan, then ``COLUMNS``."""
    import pandas as pd

    left, pages, typed = iter(outcomes), [_page(())], []
    while page := tuple(islice(left, AT_ONCE)):  # what was parsed of a page is let go of before the next is read
        pages.append(_page(page))
        typed += [outcome.item.typed for outcome in page]
    own = {name: _own([cells.get(name) for cells in typed]) for name in dict.fromkeys(chain.from_iterable(typed))}
    told = pd.concat(pages, ignore_index=True).round(dict.fromkeys(FLOATS, DIGITS))
    return pd.concat([pd.DataFrame(own, index=told.index), told], axis="columns")


def _page(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    import pandas as pd

    rows = [_facts(outcome) for outcome in outcomes]
    facts = {name: pd.Series([row.get(name) for row in rows], dtype=_kind(name)) for name in FACTS}
    told = np.full((len(outcomes), len(QUANTILES)), np.nan)
    for row, outcome in enumerate(outcomes):
        if outcome.stated is not None:
            told[row] = outcome.stated.distribution.quantiles
    quantiles = dict(zip(QUANTILES, told.T, strict=True))
    summed_up = {name: quantiles[quantile] for name, quantile in SUMMED_UP.items()}
    columns = facts | summed_up | quantiles
    return pd.DataFrame({name: columns[name] for name in COLUMNS}).fillna(dict.fromkeys(TEXTS, ""))


def _kind(name: str) -> str:
    return "float64" if name in FLOATS else "Int64" if name in COUNTS else "str"


def _own(cells: Sequence[Typed]) -> pd.Series:
    """A column of the user's: numbers stay numbers where all are, everything else is text."""
    import pandas as pd

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {bool}:
        return pd.Series(cells, dtype="boolean")
    if kinds == {int}:
        return pd.Series(cells, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(cells, dtype="float64")
    return pd.Series(["" if cell is None else str(cell) for cell in cells], dtype="str")


def check_output(path: Path) -> None:
    """Make sure, before anything is asked, that a file of this name can be written.

    Raises:
        UsageError: an ending that is not known, or a folder that cannot be written to.
    """
    if path.suffix.lower() not in KINDS:
        raise UsageError(f"{path}: the ending says how to write it; expected one of {', '.join(KINDS)}.")
    check_writable(path)


def check_writable(path: Path) -> None:
    """Make sure, before anything is asked, that a file can be written there.

    Raises:
        UsageError: it cannot.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file.")
    probe = path.with_name(f".{path.name}.probe")
    write_text(probe, "x")
    probe.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text to a file, whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """

    def fill(target: Path) -> None:
        target.write_text(text, encoding="utf-8")

    write_whole(path, fill)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table to a file, whole or not at all; in CSV a text that a spreadsheet would run stays a text.

    Args:
        frame: as ``table_of`` makes it.
        path: its ending says how.

    Raises:
        UsageError: it cannot be written.
    """
    write = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines}[path.suffix.lower()]
    write_whole(path, lambda target: write(frame, target))


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV; texts that a spreadsheet would run as formulas have an apostrophe before them."""
    texts = [name for name in frame.columns if frame[name].dtype == "str"]
    safe = frame.assign(**{name: frame[name].map(disarmed) for name in texts}).rename(columns=disarmed)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def disarmed(value: str) -> str:
    """Return a text as a spreadsheet may have it."""
    return f"'{value}" if FORMULA.match(value) and not PLAIN_NUMBER.match(value) else value


def _csv(frame: pd.DataFrame, target: Path) -> None:
    target.write_text(csv_text(frame), encoding="utf-8")


def _parquet(frame: pd.DataFrame, target: Path) -> None:
    frame.to_parquet(target, engine="pyarrow", index=False)


def _json_lines(frame: pd.DataFrame, target: Path) -> None:
    frame.to_json(target, orient="records", lines=True, double_precision=10, force_ascii=False)
