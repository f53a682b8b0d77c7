"""``scorecast keys``: who may use the HTTP API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(help="Make, list and revoke keys to the HTTP API.", no_args_is_help=True)


class Opens(StrEnum):
    """What a key opens; each holds those before it."""

    READ = "read"
    FORECAST = "forecast"
    ADMIN = "admin"


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; the ledger says so of its forecasts.", show_default=False)],
    *,
    scope: Annotated[
        Opens, typer.Option("--scope", help="read; forecast: ask and settle too; admin: import too.")
    ] = Opens.FORECAST,
    per_minute: Annotated[
        int, typer.Option("--per-minute", min=1, max=1_000_000, help="Requests that it may make in a minute.")
    ] = 600,
) -> None:
    """Make a key; it is shown now and never again."""
    from records.access_key import Scope
    from scorecast.cli import session
    from scorecast.keys import create_key

    with session.workspace() as workspace:
        made = create_key(workspace.store, name, scope=Scope(scope.value), now=session.now(), per_minute=per_minute)
    typer.echo(made.secret)
    typer.echo(f"Key {made.key.id} of {name}: keep it well, only a hash of it is kept here.", err=True)


@app.command("list")
def list_() -> None:
    """List all keys, revoked ones too; never their secrets."""
    from rich.table import Table
    from rich.text import Text

    from scorecast.cli import session
    from scorecast.cli.output import console

    with session.workspace() as workspace:
        keys = workspace.store.keys.all()
    table = Table("id", "name", "scope", "a minute", "made", "revoked", box=None, header_style="bold")
    for key in keys:
        revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
        row = (key.id, key.name, key.scope.value, str(key.per_minute), f"{key.made_at:%Y-%m-%d %H:%M}", revoked)
        table.add_row(*map(Text, row))
    console().print(table if keys else "There is no key yet: `scorecast keys create NAME` makes one.")


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, as `keys list` shows it.", show_default=False)],
) -> None:
    """Revoke a key for good, at once."""
    from scorecast.cli import session

    with session.workspace() as workspace:
        key = workspace.store.keys.revoke(key_id, revoked_at=session.now())
    typer.echo(f"Key {key.id} of {key.name} opens nothing any more.")
