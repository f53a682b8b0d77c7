"""What is asked of a benchmark run, as one value: the command line and the service build it, one function reads it.

In: the names that a user types. Out: the suite, made from the user's store.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema

from eval.suites import Suite, rule
from eval.suites.suite import Parameter
from predictors.registry import PREDICTORS
from records.base import Day, Value
from records.errors import UsageError
from records.store import Store
from scorecast.bench.backtests import make_suite
from scorecast.bench.suites import LADDER, LEVELS, LISTS, PARAMETERS, SUITES
from scorecast.questions.planned import withheld_sources

LARGEST = 2**53
"""Whole numbers beyond this are told differently by different programs that read JSON."""

Whole = Annotated[int | None, Field(ge=1, le=LARGEST)]
Numbers = Annotated[tuple[int, ...] | None, Field(max_length=50)]


def _suite(name: str) -> str:
    if name not in SUITES:
        raise ValueError(f"no suite is called so; there are {', '.join(SUITES)}")
    return name


def _registered(name: str) -> str:
    if name not in PREDICTORS:
        raise ValueError(f"no forecaster is called so; there are {', '.join(PREDICTORS)}")
    return name


SuiteName = Annotated[str, AfterValidator(_suite), WithJsonSchema({"type": "string", "enum": [*SUITES]})]
Registered = Annotated[str, AfterValidator(_registered), WithJsonSchema({"type": "string", "enum": [*PREDICTORS]})]


class SuiteParameters(Value):
    """The own parameters of suites; each takes some of them, and what is left out is as the suite has it."""

    folds: Whole = Field(default=None, description=PARAMETERS["folds"])
    deals: Whole = Field(default=None, description=PARAMETERS["deals"])
    least: Whole = Field(default=None, description=PARAMETERS["least"])
    shown: Numbers = Field(default=None, description=PARAMETERS["shown"])
    ratios: Numbers = Field(default=None, description=PARAMETERS["ratios"])
    newest: Whole = Field(default=None, description=PARAMETERS["newest"])
    benchmarks: Whole = Field(default=None, description=PARAMETERS["benchmarks"])
    origins: Whole = Field(default=None, description=PARAMETERS["origins"])
    every: Whole = Field(default=None, description=PARAMETERS["every"])
    window: Whole = Field(default=None, description=PARAMETERS["window"])
    families: Whole = Field(default=None, description=PARAMETERS["families"])
    sizes: Whole = Field(default=None, description=PARAMETERS["sizes"])
    level: str | None = Field(default=None, max_length=8, description=PARAMETERS["level"])

    @classmethod
    def typed(cls, told: Mapping[str, int | str | None]) -> Self:
        """Read the parameters as they are typed in a terminal.

        Raises:
            UsageError: a list of numbers holds something else, or a number is too large.
        """
        own = {name: _numbers(name, value) if name in LISTS else value for name, value in told.items()}
        try:
            return cls.model_validate(own)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise UsageError(f"--{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


class BenchAsked(Value):
    """Which questions to ask, and whom.

    Attributes:
        forecasters: who is judged, beside the baselines; empty for every registered one.
    """

    suite: SuiteName = Field(description="What is hidden and asked for.")
    parameters: SuiteParameters = Field(default=SuiteParameters(), description="Of the suite.")
    forecasters: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0, description="Of every draw.")
    limit: int | None = Field(
        default=None, ge=1, description="Ask at most so many questions a fold, drawn by the seed."
    )
    as_of: Day | None = Field(
        default=None, description="Ask about nothing later; the day of the newest record if left out."
    )
    without_sources: tuple[str, ...] = Field(default=(), max_length=100, description="Leave these sources out.")
    only_sources: tuple[str, ...] = Field(default=(), max_length=100, description="Leave all other sources out.")
    strict_dates: bool = Field(default=False, description="Trust only reported dates and those of snapshots.")

    @property
    def own_parameters(self) -> dict[str, Parameter]:
        """The parameters that are told, as JSON."""
        told: dict[str, Parameter] = self.parameters.model_dump(mode="json", exclude_none=True)
        return told

    @property
    def rule(self) -> tuple[str, dict[str, Parameter]]:
        """The name of the rule and its parameters: ``ladder`` has a rule for each level.

        Raises:
            UsageError: the ladder without a level.
        """
        own = self.own_parameters
        if self.suite != LADDER:
            return self.suite, own
        if "level" not in own:
            raise UsageError(f"The suite {LADDER} needs a level: one of {', '.join(LEVELS)}.")
        return str(own.pop("level")), own

    def check(self) -> None:
        """Make sure that the suite can be made so, as far as that can be said without its records.

        Raises:
            UsageError: there is no such rule, or it has no such parameter or not that value.
        """
        rule(*self.rule)


class BenchRunAsked(BenchAsked):
    """What may be asked of a service: registered forecasters only, no file and no function of its machine."""

    forecasters: tuple[Registered, ...] = Field(
        default=(),
        max_length=len(PREDICTORS),
        description="Who is judged, beside the baselines; every forecaster if left out.",
    )
    seed: int = Field(default=0, ge=0, le=LARGEST, description="Of every draw.")
    limit: Whole = Field(default=None, description="Ask at most so many questions a fold, drawn by the seed.")
    max_minutes: float | None = Field(
        default=None, gt=0, le=100_000, description="Minutes of work after which it is stopped; none if left out."
    )


def asked_suite(store: Store, asked: BenchAsked, *, today: dt.date) -> Suite:
    """Make the suite that is asked for.

    Args:
        store: the user's.
        asked: what is asked.
        today: nothing later is asked about, where the request names no date.

    Raises:
        UsageError: there is no such rule or source, or the rule has no such parameter.
        NotEnoughRecords: there is nothing to ask about.
    """
    name, told = asked.rule
    return make_suite(
        name,
        told,
        store,
        seed=asked.seed,
        today=asked.as_of or today,
        limit=asked.limit,
        without_sources=withheld_sources(store.catalogue(), without=asked.without_sources, only=asked.only_sources),
        strict_dates=asked.strict_dates,
    )


def _numbers(name: str, told: int | str | None) -> list[int] | None:
    if told is None:
        return None
    try:
        return [int(number) for number in str(told).split(",")]
    except ValueError:
        raise UsageError(f"--{name} takes whole numbers with commas, such as 0,1,3; found {told!r}.") from None
