"""``scorecast bench subset`` and ``scorecast bench next``: is what planning chooses worth more than other choices?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.bench_options import Seed

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from eval.planning.trial_summary import Figure

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the public matrix.json; without it your own records.", show_default=False),
]
Folds = Annotated[int, typer.Option("--folds", min=2, help="Parts into which models are dealt.")]
TableFile = Annotated[Path | None, typer.Option("--table", help="Write every forecast's errors to this CSV file.")]
Shown = Annotated[str, typer.Option("--shown", help="Numbers k of scores revealed, with commas.")]

BY_MEASURE = {"error": True, "crps": False, "brier": False, "entropy": False}
"""Measures of cells, and whether their median is told rather than their mean."""


def subset(
    *,
    data: Data = None,
    forecaster: Annotated[
        list[str] | None, typer.Option("--forecaster", "-f", help="Who forecasts the rest; repeatable.")
    ] = None,
    shown: Shown = "1,2,3,4,5,6,7,8,9,10",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Random choices.")] = 10,
    folds: Folds = 6,
    seed: Seed = 0,
    table: TableFile = None,
) -> None:
    """Choose probes on some models, reveal them of the others, and forecast the rest; against the peer's five."""
    from eval.planning.published import FIGURES
    from scorecast.choosing.probe_trials import probe_trial, probe_ways
    from scorecast.choosing.trials import all_records, numbers
    from scorecast.cli import session
    from scorecast.cli.output import console, progress
    from scorecast.workspace import forecaster as named

    predictors = [named(name) for name in forecaster or ["gaussian-process", "benchpress"]]
    ks = numbers(shown)
    rounds = folds * len(predictors) * len(probe_ways(draws=draws, seed=seed))
    with (
        session.workspace() as workspace,
        all_records(data, workspace, clock=session.now) as (source, everything),
        progress(rounds) as step,
    ):
        found = probe_trial(
            source, everything, predictors, shown=ks, draws=draws, folds=folds, seed=seed, progress=step
        )
    _save(found, table)
    screen = console()
    for predictor in predictors:
        mine = found[found["forecaster"] == predictor.name]
        for k in [k for k in ks if k in {5, max(ks)}]:
            screen.print(_probes(mine[mine["k"] == k], predictor.name, k))
        screen.print(_curve(mine, predictor.name))
    for figure in FIGURES if data else ():
        screen.print(f"Published by the peer, its own method: {figure.value:g}, {figure.what}.", highlight=False)


def next_cells(
    *,
    data: Data = None,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            help="profile of a model; threshold: does a score reach the median; order: which of two models is ahead.",
        ),
    ] = "profile",
    forecaster: Annotated[
        str, typer.Option("--forecaster", "-f", help="Who forecasts the scored cells.")
    ] = "gaussian-process",
    shown: Shown = "0,1,2,3,5,8",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Random choices.")] = 5,
    folds: Folds = 6,
    seed: Seed = 0,
    table: TableFile = None,
) -> None:
    """Reveal cells of hidden models in the order of our ranking, at random, and by the largest variance."""
    from scorecast.choosing.cell_trials import aims_named, cell_trial
    from scorecast.choosing.trials import all_records, numbers
    from scorecast.cli import session
    from scorecast.cli.output import console, progress
    from scorecast.workspace import forecaster as named

    aims, ks, predictor = aims_named(target), numbers(shown), named(forecaster)
    with (
        session.workspace() as workspace,
        all_records(data, workspace, clock=session.now) as (source, everything),
        progress(folds * (2 + draws)) as step,
    ):
        found = cell_trial(
            source, everything, predictor, aims=aims, shown=ks, draws=draws, folds=folds, seed=seed, progress=step
        )
    _save(found, table)
    for measure in [measure for measure in BY_MEASURE if found[measure].notna().any()]:
        console().print(_cells(found, measure, predictor.name, target))


def _probes(found: pd.DataFrame, name: str, k: int) -> Table:
    """One row a way, for one number of probes."""
    from eval.planning.trial_summary import lines

    table = _table("probes", "rest", "less than random", "with probes as 0", "revealed", "cells", "draws")
    table.title = f"{name}, {k} probes: median absolute error with 95 % limits over models"
    for line in lines(found[~found["revealed"]], "error", reference="random", median=True):
        mine = found[(found["way"] == line.way) & found["error"].notna()]
        counted, share = f"{mine['error'].median():.2f}", f"{mine['revealed'].mean():.0%}"
        less = _told(line.less) if line.less else ""
        table.add_row(line.way, _told(line.figure), less, counted, share, f"{line.cells:,}", str(line.draws))
    return table


def _curve(found: pd.DataFrame, name: str) -> Table:
    """One row a way, one column a number of probes."""
    ks = sorted(found["k"].unique())
    table = _table(f"{name}, rest", *(f"k = {k}" for k in ks))
    rest = found[~found["revealed"]]
    medians = rest.groupby(["way", "k"])["error"].median()
    for way in dict.fromkeys(found["way"]):
        table.add_row(way, *(f"{medians[way, k]:.2f}" if (way, k) in medians.index else "" for k in ks))
    return table


def _cells(found: pd.DataFrame, measure: str, name: str, target: str) -> Table:
    """One row a number of revealed cells: each way, and by how much it is below random choice."""
    from eval.planning.trial_summary import lines

    median = BY_MEASURE[measure]
    ways = list(dict.fromkeys(found["way"]))
    others = [way for way in ways if way != "random"]
    table = _table("revealed", *ways, *(f"{way}: less than random" for way in others))
    table.title = f"{name}, target {target}: {'median' if median else 'mean'} {measure}, with 95 % limits"
    part = found[found["unit"] == "percent"] if measure == "crps" else found
    for k in sorted(part["shown"].unique()):
        told = {line.way: line for line in lines(part[part["shown"] == k], measure, reference="random", median=median)}
        less = [told[way].less for way in others]
        table.add_row(str(k), *(f"{told[way].figure.value:.3f}" for way in ways), *(_told(one, 3) for one in less))
    return table


def _told(figure: Figure | None, digits: int = 2) -> str:
    if figure is None:
        return ""
    if figure.limits is None:
        return f"{figure.value:.{digits}f}"
    low, high = figure.limits
    return f"{figure.value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _save(found: pd.DataFrame, path: Path | None) -> None:
    from records.exporters.writing import write_whole

    if path:
        write_whole(path, lambda target: found.to_csv(target, index=False, lineterminator="\n"))


def _table(*columns: str) -> Table:
    from rich.table import Table

    return Table(*columns, box=None, header_style="bold", title_justify="left")
