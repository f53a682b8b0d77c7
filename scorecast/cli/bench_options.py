"""What ``scorecast bench`` can be told: the options of all suites once, and those of each suite beside them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from scorecast.bench.suites import LISTS, PARAMETERS, SUITES
from scorecast.cli.agent_options import MaxUsd, Think

Forecasters = Annotated[
    list[str] | None,
    typer.Option(
        "--forecaster",
        "-f",
        help="Whom to judge: a name, a Python function (module:function, which is imported and run), or a file of "
        "forecasts (.csv, .parquet); repeatable. Default: every forecaster there is. Baselines are always judged. "
        "With a language model also agent, agent-blind, and agent-alone, agent-alone-blind without the statistics.",
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, max=64, help="Processes; the figures are the same for any number.")
]
Batch = Annotated[
    int | None, typer.Option("--batch", min=1, help="Questions that a Python function gets at once. Default: all.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget answers that were saved before.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write all scores to this file.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a report to this file, to be read offline.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of every draw.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Ask at most so many questions a fold, drawn by the seed.")
]
WithoutSource = Annotated[list[str] | None, typer.Option("--without-source", help="Leave a source out; repeatable.")]
OnlySource = Annotated[list[str] | None, typer.Option("--only-source", help="Leave all other sources out; repeatable.")]
StrictDates = Annotated[bool, typer.Option("--strict-dates", help="Trust only reported dates and snapshots.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Ask about nothing later. Default: the day of the newest record.")]


@dataclass(frozen=True)
class Judging:
    """Whom to judge, how, and where the result goes."""

    forecaster: Forecasters = None
    jobs: Jobs = 1
    batch: Batch = None
    fresh: Fresh = False
    json: JsonFile = None
    html: HtmlFile = None
    think: Think = None
    max_usd: MaxUsd = None


@dataclass(frozen=True)
class Asking:
    """Which questions to ask, whatever the suite."""

    seed: Seed = 0
    limit: Limit = None
    without_source: WithoutSource = None
    only_source: OnlySource = None
    strict_dates: StrictDates = False
    as_of: AsOf = ""
    suite: Annotated[
        Path | None, typer.Option("--suite", help="Ask the questions of this saved suite instead of making it anew.")
    ] = None
    save_suite: Annotated[Path | None, typer.Option("--save-suite", help="Save the questions to this file.")] = None


def _option(name: str) -> object:
    """Kind of an option that is a parameter of suites; not given, the suite's own choice holds."""
    told = PARAMETERS[name]
    if name == "level":
        return Annotated[str, typer.Argument(help=told, show_default=False)]
    if name in LISTS:
        return Annotated[str | None, typer.Option(f"--{name}", help=told)]
    return Annotated[int | None, typer.Option(f"--{name}", min=1, help=told)]


Act = Callable[[str, Mapping[str, Any], Asking, Judging], None]


def suite_command(name: str, act: Act) -> Callable[..., None]:
    """Return the command of one suite: its own options, then those of all."""
    kind = SUITES[name]
    asking, judging = _parameters(Asking), _parameters(Judging)

    def command(**told: Any) -> None:  # noqa: ANN401 - typer has checked each of them
        own = {option: told[option] for option in kind.parameters}
        act(name, own, Asking(**_part(told, asking)), Judging(**_part(told, judging)))

    mine = {one: _parameter(one, _option(one), ... if one == "level" else None) for one in kind.parameters}
    command.__signature__ = inspect.Signature([*mine.values(), *asking.values(), *judging.values()])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    command.__doc__ = kind.about
    return command


def _parameters(options: type[Asking | Judging]) -> dict[str, inspect.Parameter]:
    hints = get_type_hints(options, include_extras=True)
    return {field.name: _parameter(field.name, hints[field.name], field.default) for field in fields(options)}


def _parameter(name: str, kind: object, default: object) -> inspect.Parameter:
    empty = inspect.Parameter.empty
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=empty if default is ... else default
    )


def _part(told: Mapping[str, Any], names: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    return {name: told[name] for name in names}
