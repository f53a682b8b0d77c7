"""``scorecast bench service``: how many forecasts a second, and how long each client waits."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.bench_options import Seed

if TYPE_CHECKING:
    from rich.table import Table

    from scorecast.http.load import Measured


def service(
    *,
    url: Annotated[
        str, typer.Option("--url", help="Address of a running service, whose ledger takes the forecasts.")
    ] = "",
    key: Annotated[str, typer.Option("--key", envvar="SCORECAST_KEY", help="Key to it, of the scope forecast.")] = "",
    clients: Annotated[int, typer.Option("--clients", min=1, max=1000, help="Clients that ask at once.")] = 200,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long they ask for forecasts.")] = 60.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Without --url: workers to start.")] = 1,
    seed: Seed = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure throughput and waits of the HTTP API under load; without --url, of a service on a state of its own.

    The first line is a path that does nothing, asked by the same clients: what machine and client allow at most. Of a
    service of its own it tells the processor time for each answer too, on Linux.
    """
    from rich import print_json

    from scorecast.bench import service_load
    from scorecast.cli import session
    from scorecast.cli.output import console

    started = nullcontext(service_load.Served(url)) if url else service_load.service(workers=workers, busy=session.tell)
    with started as served:
        found = service_load.load(served, clients=clients, seconds=seconds, seed=seed, key=key, busy=session.tell)
    if json:
        print_json(data=[one.as_json() for one in found])
    else:
        console().print(_table(found))


def _table(found: list[Measured]) -> Table:
    from rich.table import Table

    columns = ("asked", "clients", "answers", "a second", "p50 ms", "p90 ms", "p99 ms", "longest", "CPU ms", "errors")
    table = Table(*columns, title=f"{found[-1].seconds:.0f} s of forecasts")
    for one in found:
        waits = (f"{one.wait(percent):,.0f}" for percent in (50, 90, 99, 100))
        errors = ", ".join(f"{count} of {status}" for status, count in sorted(one.errors.items())) or "0"
        processor = "" if one.each is None else f"{one.each:.2f}"
        figures = (str(one.clients), f"{len(one.waits):,}", f"{one.throughput:,.0f}", *waits, processor)
        table.add_row(one.name, *figures, errors)
    return table
