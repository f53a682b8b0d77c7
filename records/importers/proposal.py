"""A proposed mapping for a table: guesses from names and values, each with its reason, for a person to correct.

In: the path of a table and the catalogue. Out: a mapping and the reasons; nothing is imported by a proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from records.errors import ImportRefused, UsageError
from records.importers.cells import blank, flat_text
from records.importers.claim import Names
from records.importers.mapping import Column, Habit, Mapping, Origin, Published, to_yaml
from records.importers.newcomers import slug
from records.importers.rows import KEY, Rows, read_rows
from records.importers.untrusted import day, written_number
from records.names.fold import fold

_MODEL = ("model", "model name", "model id", "model version", "fullname", "name", "key", KEY)
_BENCHMARK = ("benchmark", "benchmark id", "benchmark name", "task", "dataset", "eval", "evaluation")
_VALUE = ("score", "value", "accuracy", "result", "metric value")
_DATE = ("date", "published", "evaluation date", "submission date", "created at", "score date")
_LINK = ("url", "link", "source link", "source url", "self reported source link")
_SAMPLE = 500


@dataclass(frozen=True)
class Proposal:
    """A mapping that may be right, and why each part of it was guessed.

    Attributes:
        mapping: the guess.
        reasons: one sentence for each part.
        left_out: columns that the mapping does not use.
    """

    mapping: Mapping
    reasons: tuple[str, ...]
    left_out: tuple[str, ...]

    def to_yaml(self) -> str:
        """Write the mapping as YAML under comments that tell the reasons."""
        lines = ["# A proposed mapping: check every guess before you import with it."]
        lines += [f"# - {reason}" for reason in self.reasons]
        if self.left_out:
            lines.append(f"# Not used: {', '.join(self.left_out[:60])}")
        comments = "\n".join(" ".join(line.split()) for line in lines)
        return f"{comments}\n{to_yaml(self.mapping)}"


def propose_mapping(path: Path, *, names: Names) -> Proposal:
    """Guess what the columns of a table mean.

    Raises:
        ImportRefused: no table, or no column looks like the model's name or like scores.
    """
    table = read_rows(path)
    reasons: list[str] = []
    model = _named(table, _MODEL, "model", reasons)
    if not model:
        raise ImportRefused(f"{path}: no column looks like the model's name among {', '.join(table.columns[:12])}.")
    benchmark = _named(table, _BENCHMARK, "benchmark", reasons)
    value = _named(table, _VALUE, "value", reasons) if benchmark else ""
    parts = _long(table, benchmark, value, reasons) if value else _wide(table, model, names, reasons)
    parts = parts or _single(table, path.stem, reasons)
    if not parts:
        raise ImportRefused(f"{path}: no column is named like a known benchmark or a score; write a mapping yourself.")
    date = _date(table, reasons)
    link = _named(table, _LINK, "url", reasons)
    source = Origin(id=slug(path.stem, joint="-"), name=path.stem[:200] or "table")
    published = Published(column=date) if date else None
    mapping = Mapping.model_validate({"source": source, "model": model, "published": published, "url": link, **parts})
    used = {model, benchmark, value, date, link, *mapping.scores}
    return Proposal(mapping, tuple(reasons), tuple(column for column in table.columns if column not in used))


def _date(table: Rows, reasons: list[str]) -> str:
    date = _named(table, _DATE, "published", reasons)
    if date and not all(day(cell) for cell in _told(table, date)):
        reasons.append(f"published.format must be filled in: the dates in {date!r} are not ISO dates")
    return date


def _named(table: Rows, spellings: Sequence[str], part: str, reasons: list[str]) -> str:
    by_name = {fold(column) if column != KEY else KEY: column for column in table.columns}
    found = next((by_name[spelling] for spelling in spellings if spelling in by_name), "")
    if found:
        reasons.append(f"{part}: the column {found!r} is named so")
    return found


def _long(table: Rows, benchmark: str, value: str, reasons: list[str]) -> dict[str, object]:
    habit, reason = _habit(_told(table, value))
    reasons.append(f"scale of {value!r}: {reason}")
    return {"benchmark": benchmark, "value": value, "scale": habit}


def _wide(table: Rows, model: str, names: Names, reasons: list[str]) -> dict[str, object]:
    scores: dict[str, Column] = {}
    for column in table.columns:
        known = _known_benchmark(column, names) if column != model else ""
        cells = _told(table, column)
        bad = [flat_text(cell) for cell in cells if not _is_score(cell)]
        if known and bad:
            reasons.append(
                f"left out {column!r}, known as {known}: {bad[0][:40]!r} is no number (decimals have a point)"
            )
        elif known and cells:
            habit, reason = _habit(cells)
            scores[column] = Column(benchmark=known, scale=habit)
            reasons.append(f"scores.{column}: the catalogue knows it as {known}; {reason}")
    return {"scores": scores} if scores else {}


def _single(table: Rows, stem: str, reasons: list[str]) -> dict[str, object]:
    """One column of scores and nothing that names the benchmark: the file's name stands in for it."""
    column = _named(table, _VALUE, "scores", reasons)
    if not column:
        return {}
    habit, reason = _habit(_told(table, column))
    reasons.append(f"scores.{column}: no column names the benchmark, so the file does: put its name there; {reason}")
    return {"scores": {column: Column(benchmark=stem[:200] or "benchmark", scale=habit)}}


def _known_benchmark(column: str, names: Names) -> str:
    try:
        found = names.find_benchmark(column)
    except UsageError:
        return ""
    return found.id if found else ""


def _told(table: Rows, column: str) -> list[object]:
    cells = (row.cells.get(column) for row in table.rows[:_SAMPLE])
    return [cell for cell in cells if not blank(cell)]


def _is_score(cell: object) -> bool:
    return written_number(flat_text(cell).removesuffix("%")) is not None


def _habit(cells: Sequence[object]) -> tuple[Habit | None, str]:
    texts = [flat_text(cell) for cell in cells]
    if texts and all(told.endswith("%") for told in texts):
        return Habit.TEXT_PERCENT, "its texts end in a percent sign"
    numbers = [number for told in texts if (number := written_number(told)) is not None]
    if not numbers:
        return None, "it holds no numbers: say the scale yourself"
    low, high = min(numbers), max(numbers)
    span = f"its values go from {low:g} to {high:g}"
    if low >= 0.0 and high <= 1.0:
        return Habit.FRACTION, f"{span}, so fractions seem meant"
    if low >= 0.0 and 2.0 < high <= 100.0:
        small = sum(0.0 < number < 1.0 for number in numbers)
        mixed = f"; {small} of them below 1: see that these are no fractions" if small else ""
        return Habit.PERCENT, f"{span}, so percentages seem meant{mixed}"
    return Habit.NATIVE, f"{span}, so neither fractions nor percentages seem meant"
