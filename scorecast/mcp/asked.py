"""What tools may be asked for: the requests of the HTTP API where it has them, and those that only agents need."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from agent.tools.conditions import Arguments, Conditions
from records.base import Day, Label
from records.ledger import Selection
from scorecast.service.asked import Asked, ComparisonAsked, ResolutionAsked

MOST_HITS = 50
"""Records of one answer."""

MOST_ENTRIES = 50
"""Entries of the ledger in one answer."""

AsOf = Annotated[
    Day | None, Field(description="Know only what was published by this date, YYYY-MM-DD; today if left out.")
]


class ForecastAsked(Asked):
    """One question: which score will this model get on this benchmark?"""

    agent: bool = Field(
        default=False,
        description="Let the language model of the service look into it as well: takes up to minutes, and money. "
        "Where it has none, the statistics answer and say so.",
    )


class CompareAsked(ComparisonAsked):
    """Models to be compared on one benchmark."""

    @field_validator("contenders", mode="before")
    @classmethod
    def _names_will_do(cls, told: object) -> object:
        """Take ``"GPT-4.1"`` for ``{"model": "GPT-4.1"}``: agents write it so."""
        return [{"model": one} if isinstance(one, str) else one for one in told] if isinstance(told, list) else told


class SearchAsked(Conditions):
    """Records to be looked up, by meaning and words, or by exact conditions alone."""

    query: str = Field(
        default="", max_length=400, description="What to look for, in a few words. Empty: the newest records."
    )
    as_of: AsOf = None
    limit: int = Field(default=10, ge=1, le=MOST_HITS, description="Hits to show.")


class Kind(StrEnum):
    """What can be described."""

    MODEL = "model"
    BENCHMARK = "benchmark"


class DescribeAsked(Arguments):
    """A model or a benchmark to be described."""

    kind: Kind
    name: Label = Field(description="Any spelling of its name.")
    as_of: AsOf = None


class ResolveAsked(ResolutionAsked):
    """What came of a forecast."""

    id: str = Field(pattern=r"^[0-9a-f]{6,20}$", description="Of the forecast, as it was answered.")


class LedgerAsked(Selection):
    """Which issued forecasts to list, the newest first; what is left out narrows nothing."""

    limit: int = Field(default=10, ge=1, le=MOST_ENTRIES, description="Entries to show.")
    cursor: str = Field(default="", max_length=64, description="`next_cursor` of the answer before.")
