"""Options that tell of a model or of a benchmark of one's own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scorecast.questions.own_benchmark import OwnBenchmark

MODEL = "A model of your own"
BENCHMARK = "A benchmark of your own"


class Measure(StrEnum):
    """What scores are told in: the values of ``scorecast.questions.own_benchmark.Kind``, which takes time to load."""

    PERCENT = "percent"
    ERROR_RATE = "error-rate"
    RATING = "rating"
    POINTS = "points"
    USD = "usd"


Released = Annotated[str, typer.Option("--released", help="Release date.", rich_help_panel=MODEL)]
Parameters = Annotated[float | None, typer.Option("--params-b", help="Parameters, in billions.", rich_help_panel=MODEL)]
ActiveParameters = Annotated[
    float | None, typer.Option("--active-params-b", help="Active parameters, in billions.", rich_help_panel=MODEL)
]
Tokens = Annotated[
    float | None,
    typer.Option("--training-tokens-t", "--tokens-t", help="Training tokens, in trillions.", rich_help_panel=MODEL),
]
Family = Annotated[str, typer.Option("--family", help="Family, such as qwen3.", rich_help_panel=MODEL)]
Organisation = Annotated[str, typer.Option("--organisation", help="Who makes it.", rich_help_panel=MODEL)]
Reasoning = Annotated[
    bool | None,
    typer.Option("--reasoning/--no-reasoning", help="Whether it thinks at length.", rich_help_panel=MODEL),
]

NewBenchmark = Annotated[
    str,
    typer.Option(
        "--new-benchmark", help="Its name, in place of --benchmark; needs --description.", rich_help_panel=BENCHMARK
    ),
]
Description = Annotated[
    str,
    typer.Option(
        "--description",
        help="What it asks, of what material, how answers are given and graded.",
        rich_help_panel=BENCHMARK,
    ),
]
Domain = Annotated[str, typer.Option("--domain", help="Such as mathematics.", rich_help_panel=BENCHMARK)]
AnswerFormat = Annotated[
    str, typer.Option("--answer-format", help='Such as "multiple choice".', rich_help_panel=BENCHMARK)
]
Chance = Annotated[
    float | None, typer.Option("--chance", help="Score of guessing at random.", rich_help_panel=BENCHMARK)
]
Items = Annotated[int | None, typer.Option("--items", help="Number of scored items.", rich_help_panel=BENCHMARK)]
MetricOf = Annotated[
    Measure | None,
    typer.Option("--metric", help="What scores are told in. Default: percent.", rich_help_panel=BENCHMARK),
]
LowerIsBetter = Annotated[
    bool, typer.Option("--lower-is-better", help="A small score is a good one.", rich_help_panel=BENCHMARK)
]
Lower = Annotated[
    float | None, typer.Option("--lower", help="Smallest possible score, of points or usd.", rich_help_panel=BENCHMARK)
]
Upper = Annotated[
    float | None, typer.Option("--upper", help="Largest possible score, of points or usd.", rich_help_panel=BENCHMARK)
]
BenchmarkReleased = Annotated[
    str, typer.Option("--benchmark-released", help="When it was or will be published.", rich_help_panel=BENCHMARK)
]


def benchmark_asked(known: str, new: str, own: OwnBenchmark) -> tuple[str, OwnBenchmark | None]:
    """Return the name of the benchmark that is asked for, and what is told of it where it is one's own.

    Raises:
        UsageError: no benchmark, two of them, or a description of a known one.
    """
    from records.errors import UsageError

    if new and known:
        raise UsageError(f"--benchmark {known} and --new-benchmark {new}: ask for one of them.")
    if new:
        return new, own
    if not known:
        raise UsageError("Which benchmark? Name a known one by --benchmark, or your own by --new-benchmark.")
    if own.told:
        told = ", ".join(own.told)
        raise UsageError(f"{told}: that describes a benchmark of your own; name it by --new-benchmark NAME.")
    return known, None
