"""Options of commands that work on jobs: on which machines."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scorecast.batch.cluster.connecting import Cluster

MACHINES = "Machines"


class Engine(StrEnum):
    """Who answers the items."""

    LOCAL = "local"
    RAY = "ray"


OnEngine = Annotated[
    Engine,
    typer.Option(
        "--engine", help="This machine, or the workers of a Ray cluster: same forecasts.", rich_help_panel=MACHINES
    ),
]
Address = Annotated[
    str,
    typer.Option(
        "--address",
        help="Ray cluster: ray://HOST:PORT, HOST:PORT or auto; one is begun on this machine by default.",
        rich_help_panel=MACHINES,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--ray-workers", min=1, help="Workers on it; one for each processor by default.", rich_help_panel=MACHINES
    ),
]


Processes = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Processes of this machine that statistics are spread over; by default its cores, and 1 for small plans.",
        rich_help_panel=MACHINES,
    ),
]


def cluster_of(engine: Engine, address: str, workers: int | None, processes: int | None = None) -> Cluster | None:
    """Return the cluster that was asked for; None for this machine.

    Raises:
        UsageError: a cluster is described, and the engine is another one; or processes beside a cluster.
    """
    if engine is Engine.RAY:
        if processes is not None:
            from records.errors import UsageError

            raise UsageError("--workers are processes of this machine, and --engine ray takes --ray-workers.")
        from scorecast.batch.cluster.connecting import Cluster

        return Cluster(address.strip(), workers)
    if address or workers is not None:
        from records.errors import UsageError

        raise UsageError("--address and --ray-workers: only a Ray cluster has them; add --engine ray.")
    return None
