"""``scorecast ledger``, ``resolve`` and ``track-record``: what was forecast, what came of it, and how good that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.bench_options import HtmlFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.ledger import Selection, Settled
    from scorecast.workspace import Workspace

app = typer.Typer(help="List and show the forecasts that were issued.", no_args_is_help=True)

Model = Annotated[str, typer.Option("--model", "-m", help="Only of this model.")]
Benchmark = Annotated[str, typer.Option("--benchmark", "-b", help="Only on this benchmark.")]
Method = Annotated[str, typer.Option("--forecaster", "-f", help="Only by this forecaster.")]
User = Annotated[str, typer.Option("--user", help="Only for this user.")]
Since = Annotated[str, typer.Option("--since", help="Only issued on this date or later.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def entries(
    *,
    model: Model = "",
    benchmark: Benchmark = "",
    forecaster: Method = "",
    user: User = "",
    since: Since = "",
    resolved: Annotated[
        bool | None, typer.Option("--resolved/--open", help="Only those with an outcome, or without.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to list.")] = 20,
    before: Annotated[str, typer.Option("--before", help="Only those issued before this one: the next page.")] = "",
    json: AsJson = False,
) -> None:
    """List issued forecasts, the newest first."""
    from scorecast.cli import session
    from scorecast.cli.ledger_tables import entries_table
    from scorecast.cli.output import console, print_json

    with session.workspace(quiet=json) as workspace:
        wanted = _selection(model, benchmark, forecaster, user, since).model_copy(update={"resolved": resolved})
        found = workspace.store.ledger.entries(wanted, limit=limit, before=before)
    if json:
        print_json([entry.model_dump(mode="json") for entry in found])
    else:
        console().print(entries_table(found) if found else "No forecast was issued yet that fits.")


@app.command("show")
def show(
    forecast: Annotated[str, typer.Argument(help="Its id, or the first digits of it.", show_default=False)],
    *,
    json: AsJson = False,
) -> None:
    """Show one forecast as it was issued."""
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.pipeline import Reply
    from scorecast.showing import card

    with session.workspace(quiet=json) as workspace:
        found = workspace.store.ledger.entry(forecast)
    if json:
        print_json(found.model_dump(mode="json"))
        return
    screen = console()
    screen.print(f"{found.id}, issued {found.issued_at:%Y-%m-%d %H:%M} UTC{f' for {found.user}' if found.user else ''}")
    card.show(screen, Reply(answer=found.forecast))


def resolve(
    forecast: Annotated[str, typer.Argument(help="Its id, or the first digits of it.")] = "",
    value: Annotated[float | None, typer.Argument(help="The score, in the unit of the benchmark.")] = None,
    *,
    published: Annotated[str, typer.Option("--published", help="When the score became public. Default: today.")] = "",
    source: Annotated[str, typer.Option("--source", help="Id of the source that published it.")] = "",
    url: Annotated[str, typer.Option("--url", help="Where it can be read.")] = "",
    from_records: Annotated[
        bool, typer.Option("--from-records", help="Settle every forecast whose cell was reported since.")
    ] = False,
) -> None:
    """Settle a forecast by its outcome, or all whose outcomes came in as records."""
    from records.errors import UsageError
    from scorecast.cli import session
    from scorecast.cli.ledger_tables import settled_table
    from scorecast.cli.output import console
    from scorecast.ledger.resolving import resolve as settle
    from scorecast.ledger.resolving import resolve_from_records
    from scorecast.showing.card import doubt

    if from_records and forecast:
        raise UsageError(f"--from-records settles all that was reported; leave it out to settle {forecast} alone.")
    if not from_records and not forecast:
        raise UsageError("Name a forecast and its value, as in `scorecast resolve 3f2a 71.5`, or say --from-records.")
    if not from_records and value is None:
        raise UsageError(f"Which score came of {forecast}? Say it, as in `scorecast resolve {forecast} 71.5`.")
    now, day = session.now(), session.parse_date(published, "--published") if published else None
    with session.workspace() as workspace:
        if value is None:
            settled = resolve_from_records(workspace.store, now=now)
        else:
            told = settle(workspace.store, forecast, value, now=now, published=day, source=source, url=url)
            settled = (told,)
        teach(workspace, settled)
    for one in settled if value is not None else ():
        if doubtful := doubt(one.resolution.value, one.issued.forecast.question.metric):
            session.tell(f"{doubtful.replace('ask for', 'enter')} A later outcome takes the place of this one.")
    console().print(settled_table(settled) if settled else "No open forecast has been reported since it was issued.")


def teach(workspace: Workspace, settled: Sequence[Settled]) -> None:
    """Learn how much the agent should count, where it had a part in what was just settled."""
    from scorecast.cli import session
    from scorecast.ledger.teaching import teach_agent

    count = teach_agent(workspace, settled, as_of=session.today())
    if count is not None:
        session.tell(f"The weight of the agent is learned anew, from {count:,} resolved questions.")


def track_record(
    *,
    model: Model = "",
    benchmark: Benchmark = "",
    forecaster: Method = "",
    user: User = "",
    since: Since = "",
    by_user: Annotated[bool, typer.Option("--by-user", help="Tell users apart instead of horizons.")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Write all scores to this folder, a file each.")] = None,
    html: HtmlFile = None,
) -> None:
    """Score the forecasts that were issued before their outcomes were public."""
    from eval.report import write_html
    from eval.track_record import By
    from records.errors import NotEnoughRecords
    from scorecast.cli import bench_tables, session
    from scorecast.cli.ledger_tables import recalibration, uncounted
    from scorecast.cli.output import console
    from scorecast.ledger.in_force import in_force
    from scorecast.ledger.track_record import track_record as scored

    screen = console()
    with session.workspace() as workspace:
        wanted = _selection(model, benchmark, forecaster, user, since)
        try:
            tracks = scored(workspace.store, wanted, by=By.USER if by_user else By.HORIZON)
        except NotEnoughRecords as none_yet:
            if json or html:
                raise  # what was asked for cannot be written
            screen.print(str(none_yet))
            return
        recalibrates, day = workspace.settings.recalibrates, session.today()
        forces = [in_force(track.told.counted, workspace.settled, day=day) if recalibrates else () for track in tracks]
    for track, found in zip(tracks, forces, strict=True):
        screen.print(bench_tables.forecasters(track.result))
        for line in (*uncounted(track.told), *recalibration(found)):
            screen.print(line)
        name = track.told.forecaster
        if json:
            json.mkdir(parents=True, exist_ok=True)
            track.result.write(json / f"{name}.json")
        if html:
            write_html(track.result, track.judged, html.with_stem(f"{html.stem}-{name}") if len(tracks) > 1 else html)


def _selection(model: str, benchmark: str, method: str, user: str, since: str) -> Selection:
    from records.ledger import Selection
    from scorecast.cli import session

    day = session.parse_date(since, "--since") if since else None
    return Selection(model=model, benchmark=benchmark, method=method, user=user, issued_from=day)
