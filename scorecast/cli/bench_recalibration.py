"""``scorecast bench recalibration``: are forecasts better for having been recalibrated by what was settled before?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli.bench_options import Jobs, JsonFile, Limit, Seed

if TYPE_CHECKING:
    from rich.table import Table

    from scorecast.bench.recalibration import Figure, Replayed

COVERAGE = ("cover50", "cover80", "cover90")


def recalibration(
    *,
    forecaster: Annotated[
        list[str] | None, typer.Option("--forecaster", "-f", help="Whom to replay; repeatable. Default: the pool.")
    ] = None,
    origins: Annotated[int, typer.Option("--origins", min=2, help="How many dates.")] = 8,
    every: Annotated[int, typer.Option("--every", min=1, help="Days between them.")] = 90,
    window: Annotated[int, typer.Option("--window", min=1, help="Days after each date that are asked about.")] = 90,
    limit: Limit = None,
    seed: Seed = 0,
    jobs: Jobs = 1,
    json: JsonFile = None,
) -> None:
    """Replay past dates: recalibrate by what was settled by each of them, and hold it against not doing so."""
    from predictors.registry import DEFAULT
    from records.exporters.writing import write_whole
    from scorecast.bench.asked import BenchAsked, SuiteParameters, asked_suite
    from scorecast.bench.backtests import Bench
    from scorecast.bench.contestants import contestants
    from scorecast.bench.recalibration import replays
    from scorecast.cli import session
    from scorecast.cli.output import console, progress

    names = list(dict.fromkeys(forecaster or [DEFAULT]))
    parameters = SuiteParameters(origins=origins, every=every, window=window)
    asked = BenchAsked(suite="future", parameters=parameters, seed=seed, limit=limit)
    with session.workspace() as workspace:
        suite = asked_suite(workspace.store, asked, today=session.today())
        judged = [one for one in contestants(names, folder=session.folder()) if one.name in names]
        backtest = Bench.of(workspace, clock=session.now).backtest(suite, judged, jobs=jobs)
        with progress(len(judged) * len(suite.folds)) as step:
            finished = backtest.run(jobs=jobs, progress=step)
        found = list(replays(suite, [one.judged for one in finished], workspace.store, seed=seed))
    console().print(_table(found))
    slowest = max(one.milliseconds for one in found)
    console().print(f"Recalibrating took at most {slowest:.1f} ms of processor time a forecast, learning included.")
    if json:
        write_whole(json, lambda path: _write(path, found))


def _table(found: list[Replayed]) -> Table:
    from rich.table import Table

    table = Table(
        "forecaster",
        "made",
        "questions",
        "CRPS",
        "recalibrated",
        "difference",
        "50/80/90 %",
        "recalibrated",
        "90 %, difference",
        box=None,
        header_style="bold",
        title="Rolling origins, what was settled by each date; in points, with 95 % limits",
        title_justify="left",
    )
    table.columns[0].no_wrap = True
    for one in found:
        crps, cover = one.figures["crps"], [one.figures[name] for name in COVERAGE]
        table.add_row(
            one.forecaster,
            one.made,
            f"{one.questions:,}",
            f"{crps.issued:.2f}",
            f"{crps.recalibrated:.2f}",
            _difference(crps, digits=2),
            " / ".join(f"{100 * figure.issued:.0f}" for figure in cover),
            " / ".join(f"{100 * figure.recalibrated:.0f}" for figure in cover),
            _difference(cover[-1], digits=1, times=100.0),
        )
    return table


def _difference(figure: Figure, *, digits: int, times: float = 1.0) -> str:
    told = f"{times * figure.difference:+.{digits}f}"
    if figure.low is None or figure.high is None:
        return told
    return f"{told} ({times * figure.low:+.{digits}f} to {times * figure.high:+.{digits}f})"


def _write(path: Path, found: list[Replayed]) -> None:
    import json

    told = [
        {**one._asdict(), "figures": {name: figure._asdict() for name, figure in one.figures.items()}} for one in found
    ]
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
