"""``scorecast records``: search, show, import and export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from records.batch import Added, Batch
    from records.history import History
    from records.importers import Mapping, Overrides
    from scorecast.showing.reply_json import Json
    from scorecast.workspace import Workspace

app = typer.Typer(help="Search, show, import and export records.", no_args_is_help=True)

Many = list[str]
Models = Annotated[Many | None, typer.Option("--model", "-m", help="Only this model; repeatable.")]
Benchmarks = Annotated[Many | None, typer.Option("--benchmark", "-b", help="Only this benchmark; repeatable.")]
Sources = Annotated[Many | None, typer.Option("--source", help="Only this source; repeatable.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Only what was published by this date.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class Format(StrEnum):
    """What records are exported as."""

    CSV = "csv"
    PARQUET = "parquet"
    EVERY_EVAL_EVER = "every-eval-ever"


@app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Words of model, benchmark or source.", show_default=False)] = "",
    *,
    model: Models = None,
    benchmark: Benchmarks = None,
    source: Sources = None,
    since: Annotated[str, typer.Option("--since", help="Only what was published on this date or later.")] = "",
    as_of: AsOf = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to list.")] = 20,
    json: AsJson = False,
) -> None:
    """List records, the newest first."""
    from records.history import to_record
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.cli.tables import records_table

    with session.workspace(quiet=json) as workspace:
        found = _narrowed(workspace, text, model, benchmark, source, since, as_of)
    rows = [to_record(row) for _, row in found.records.head(limit).iterrows()]
    if json:
        print_json([row.model_dump(mode="json") for row in rows])
    else:
        screen = console()
        screen.print(records_table(rows))
        screen.print(f"{len(rows)} of {len(found):,} records.", style="dim")
    if not rows:
        raise typer.Exit(1)


@app.command("show")
def show(
    record_id: Annotated[str, typer.Argument(help="Id of a record, as `records search` lists it.", show_default=False)],
    *,
    json: AsJson = False,
) -> None:
    """Show one record with everything that is known of it."""
    from records.errors import UsageError
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.cli.tables import record_table

    with session.workspace(quiet=json) as workspace:
        history = workspace.store.history(as_of=session.today())
    matching = [key for key in history.records["id"] if key.startswith(record_id)] if record_id else []
    if len(matching) != 1:
        what = f"{len(matching)} records begin" if matching else "No record begins"
        raise UsageError(f"{what} with {record_id!r}. `scorecast records search` lists ids.")
    record = history.record(matching[0])
    if json:
        print_json(record.model_dump(mode="json"))
    else:
        console().print(record_table(record, history))


@app.command("import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(help="Result files, run folders, or folders of them.", show_default=False)
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="YAML file that says what the columns of a table mean.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, but store nothing.")] = False,
    model: Annotated[str, typer.Option("--model", help="Name of the model, where a file names none.")] = "",
    source: Annotated[str, typer.Option("--source", help="Id of the source to file the records under.")] = "",
    published: Annotated[str, typer.Option("--published", help="Date of the scores, where a file has none.")] = "",
    accept_partial: Annotated[
        bool, typer.Option("--accept-partial", help="Take runs on a part of a benchmark too.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Import results; ends with what was taken, what was refused and why.

    Understands Every Eval Ever 0.2 and 0.3, lm-evaluation-harness, inspect, HELM run folders and the BenchPress
    matrix by themselves; CSV, Parquet, JSONL and YAML tables through a mapping, which is proposed when none is given.
    """
    from records.errors import UsageError
    from records.importers import Overrides, load_mapping
    from scorecast.cli import session

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"{', '.join(missing)}: there is no such file or folder.")
    overrides = Overrides(
        model=model,
        source=source,
        published=session.parse_date(published, "--published") if published else None,
        accept_partial=accept_partial,
    )
    chosen = load_mapping(mapping) if mapping else None
    with session.workspace(quiet=json) as workspace:
        if chosen is None and _propose(workspace, paths):
            raise typer.Exit(1)
        done = _import(workspace, paths, chosen, overrides, dry_run=dry_run)
        if not dry_run:
            _settle(workspace)
    _report(done, dry_run=dry_run, json=json)
    if any(batch.report.refused for batch, _ in done):
        raise typer.Exit(1)


@app.command("export")
def export(
    path: Annotated[Path, typer.Argument(help="File to write; a folder for every-eval-ever.", show_default=False)],
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = Format.CSV,  # noqa: A002
    model: Models = None,
    benchmark: Benchmarks = None,
    source: Sources = None,
    as_of: AsOf = "",
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Export records whole: the file appears when it is complete."""
    from records import exporters
    from scorecast.cli import session

    writers = {
        Format.CSV: exporters.export_csv,
        Format.PARQUET: exporters.export_parquet,
        Format.EVERY_EVAL_EVER: exporters.export_every_eval_ever,
    }
    with session.workspace() as workspace:
        wanted = _narrowed(workspace, "", model, benchmark, source, "", as_of)
    report = writers[format](wanted, path, overwrite=force)
    typer.echo(
        f"{report.records:,} records written to {report.path} ({report.files:,} file{'s' * (report.files != 1)})."
    )
    for remark in (*report.remarks, *(f"{count} left out: {why}" for why, count in report.left_out.items())):
        typer.echo(remark, err=True)
    if report.left_out:
        raise typer.Exit(1)


def _narrowed(
    workspace: Workspace,
    text: str,
    model: Many | None,
    benchmark: Many | None,
    source: Many | None,
    since: str,
    as_of: str,
) -> History:
    from scorecast.cli import session
    from scorecast.narrowing import Wanted, narrow

    wanted = Wanted(
        text=text,
        models=model or (),
        benchmarks=benchmark or (),
        sources=source or (),
        since=session.parse_date(since, "--since") if since else None,
    )
    date = session.parse_date(as_of, "--as-of") if as_of else session.today()
    return narrow(workspace.store.history(as_of=date), wanted, workspace.store.catalogue())


def _propose(workspace: Workspace, paths: list[Path]) -> bool:
    """Print a mapping for the first table that needs one; nothing is imported then."""
    from records.importers import needs_mapping, propose_mapping

    table = next((path for path in paths if path.is_file() and needs_mapping(path)), None)
    if table is None:
        return False
    typer.echo(propose_mapping(table, names=workspace.store.catalogue()).to_yaml(), nl=False)
    typer.echo(
        f"{table} is a table, and nothing was imported: only you know what its columns mean. Save the mapping "
        f"above to a file, correct it, and run again with --mapping FILE (first with --dry-run).",
        err=True,
    )
    return True


def _import(
    workspace: Workspace, paths: list[Path], mapping: Mapping | None, overrides: Overrides, *, dry_run: bool
) -> list[tuple[Batch, Added | None]]:
    import datetime as dt

    from records.importers import read_all
    from scorecast.cli import session

    names = workspace.store.catalogue()
    batches = read_all(paths, names=names, today=session.today(), mapping=mapping, overrides=overrides)
    if dry_run:
        return [(batch, None) for batch in batches]
    now = dt.datetime.now(dt.UTC)
    return [(batch, workspace.store.add(batch, imported_at=now)) for batch in batches]


def _settle(workspace: Workspace) -> None:
    """Settle the forecasts of the ledger whose outcomes have come in."""
    from scorecast.cli import session
    from scorecast.cli.ledger import teach
    from scorecast.ledger.resolving import resolve_from_records

    settled = resolve_from_records(workspace.store, now=session.now())
    if settled:
        session.tell(f"Forecasts of the ledger that are settled by now: {len(settled):,}.")
    teach(workspace, settled)


def _report(done: list[tuple[Batch, Added | None]], *, dry_run: bool, json: bool) -> None:
    from scorecast.cli.output import console, print_json
    from scorecast.cli.tables import import_lines

    if json:
        print_json([_told(batch, added) for batch, added in done])
        return
    screen = console()
    for batch, added in done:
        for line in import_lines(batch, added):
            screen.print(line)
    if dry_run:
        screen.print("A dry run: nothing was stored.", style="bold")


def _told(batch: Batch, added: Added | None) -> Json:
    stored = added.model_dump(mode="json") if added else None
    return {"report": batch.report.model_dump(mode="json"), "stored": stored}
