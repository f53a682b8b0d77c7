"""What is answered about benchmark runs: the layout for the OpenAPI document; a test holds answers to it."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from scorecast.bench.asked import BenchRunAsked
from scorecast.service.replies import CalibrationTold, Cursor, Told


class PartTold(Told):
    """How many questions one forecaster has dealt with."""

    forecaster: str
    answered: int
    questions: int


class ProgressTold(Told):
    """How far a run is."""

    stage: str = Field(description="`preparing`, `answering` or `scoring`.")
    parts: list[PartTold] = Field(description="By forecaster; empty until the questions are made.")
    seconds: float = Field(description="Spent on it so far.")
    seconds_left: float | None = Field(description="Until all is answered; null where nothing can be said yet.")


class BenchRunTold(Told):
    """Where a run stands."""

    id: str
    state: str = Field(description="`waiting`, `running`, `done`, `failed` or `cancelled`.")
    user: str = Field(description="Name of the key that began it; empty for the user of the machine.")
    asked: BenchRunAsked
    made_at: dt.datetime
    ended_at: dt.datetime | None
    reason: str = Field(description="Why it failed; else empty.")
    progress: ProgressTold


class SummaryTold(Told):
    """What a finished run has shown."""

    headline: str = Field(description="Which forecaster is ahead, and whether outside the noise.")
    result: dict[str, object] = Field(
        description="Scores with 95 % limits, as `scorecast bench --json` writes them; those of single benchmarks, "
        "families and evidence levels are in `/result` only."
    )
    calibration: dict[str, CalibrationTold]


class BenchRunShown(BenchRunTold):
    """Where a run stands, and what it has shown."""

    summary: SummaryTold | None = Field(description="Null until it is done.")


class BenchRunList(Told):
    """Runs, the newest first."""

    runs: list[BenchRunTold]
    next_cursor: Cursor


class ScoredTold(Told):
    """One forecast beside its outcome; quantiles in the benchmark's unit, null where nothing was forecast."""

    forecaster: str
    fold: str
    group: str
    model: str
    benchmark: str
    unit: str
    level: str = Field(description="How much was known.")
    shown: int = Field(description="Scores of the model that were visible.")
    observed: float
    status: str = Field(description="`answered`, `abstained` or `failed`.")
    reason: str = Field(description="Why there is no forecast.")
    q50: float | None = Field(description="The median; `q5`, `q10`, `q25`, `q75`, `q90` and `q95` stand beside it.")
    error: float | None = Field(description="Of the median, in points; null where scores are not in percent.")
    crps: float | None = Field(description="In points; null where scores are not in percent.")
    pit: float | None = Field(description="Where the outcome fell in the forecast, from 0 to 1.")


class ScoredForecasts(Told):
    """Scored forecasts, forecaster by forecaster."""

    forecasts: list[ScoredTold]
    next_cursor: Cursor


class SuiteTold(Told):
    """A suite that may be run."""

    name: str
    about: str
    parameters: list[str]


class ParameterTold(Told):
    """A parameter of suites; what is not told is as the suite has it."""

    name: str
    about: str
    kind: str = Field(description="`number`, `numbers` or `choice`.")
    choices: list[str]


class BenchChoices(Told):
    """What may be asked of a benchmark run."""

    suites: list[SuiteTold]
    parameters: list[ParameterTold]
    forecasters: list[str]
    baselines: list[str] = Field(description="Judged in every run, whoever else is.")
