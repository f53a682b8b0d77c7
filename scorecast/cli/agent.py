"""``scorecast agent``: what the agent said earlier, and how much it has earned to count."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Look at what the agent said, and learn how much it should count.", no_args_is_help=True)


@app.command("learn")
def learn(
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="Count only outcomes published by this date.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Learn the agent's weight from its forecasts, backtested ones included, whose outcomes are known by now."""
    from scorecast.agents.home import AgentHome
    from scorecast.agents.weights import learned, learned_json, learned_table
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.settings import Settings

    with session.workspace(quiet=json) as workspace:
        date = session.parse_date(as_of, "--as-of") if as_of else session.today()
        home = AgentHome.of(Settings.from_environment())
        record = learned(home, workspace.store, as_of=date)
    record.write(home.record_file)
    if json:
        print_json(learned_json(record))
    else:
        console().print(learned_table(record))


@app.command("show")
def show(
    what: Annotated[str, typer.Argument(help="Id of a forecast, or a part of its model's or benchmark's name.")] = "",
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many conversations.")] = 1,
) -> None:
    """Show conversations behind earlier forecasts of the agent; without an argument, list them."""
    from records.errors import UsageError
    from scorecast.agents.home import AgentHome
    from scorecast.cli.output import console
    from scorecast.settings import Settings
    from scorecast.showing.trace import listing, matching, trace

    kept = AgentHome.of(Settings.from_environment()).conversations
    found = matching(kept.all(), what)
    if not found:
        raise UsageError(f"No forecast of the agent {f'matches {what!r}' if what else 'is kept here yet'}.")
    screen = console()
    if not what:
        screen.print(listing(found))
        return
    for remembered in found[:limit]:
        screen.print(trace(remembered))
    if len(found) > limit:
        typer.echo(f"{len(found) - limit} more; --limit shows them.", err=True)
