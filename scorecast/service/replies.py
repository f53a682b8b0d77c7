"""What is answered: the layout of replies for the OpenAPI document; a test holds real answers to it.

Scores are in the unit of the benchmark's metric, probabilities between 0 and 1, dates as year-month-day, moments in
coordinated universal time. Further members may come with later versions; none that is named here goes.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from records.access_key import Scope
from records.base import Probability
from records.batch import Added, ImportReport
from records.benchmark import Benchmark
from records.model import Model
from records.record import Record
from records.resolution import Resolution

Interval = Annotated[list[float], Field(min_length=2, max_length=2)]
Cursor = Annotated[str | None, Field(description="Send it as `cursor` for the next page; null on the last one.")]


class Told(BaseModel):
    """The base of every reply."""

    model_config = ConfigDict(extra="allow")


class QuestionTold(Told):
    """What was asked, by the canonical ids."""

    model: str
    model_name: str
    benchmark: str
    benchmark_name: str
    metric: str
    lower: float | None = Field(description="Smallest possible score; null where there is none.")
    upper: float | None = Field(description="Largest possible score; null where there is none.")
    chance: float | None = Field(description="Score of guessing at random; null where it is not known.")
    higher_is_better: bool
    setting: dict[str, str | int]
    known: dict[str, float]
    withhold: bool


class RecordTold(Told):
    """A reported score."""

    id: str
    model: str
    benchmark: str
    value: float
    standard_error: float | None
    published: dt.date
    date_basis: str
    source: str
    url: str


class EvidenceTold(RecordTold):
    """A record that a forecast rests on, and why."""

    relation: str
    relevance: float
    why: str


class ComponentTold(Told):
    """What one member of the pool said."""

    name: str
    weight: Probability
    reason: str
    median: float
    intervals: dict[str, Interval]


class ThresholdTold(Told):
    """How likely a score is reached."""

    value: float
    probability_at_least: Probability
    probability_at_most: Probability


class ForecastTold(Told):
    """A forecast, or an abstention: that one has ``abstained`` and ``reason``, no numbers and no id."""

    id: str | None = Field(description="Of the entry in the ledger.")
    issued_at: dt.datetime | None
    question: QuestionTold
    as_of: dt.date
    unit: str
    method: str
    already_reported: list[RecordTold]
    abstained: bool = False
    reason: str = ""
    median: float | None = None
    intervals: dict[str, Interval] | None = Field(default=None, description="Central intervals, by percent.")
    quantiles: dict[str, float] | None = Field(default=None, description="By level, 0.01 to 0.99.")
    threshold: ThresholdTold | None = None
    evidence: list[EvidenceTold] = []
    components: list[ComponentTold] = []
    caveats: list[str] = []


class Forecasts(Told):
    """Answers, in the order of the questions."""

    forecasts: list[ForecastTold]


class Pair(Told):
    """Two models on one benchmark, taken as independent."""

    first: str
    second: str
    probability_first_better: Probability


class Comparison(Told):
    """A forecast for each model, and how likely each scores better than each other."""

    forecasts: list[ForecastTold]
    pairs: list[Pair]


class SettledTold(Told):
    """A forecast's outcome."""

    id: str
    resolution: Resolution
    resolved_at: dt.datetime
    foresight: bool = Field(description="Whether it was issued before the outcome was public; only then it counts.")


class EntryTold(Told):
    """An entry of the ledger: a forecast word for word, its hash, and what came of it."""

    id: str
    issued_at: dt.datetime
    user: str
    forecast: ForecastTold
    settled: SettledTold | None = Field(description="The outcome that holds; null while it is awaited.")


class Entries(Told):
    """A page of the ledger, the newest first."""

    forecasts: list[EntryTold]
    next_cursor: Cursor


class Records(Told):
    """A page of records, the newest first."""

    records: list[Record]
    total: int
    next_cursor: Cursor


class FileTold(Told):
    """What one file brought."""

    report: ImportReport
    stored: Added | None


class Imported(Told):
    """What an import brought, and how many open forecasts it settled."""

    files: list[FileTold]
    settled: int


class Models(Told):
    """A page of models."""

    models: list[Model]
    next_cursor: Cursor


class Benchmarks(Told):
    """A page of benchmarks."""

    benchmarks: list[Benchmark]
    next_cursor: Cursor


class CalibrationTold(Told):
    """How often outcomes fell where the forecasts said they would."""

    percents: list[float] = Field(description="Central intervals, by the percent of outcomes that each should hold.")
    coverage: list[Probability] = Field(description="Share of the outcomes that each holds.")
    pit: list[Probability] = Field(
        description="Share of the outcomes in each tenth of the predictive distributions; 0.1 each when calibrated."
    )


class RecalibrationTold(Told):
    """What settled forecasts do to new ones of the same forecaster, before what groups and benchmarks taught."""

    forecaster: str = Field(description="An agent is told apart by its language model, and whether names were masked.")
    settled: int = Field(description="Forecasts that it learns from.")
    worth: float = Field(description="How many independent ones they are worth.")
    shift: float = Field(description="On the probit scale; above 0 moves forecasts up.")
    spread: float = Field(description="On the probit scale; above 1 makes forecasts wider.")
    issued: int = Field(description="How many of the settled ones had been recalibrated.")


class TrackTold(Told):
    """The track record of one forecaster."""

    forecaster: str
    counted: int
    hindsight: int = Field(description="Settled, but issued when the outcome was public: told, never scored.")
    repeated: int = Field(description="Further answers to a question of the same as-of date: not scored.")
    calibration: CalibrationTold
    recalibration: list[RecalibrationTold] = Field(
        description="Of new forecasts, by whom it tells apart; empty where it is off."
    )
    result: dict[str, object] = Field(description="All scores, as `scorecast track-record --json` writes them.")


class TrackRecordTold(Told):
    """How good the forecasts of this service were."""

    tracks: list[TrackTold]


class About(Told):
    """What to know of the service before asking it."""

    version: str
    keys_required: bool = Field(description="Whether nothing else is told without a key.")
    user: str = Field(description="Name of the key that was sent; empty for the user of the machine.")
    scope: Scope | None = Field(description="What is open to you; null where a key is needed and none was sent.")
    language_model: str | None = Field(
        description="Which one the agent asks; null where there is none, or where you need a key."
    )


class Health(Told):
    """That the service lives."""

    status: str
    version: str
