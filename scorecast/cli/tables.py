"""Tables of records and import reports for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from records.batch import Added, Batch, Refusal
from records.history import History
from records.record import Record

ITEMISED = 20
"""Refusals and remarks that are printed of one file; ``--json`` has them all."""


def records_table(records: Iterable[Record]) -> Table:
    """One row a record."""
    table = Table("id", "model", "benchmark", "score", "published", "source", "setting", box=None, header_style="bold")
    for record in records:
        copy = " (copy)" if record.duplicate_of else ""
        told = str(record.setting) if record.setting.told() else ""
        row = (record.id[:10], record.model, record.benchmark, f"{record.value:g}", str(record.published))
        table.add_row(*row, record.source + copy, Text(told))
    return table


def record_table(record: Record, history: History) -> Table:
    """Everything that is known of one record, a row each."""
    benchmark, source = history.benchmarks[record.benchmark], history.sources[record.source]
    metric = benchmark.metric
    rows = {
        "id": record.id,
        "model": f"{record.model} ({history.models[record.model].name})",
        "benchmark": f"{record.benchmark} ({benchmark.name})",
        "metric": f"{record.metric or metric.name}, {metric.unit.value}",
        "value": f"{record.value:g}",
        "standard error": "" if record.standard_error is None else f"{record.standard_error:g}",
        "items": "" if record.items is None else str(record.items),
        "setting": str(record.setting),
        "published": f"{record.published} ({record.date_basis.value})",
        "reporter": record.reporter.value,
        "source": f"{source.name}{f', {source.licence}' if source.licence else ''}",
        "link": record.url or source.url,
        "copy of": record.duplicate_of,
        "note": record.note,
    }
    table = Table(box=None, show_header=False)
    for name, value in rows.items():
        if value:
            table.add_row(Text(name, style="bold"), Text(value))
    return table


def import_lines(batch: Batch, added: Added | None) -> Iterable[Text]:
    """What one file brought: taken, new, refused and why, repaired."""
    report = batch.report
    yield Text(f"{report.path} ({report.format or 'not read'})", style="bold")
    new = "" if added is None else f": {added.added} new, {added.already_there} there already"
    yield Text(f"  {_count(report.taken, 'record')} taken{new}")
    for reason, count in report.skipped.items():
        yield Text(f"  {count} passed over: {reason}", style="dim")
    if report.refused:
        yield Text(f"  {len(report.refused)} refused:", style="red")
    yield from _first([_refusal(one, report.path) for one in report.refused])
    if report.remarks:
        yield Text(f"  {_count(len(report.remarks), 'remark')}:", style="yellow")
    yield from _first(report.remarks)


def _refusal(told: Refusal, path: str) -> str:
    """Tell a refusal below the path of its file, which is not told again."""
    place = "" if told.where == path else told.where.removeprefix(f"{path}: ")
    value = f" = {told.value}" if told.value else ""
    return f"{place}{value}: {told.reason}" if place else told.reason.removeprefix(f"{path}: ")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _first(lines: Sequence[str]) -> Iterable[Text]:
    for line in lines[:ITEMISED]:
        yield Text(f"    {line}")
    if len(lines) > ITEMISED:
        yield Text(f"    ... and {len(lines) - ITEMISED} more; --json lists all", style="dim")
