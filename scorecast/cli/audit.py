"""``scorecast audit``: was every forecast of a backtest made from what it was allowed to see?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def audit(
    run: Annotated[
        str, typer.Argument(help="A result of `scorecast bench --json`, or the id of a run.", show_default=False)
    ],
    *,
    data: Annotated[
        Path | None, typer.Option("--data", help="For a run of `bench benchpress`: the folder that it was run on.")
    ] = None,
) -> None:
    """Check every forecast of a backtest again: what it saw, what it was fitted on, what it cites, what it hits.

    Ends with code 1 when a leak was found.
    """
    from scorecast.bench.audits import audits
    from scorecast.bench.public_protocols import opened
    from scorecast.cli import bench_tables, session
    from scorecast.cli.output import console
    from scorecast.settings import Settings

    settings = Settings.from_environment()
    if data:
        with opened(data, settings, clock=session.now) as bench:
            found = audits(run, bench.source, settings)
    else:
        with session.workspace() as workspace:
            found = audits(run, workspace.store, settings)
    for one in found:
        for line in bench_tables.audit_lines(one):
            console().print(line, soft_wrap=True)
    if not all(one.clean for one in found):
        raise typer.Exit(1)
