"""What can be looked up while a question is answered: the contract between retrieval and whoever reasons.

``SearchIndex.on(history)`` gives a ``Search`` that sees that history and nothing else. Every hit is dated and sourced.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from pydantic import Field

from records.base import Day, Label, Link, Text, Value
from records.history import History
from records.record import Record


class PassageKind(StrEnum):
    """What a passage is about."""

    RECORD = "record"
    MODEL = "model"
    BENCHMARK = "benchmark"
    SETTING = "setting"


class Passage(Value):
    """One hit: a short text in our own words, with what stands behind it.

    Attributes:
        id: the record's id, or ``model:ID``, ``benchmark:ID``, ``setting:...``; this is what an answer cites.
        published: when it became public; None for a model or benchmark without a date.
        source: id of the source of a record, else empty.
        relevance: 1 is the most; comparable within one search only.
        record: the record itself, where the passage is one.
        merged: ids of near-duplicates that this hit stands for.
    """

    id: Label
    kind: PassageKind
    text: Text
    published: Day | None = None
    source: str = ""
    url: Link = ""
    relevance: float = Field(default=1.0, ge=0.0, le=1.0)
    record: Record | None = None
    merged: tuple[str, ...] = ()


class Where(Value):
    """Exact conditions; all that are given must hold, and one of the values of each."""

    models: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    """Names of metrics; the headline metric of a benchmark is meant where this is empty."""
    sources: tuple[str, ...] = ()
    setting: dict[str, str | int] = Field(default_factory=dict)
    """Fields of ``Setting`` and the value that each must have."""
    params_b_from: float | None = Field(default=None, gt=0.0)
    params_b_to: float | None = Field(default=None, gt=0.0)
    released_from: Day | None = None
    released_to: Day | None = None
    published_from: Day | None = None
    published_to: Day | None = None
    reasoning: bool | None = None


class GroupBy(StrEnum):
    """What records are grouped by in an aggregate."""

    NOTHING = "nothing"
    MODEL = "model"
    FAMILY = "family"
    ORGANISATION = "organisation"
    BENCHMARK = "benchmark"
    DOMAIN = "domain"
    SOURCE = "source"
    YEAR = "year"
    SETTING = "setting"


class Aggregate(Value):
    """Figures of one group of records on one benchmark or several, in the unit of the metric.

    Attributes:
        group: value of what was grouped by; empty for all together.
        count: records.
        quantiles: at 0, 0.1, 0.25, 0.5, 0.75, 0.9 and 1.
        best: the best value in the direction of the metric, and the id of its record.
        trend: change of the value a year of the model's release, by least squares; None below five dated records, or
            where these releases lie within four months.
    """

    group: str
    count: int = Field(ge=1)
    models: int = Field(ge=1)
    benchmarks: int = Field(ge=1)
    quantiles: dict[float, float]
    best: float
    best_record: str
    trend: float | None = None


class Search(Protocol):
    """Looks things up on one history."""

    @property
    def history(self) -> History:
        """All that can be found."""
        ...

    def search(self, query: str, *, where: Where = ..., limit: int = 10) -> tuple[Passage, ...]:
        """Return the nearest in meaning and in words together, the most relevant first."""
        ...

    def keyword(self, query: str, *, where: Where = ..., limit: int = 10) -> tuple[Passage, ...]:
        """Return the nearest by words alone."""
        ...

    def filter(self, where: Where, *, limit: int = 20) -> tuple[Passage, ...]:
        """Return the records under these conditions, the newest first.

        Raises:
            UnknownName: a model or benchmark that the history does not know.
        """
        ...

    def aggregate(self, where: Where, *, by: GroupBy = ..., limit: int = 20) -> tuple[Aggregate, ...]:
        """Return figures of the records under these conditions, the largest groups first.

        Raises:
            UnknownName: as for ``filter``.
            UsageError: the records are in several metrics that cannot be put together.
        """
        ...

    def describe_model(self, name: str) -> Passage:
        """Return what is known of a model before any score.

        Raises:
            UnknownName: the history does not know it.
        """
        ...

    def describe_benchmark(self, name: str) -> Passage:
        """Return what a benchmark asks and how it is scored; quotes no withheld score.

        Raises:
            UnknownName: the history does not know it.
        """
        ...


class SearchIndex(Protocol):
    """Opens searches on histories."""

    def on(self, history: History) -> Search:
        """Return a search that sees this history and nothing else."""
        ...
