"""``scorecast bench retrieval``: does retrieval find what helps, and how fast?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.bench_options import Seed

if TYPE_CHECKING:
    from rich.table import Table

    from scorecast.bench.recall import Recall
    from scorecast.bench.retrieval_speed import Speed


def retrieval(
    *,
    questions: Annotated[int, typer.Option("--questions", min=1, help="Questions in each state of knowledge.")] = 200,
    records: Annotated[
        int, typer.Option("--records", min=0, max=900_000, help="Measure speed instead, on so many made-up records.")
    ] = 0,
    seed: Seed = 0,
) -> None:
    """Tell whether the records that help most are among the first 20 found, by each way of searching."""
    from scorecast.bench.recall import measure
    from scorecast.bench.retrieval_speed import measure_speed
    from scorecast.cli import session
    from scorecast.cli.output import console
    from scorecast.indexing import open_index
    from scorecast.settings import Settings

    if records:
        embeddings = Settings.from_environment().embeddings
        console().print(_speed(measure_speed(records=records, seed=seed, embeddings=embeddings), records))
        return
    with session.workspace() as workspace:
        index = open_index(workspace.settings, workspace.store, busy=workspace.busy)
        found = measure(workspace.store, index, as_of=session.today(), questions=questions, seed=seed)
    console().print(_recall(found))


def _recall(found: list[Recall]) -> Table:
    from rich.table import Table

    columns = ("withheld", "way", "related benchmarks", "same family", "similar models", "questions", "ms")
    table = Table(*columns, title="Share of the five most helpful cells of each kind among the first 20 hits")
    for one in found:
        shares = ("-" if share is None else f"{share:.2f}" for share in one.shares)
        table.add_row(one.knowledge, one.way, *shares, str(one.questions), f"{one.milliseconds:.0f}")
    return table


def _speed(found: list[Speed], records: int) -> Table:
    from rich.table import Table

    table = Table("work", "ms", title=f"Median times on {records:,} made-up records")
    for one in found:
        table.add_row(one.what, f"{one.milliseconds:.1f}")
    return table
