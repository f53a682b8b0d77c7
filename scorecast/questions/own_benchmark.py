"""A benchmark of one's own: what a user tells of it, and the benchmark that this makes.

Shared by every adapter. Where something is missing or contradictory the error says which option it is.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from records.benchmark import Benchmark
from records.errors import UsageError
from records.metric import Metric, Unit
from records.names.catalogue import AmbiguousName, Catalogue

LEAST_DESCRIPTION = 20
"""Characters of a description that can say anything of a benchmark."""

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[^a-z0-9.+]+")


class Kind(StrEnum):
    """What the scores of a benchmark of one's own are told in."""

    PERCENT = "percent"
    ERROR_RATE = "error-rate"
    RATING = "rating"
    POINTS = "points"
    USD = "usd"


_METRICS = {
    Kind.PERCENT: Metric(name="accuracy"),
    Kind.ERROR_RATE: Metric(name="error_rate", higher_is_better=False),
    Kind.RATING: Metric(name="rating", unit=Unit.RATING),
    Kind.POINTS: Metric(name="points", unit=Unit.POINTS),
    Kind.USD: Metric(name="earnings", unit=Unit.USD),
}


@dataclass(frozen=True)
class OwnBenchmark:
    """What a user tells of a benchmark that no catalogue knows.

    Attributes:
        description: what it asks, of what material, how answers are given and graded.
        domain: such as ``mathematics``.
        answer_format: such as ``multiple choice``.
        chance: score of guessing at random, in the unit.
        items: number of scored items.
        metric: what scores are told in.
        lower_is_better: whether a small score is a good one; an error rate is one without being told.
        lower, upper: the smallest and the largest possible score, in the unit; of points and money only.
        released: when it was, or will be, published.
    """

    description: str = ""
    domain: str = ""
    answer_format: str = ""
    chance: float | None = None
    items: int | None = None
    metric: Kind | None = None
    lower_is_better: bool = False
    lower: float | None = None
    upper: float | None = None
    released: dt.date | None = None

    @property
    def told(self) -> list[str]:
        """The options that were given, as typed."""
        names = {"released": "benchmark-released"}
        given = [name for name, value in vars(self).items() if value is not False and value not in (None, "")]
        return [f"--{names.get(name, name).replace('_', '-')}" for name in given]


def described_benchmark(catalogue: Catalogue, name: str, own: OwnBenchmark) -> Benchmark:
    """Return the benchmark that a user describes.

    Raises:
        UsageError: the name is taken, the description is missing, or something that is told cannot be.
    """
    key = _unused_id(catalogue, name)
    if len(own.description.strip()) < LEAST_DESCRIPTION:
        raise UsageError(
            f"--new-benchmark {name!r} needs --description: a sentence or more, in at least {LEAST_DESCRIPTION} "
            "characters, on what it asks, how answers are given and how they are graded. The forecast rests on it."
        )
    try:
        return Benchmark(
            id=key,
            name=name,
            description=own.description,
            domain=own.domain,
            answer_format=own.answer_format,
            metric=_metric(own),
            items=own.items,
            released=own.released,
        )
    except ValidationError as error:
        raise UsageError(f"The benchmark {name!r} cannot be: {first_problem(error)}") from None


def _unused_id(catalogue: Catalogue, name: str) -> str:
    """Return the id of a name that no known benchmark has."""
    try:
        known = catalogue.find_benchmark(name)
    except AmbiguousName as error:
        raise UsageError(f"{error} A benchmark of your own needs a name of its own.") from None
    key = _identifier(name)
    known = known or catalogue.benchmarks.get(key)
    if known is not None:
        raise UsageError(
            f"{known.name} is a known benchmark: ask for it by --benchmark {known.id}, or give yours a name of its own."
        )
    if not key:
        raise UsageError(f"--new-benchmark {name!r}: a name has a letter from a to z or a digit.")
    return key


def _identifier(name: str) -> str:
    """Write a name as ids of benchmarks are written: ``Loom Proofs (v2)`` becomes ``loom_proofs_v2``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return _NEITHER_LETTER_NOR_DIGIT.sub("_", plain).strip("_.+")[:128]


def _metric(own: OwnBenchmark) -> Metric:
    kind = own.metric or Kind.PERCENT
    bounds = {name: value for name in ("lower", "upper") if (value := getattr(own, name)) is not None}
    if bounds and kind not in (Kind.POINTS, Kind.USD):
        unit = "has no bounds" if kind is Kind.RATING else "lies between 0 and 100"
        raise UsageError(
            f"{', '.join(f'--{name}' for name in bounds)}: --metric {kind.value} {unit}; "
            "bounds of your own go with --metric points."
        )
    lower_is_better = own.lower_is_better or kind is Kind.ERROR_RATE
    known = _METRICS[kind].model_dump()
    told = {"chance": own.chance, "higher_is_better": not lower_is_better}
    return Metric.model_validate(known | bounds | told)


def first_problem(error: ValidationError) -> str:
    """Say the first thing that is wrong in one line."""
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    if not place:
        return str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {problem['msg']} (found {problem['input']!r})"
