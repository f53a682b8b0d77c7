"""``scorecast backup`` and ``scorecast restore``: the whole state in one file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)], *, force: Force = False
) -> None:
    """Write records, ledger, jobs and keys (as hashes) into one file; the service may go on meanwhile."""
    import importlib.metadata

    from scorecast.backup import back_up
    from scorecast.cli import session
    from scorecast.settings import Settings

    with _counting("written") as step:
        made = back_up(
            Settings.from_environment(),
            file,
            now=session.now(),
            program=importlib.metadata.version("scorecast"),
            overwrite=force,
            progress=step,
        )
    typer.echo(f"{sum(part.rows for part in made.tables.values()):,} rows written to {file}.", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `scorecast backup` wrote.", show_default=False)],
    *,
    force: Force = False,
) -> None:
    """Replace the whole state by that of a back-up, or change nothing; stop the service first."""
    from scorecast.backup import bring_back
    from scorecast.settings import Settings

    with _counting("read") as step:
        made = bring_back(Settings.from_environment(), file, overwrite=force, progress=step)
    rows = sum(part.rows for part in made.tables.values())
    typer.echo(f"{rows:,} rows restored, as of {made.made_at:%Y-%m-%d %H:%M %Z}.", err=True)


@contextmanager
def _counting(done: str) -> Iterator[Callable[[str, int], None]]:
    """Show on stderr how far the work is."""
    from rich.progress import Progress, TaskID, TextColumn

    from scorecast.cli.output import console

    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} rows " + done))
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def step(name: str, rows: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=None)
            progress.update(tasks[name], advance=rows)

        yield step
