"""The scores of a finished run as files: the whole result, what is shown of it, the report, and every forecast.

``result.json`` is what ``scorecast bench --json`` writes, ``report.html`` what ``--html`` writes; ``summary.json``
holds the figures without their smallest parts, and ``forecasts.csv`` one row a forecast beside its outcome and scores.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from eval.backtest import Finished
from eval.judged import Judged
from eval.measured import measure
from eval.report import write_html
from eval.result import ForecasterScores, Result
from eval.suites import Suite
from records.base import Value
from records.errors import DataError
from records.exporters.writing import write_whole
from scorecast.batch.output import disarmed
from scorecast.bench.backtests import result
from scorecast.ledger.track_record import calibration_of

SUMMARY, RESULT, REPORT, FORECASTS = "summary.json", "result.json", "report.html", "forecasts.csv"

LEVELS = (5, 10, 25, 50, 75, 90, 95)
"""Percent levels of the quantiles that the table has."""
QUANTILES = {f"q{level}": level - 1 for level in LEVELS}
TEXTS = ("fold", "group", "reason")
"""Columns whose words are free."""
ASKED = ("fold", "group", "model", "benchmark", "unit", "level", "shown", "observed", "status", "reason")
SCORES = ("error", "crps", "pit")
COLUMNS = ("forecaster", *ASKED, *QUANTILES, *SCORES)
NUMBERS = frozenset({"observed", *QUANTILES, *SCORES})
LONGEST = 20_000
"""Characters of one row; a row of ours has a few hundred."""


class Calibrated(Value):
    """How well calibrated one forecaster is, as of ``scorecast.ledger.track_record.Calibration``."""

    percents: tuple[float, ...]
    coverage: tuple[float, ...]
    pit: tuple[float, ...]


class Summary(Value):
    """What is shown of a finished run."""

    headline: str
    """The one sentence to remember; empty where there is nothing to compare."""
    result: Result
    """All figures with their intervals, but those of single benchmarks, families and evidence levels."""
    calibration: dict[str, Calibrated]
    """Of each forecaster that answered anything."""


def keep(folder: Path, suite: Suite, finished: Sequence[Finished]) -> None:
    """Score a finished backtest, and write all files.

    Raises:
        UsageError: the folder cannot be written to.
    """
    from eval.report.page import headline  # here, since it loads the library of the figures

    found, judged = result(suite, finished), [one.judged for one in finished]
    shown = Summary(
        headline=headline(found),
        result=found.model_copy(update={"forecasters": {n: _outline(s) for n, s in found.forecasters.items()}}),
        calibration={one.forecaster: _calibrated(told) for one in judged if len((told := one.answered).table)},
    )
    write_whole(folder / RESULT, found.write)
    write_whole(folder / REPORT, partial(write_html, found, judged))
    write_whole(folder / FORECASTS, partial(_write_table, judged))
    write_whole(folder / SUMMARY, partial(_write, shown.model_dump_json()))


def rows(path: Path, *, start: int, limit: int) -> tuple[list[dict[str, str | float | None]], int | None]:
    """Read some rows of the table of forecasts.

    Args:
        path: of the table.
        start: byte at which the first of them begins; 0 for the first row of all.
        limit: how many at most.

    Returns:
        The rows by column, and the byte at which the next one begins; None where there is none.

    Raises:
        DataError: no row begins there.
    """
    with path.open("rb") as file:
        head = len(file.readline())
        file.seek((start or head) - 1)
        if 0 < start < head or file.read(1) != b"\n":
            raise DataError("no row of the table begins there")
        lines = [line for _ in range(limit) if (line := file.readline(LONGEST))]
        after = file.tell()
        more = bool(file.read(1))
    parsed = csv.DictReader(io.StringIO(b"".join(lines).decode()), COLUMNS)
    return [_typed(row) for row in parsed], after if more else None


def _typed(row: dict[str, str]) -> dict[str, str | float | None]:
    told: dict[str, str | float | None] = dict(row)
    for name in NUMBERS:
        told[name] = float(row[name]) if row[name] else None
    return told | {"shown": int(row["shown"])}


def _calibrated(judged: Judged) -> Calibrated:
    return Calibrated(**calibration_of(judged)._asdict())


def _outline(scores: ForecasterScores) -> ForecasterScores:
    return scores.model_copy(update={"benchmarks": {}, "families": {}, "levels": {}})


def _write_table(judged: Sequence[Judged], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        for frame in _frames(judged):
            frame.to_csv(file, header=False, index=False, lineterminator="\n")


def _frames(judged: Sequence[Judged]) -> Iterator[pd.DataFrame]:
    for one in judged:
        measured = measure(one)
        frame = one.table[list(ASKED)].assign(**{name: one.quantiles[:, at] for name, at in QUANTILES.items()})
        frame = frame.assign(**{name: measured.columns[name] for name in SCORES})
        for name in TEXTS:
            frame[name] = [disarmed(" ".join(str(text).split())) for text in frame[name]]
        frame[sorted(NUMBERS)] = frame[sorted(NUMBERS)].astype(np.float64).round(6)
        frame.insert(0, "forecaster", one.forecaster)
        yield frame[list(COLUMNS)]


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
