"""Tables of the ledger for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from eval.track_record import Told
from records.ledger import Issued, Settled
from scorecast.ledger.in_force import InForce
from scorecast.showing.card import score

ID_SHOWN = 8
"""Digits of an id that are printed: enough to name one of many thousands."""


def entries_table(entries: Sequence[Issued]) -> Table:
    """One row a forecast."""
    table = _table("id", "issued", "model", "benchmark", "median", "90 % interval", "by")
    for entry in entries:
        stated, metric = entry.forecast.distribution, entry.forecast.question.metric
        low, high = (score(end, metric) for end in stated.interval(90))
        model, benchmark = entry.cell
        median = score(stated.median, metric)
        day = f"{entry.issued_at:%Y-%m-%d}"
        table.add_row(entry.id[:ID_SHOWN], day, model, benchmark, median, f"{low} to {high}", entry.forecast.method)
    return table


def settled_table(settled: Sequence[Settled]) -> Table:
    """One row a forecast that got its outcome."""
    table = _table("id", "model", "benchmark", "forecast", "outcome", "published", "inside 90 %")
    for one in settled:
        stated, metric = one.issued.forecast.distribution, one.issued.forecast.question.metric
        value, (low, high) = one.resolution.value, stated.interval(90)
        inside = Text("yes" if low <= value <= high else "no")
        told = score(stated.median, metric), score(value, metric), str(one.resolution.published)
        table.add_row(one.issued.id[:ID_SHOWN], *one.issued.cell, *told, inside)
    return table


def uncounted(told: Told) -> list[Text]:
    """What was settled and does not count, and why."""
    lines = []
    if told.hindsight:
        lines.append(f"{told.hindsight} more could know the outcome, which was public when they were issued.")
    if told.repeated:
        lines.append(f"{told.repeated} more repeat a question of the same as-of date.")
    return [Text(f"  {line}", style="dim") for line in lines]


def recalibration(found: Sequence[InForce]) -> list[Text]:
    """What recalibration by settled forecasts does to new ones."""
    lines = [one.sentence for one in found] or ["Recalibration by settled forecasts is off (SCORECAST_RECALIBRATION)."]
    return [Text(f"  {line}", style="dim") for line in lines]


def _table(*heads: str) -> Table:
    return Table(*heads, box=None, header_style="bold")
