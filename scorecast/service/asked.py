"""What clients may ask for: the bodies of requests, and from them to questions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from records.base import Day, Identifier, Label, Link, Value
from records.names.catalogue import Catalogue
from records.question import Question
from records.setting import Setting
from scorecast.questions.own_benchmark import Kind, OwnBenchmark
from scorecast.questions.planned import OwnModel, check_sources, check_threshold, plan

MOST_QUESTIONS = 100
MOST_CONTENDERS = 10

KnownScores = Annotated[
    dict[Label, float],
    Field(max_length=200, description="Scores of this model that you vouch for, by benchmark, each in its unit."),
]
AsOf = Annotated[
    Day | None, Field(description="Latest publication date that the forecast may know, UTC; today if left out.")
]
Withhold = Annotated[bool, Field(description="Forecast as if the score had not been reported.")]


class OwnFacts(Value):
    """What you tell of a model that the service does not know."""

    released: Day | None = None
    params_b: float | None = Field(default=None, gt=0, description="Parameters, in billions.")
    active_params_b: float | None = Field(default=None, gt=0, description="Active parameters, in billions.")
    training_tokens_t: float | None = Field(default=None, gt=0, description="Training tokens, in trillions.")
    family: str = Field(default="", max_length=128, description="Such as `qwen3`.")
    organisation: str = Field(default="", max_length=200)
    reasoning: bool | None = Field(default=None, description="Whether it thinks at length.")


class BenchmarkFacts(Value):
    """What you tell of a benchmark that the service does not know; scores are in the unit of its metric."""

    description: str = Field(
        min_length=1, max_length=4000, description="What it asks, of what material, how answers are given and graded."
    )
    domain: str = Field(default="", max_length=200, description="Such as `mathematics`.")
    answer_format: str = Field(default="", max_length=200, description="Such as `multiple choice`.")
    chance: float | None = Field(default=None, description="Score of guessing at random.")
    items: int | None = Field(default=None, gt=0, description="Scored items.")
    metric: Kind | None = Field(default=None, description="What scores are told in; percent if left out.")
    lower_is_better: bool = False
    lower: float | None = Field(default=None, description="The smallest possible score; of points and money only.")
    upper: float | None = Field(default=None, description="The largest possible score; of points and money only.")
    released: Day | None = None


class Contender(Value):
    """A model that a forecast is wanted of."""

    model: Label = Field(description="Any spelling of a known model's name, or the name of your own.")
    own: OwnFacts = Field(default=OwnFacts(), description="Of your own model only.")
    known: KnownScores = Field(default_factory=dict)


class Asked(Contender):
    """One question: which score will this model get on this benchmark?"""

    benchmark: Label = Field(description="Any spelling of a known benchmark's name, or the name of your own.")
    own_benchmark: BenchmarkFacts | None = Field(default=None, description="Of your own benchmark only.")
    setting: Setting = Setting()
    as_of: AsOf = None
    withhold: Withhold = False
    threshold: float | None = Field(
        default=None, description="A score, in the benchmark's unit; the answer tells how likely it is reached."
    )
    strict_dates: bool = Field(default=False, description="Trust only reported dates and those of snapshots.")
    without_sources: list[Identifier] = Field(default=[], max_length=100, description="Know nothing from these.")

    def question(self, catalogue: Catalogue, *, today: dt.date) -> Question:
        """Return the question that is asked.

        Raises:
            UnknownName: no known model or benchmark, and no model of one's own.
            UsageError: impossible dates or values, or an unknown source.
        """
        check_sources(catalogue, self.without_sources)
        own = OwnModel(**self.own.model_dump())
        if not (self.known or own.told):
            catalogue.model(self.model)
        question = plan(
            catalogue,
            model=self.model,
            benchmark=self.benchmark,
            as_of=self.as_of or today,
            today=today,
            own=own,
            described=OwnBenchmark(**self.own_benchmark.model_dump()) if self.own_benchmark else None,
            known=[f"{name}={value!r}" for name, value in self.known.items()],
            setting=[f"{name}={value}" for name, value in self.setting.told().items()],
            withhold=self.withhold,
        )
        if self.threshold is not None:
            check_threshold(self.threshold, question.benchmark)
        return question


class ForecastsAsked(Value):
    """Questions to be answered together: all are, or none."""

    questions: list[Asked] = Field(min_length=1, max_length=MOST_QUESTIONS)


class ComparisonAsked(Value):
    """Models to be compared on one benchmark."""

    benchmark: Label
    own_benchmark: BenchmarkFacts | None = Field(default=None, description="Of your own benchmark only.")
    contenders: list[Contender] = Field(min_length=2, max_length=MOST_CONTENDERS)
    setting: Setting = Setting()
    as_of: AsOf = None
    withhold: Withhold = False

    def questions(self) -> list[Asked]:
        """Return a question for each contender."""
        common = {name: value for name, value in vars(self).items() if name != "contenders"}
        return [Asked.model_validate(vars(one) | common) for one in self.contenders]


class ResolutionAsked(Value):
    """What came of a forecast."""

    value: float = Field(description="The score, in the benchmark's unit.")
    published: Day | None = Field(default=None, description="When it became public; today if left out.")
    source: Identifier | None = Field(default=None, description="Id of where it was published.")
    url: Link = Field(default="", description="Where it can be read; kept and shown, never fetched.")


class ImportAsked(Value):
    """Records to be imported: a result file of a common harness, or a table with a mapping."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,99}\.(csv|json|jsonl|yaml|yml)$",
        description="Name of the file, with its ending; reports name it so.",
    )
    content: str = Field(min_length=1, description="The file itself, as text.")
    mapping: dict[str, object] | None = Field(
        default=None, description="What the columns of a table mean, as in the mapping files of the command line."
    )
    model: str = Field(default="", max_length=200, description="Name of the model, where the file names none.")
    source: Identifier | None = Field(default=None, description="Id of the source to file the records under.")
    published: Day | None = Field(default=None, description="Date of the scores, where the file has none.")
    accept_partial: bool = Field(default=False, description="Take runs on a part of a benchmark too.")
    dry_run: bool = Field(default=False, description="Report, but store nothing.")
