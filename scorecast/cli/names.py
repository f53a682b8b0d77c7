"""``scorecast models`` and ``scorecast benchmarks``: what is known, searched by any spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from records.benchmark import Benchmark
    from records.model import Model

Search = Annotated[str, typer.Argument(help="Part of a name; nearest first. Empty lists all.", show_default=False)]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def models(search: Search = "", *, limit: Limit = 20, json: AsJson = False) -> None:
    """List known models."""
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json

    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        found, known = catalogue.search_models(search, limit=limit), len(catalogue.models)
    if json:
        print_json([model.model_dump(mode="json") for model in found])
    else:
        console().print(_models_table(found))
        _tell_rest(search, shown=len(found), known=known)
    if not found:
        raise typer.Exit(1)


def benchmarks(search: Search = "", *, limit: Limit = 20, json: AsJson = False) -> None:
    """List known benchmarks."""
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json

    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        found, known = catalogue.search_benchmarks(search, limit=limit), len(catalogue.benchmarks)
    if json:
        print_json([benchmark.model_dump(mode="json") for benchmark in found])
    else:
        console().print(_benchmarks_table(found))
        _tell_rest(search, shown=len(found), known=known)
    if not found:
        raise typer.Exit(1)


def _tell_rest(search: str, *, shown: int, known: int) -> None:
    """Say how many more there are, or that there is none of that name."""
    from scorecast.cli import session

    if not shown:
        session.tell(f"Nothing is called like {search!r}; without a search all {known:,} are listed.")
    elif not search and shown < known:
        session.tell(f"{shown:,} of {known:,}: a part of a name searches, --limit {known} lists all.")


def _models_table(found: Iterable[Model]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "name", "family", "released", "size", "effort", box=None, header_style="bold")
    for model in found:
        size = f"{model.params_b:g} B" if model.params_b else ""
        row = (model.id, model.name, model.family, str(model.released or ""), size, model.effort)
        table.add_row(*map(Text, row))
    return table


def _benchmarks_table(found: Iterable[Benchmark]) -> Table:
    from textwrap import shorten

    from rich.table import Table
    from rich.text import Text

    table = Table("id", "domain", "unit", "released", "what it asks", box=None, header_style="bold")
    for benchmark in found:
        released = str(benchmark.released or "")
        row = (
            benchmark.id,
            benchmark.domain,
            benchmark.metric.unit.value,
            released,
            shorten(benchmark.description, 60),
        )
        table.add_row(*map(Text, row))
    return table
