"""The tools by name: what each may be asked, what it answers, who may call it, and what it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mcp.types import Tool as Announced
from mcp.types import ToolAnnotations
from pydantic import BaseModel

from records.access_key import Scope
from scorecast.mcp import acting, sentences
from scorecast.mcp.acting import At, Done
from scorecast.mcp.asked import CompareAsked, DescribeAsked, ForecastAsked, LedgerAsked, ResolveAsked, SearchAsked
from scorecast.mcp.told import Described, Found
from scorecast.service.replies import Comparison, Entries, ForecastTold, SettledTold


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        title: for people.
        description: for agents: what it is good for, and what to know before calling it.
        asked: what its arguments must be.
        told: the layout of its structured content.
        act: does it.
        say: tells the same content in a few sentences.
        needs: the scope of the key that it takes, where keys are asked for.
        waiting: what is said while it takes long.
        writes: whether it changes what is kept.
        repeatable: whether a second call with the same arguments changes nothing more.
    """

    title: str
    description: str
    asked: type[BaseModel]
    told: type[BaseModel]
    act: Callable[[At, Any], Awaitable[Done]]
    say: Callable[[dict[str, Any]], str]
    needs: Scope = Scope.READ
    waiting: str = "Looking it up"
    writes: bool = False
    repeatable: bool = True

    def doing(self, asked: BaseModel) -> str:
        """Say what is being done while a call takes long."""
        return DELIBERATING if isinstance(asked, ForecastAsked) and asked.agent else self.waiting

    def announced(self, name: str) -> Announced:
        """Return the tool as clients are told of it."""
        return Announced(
            name=name,
            title=self.title,
            description=self.description,
            input_schema=self.asked.model_json_schema(),
            output_schema=self.told.model_json_schema(mode="serialization"),
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=not self.writes,
                destructive_hint=False,
                idempotent_hint=self.repeatable,
                open_world_hint=False,
            ),
        )


DELIBERATING = "The language model looks into it"
FITTING = "Forecasting; the first forecast as of a date takes up to a minute"

TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "forecast": Tool(
            title="Forecast a score",
            description=(
                "Forecast the score that a model will get on a benchmark before anyone runs it: median, intervals, "
                "quantiles, the probability of reaching a threshold, the records it rests on, and reports of the very "
                "score where there are any. For a model of your own give a new name with `known` scores or `own` "
                "facts; for a benchmark of your own give `own_benchmark` with a description. `agent` lets a language "
                "model look into it as well, where the service has one. Enters the forecast in the ledger."
            ),
            asked=ForecastAsked,
            told=ForecastTold,
            act=acting.forecast,
            say=sentences.forecast_sentence,
            needs=Scope.FORECAST,
            waiting=FITTING,
            writes=True,
            repeatable=False,
        ),
        "compare": Tool(
            title="Compare models on a benchmark",
            description=(
                "Forecast two to ten models on one benchmark, and tell for each two of them how likely the first "
                "scores better. Contenders are names, or objects as in `forecast` for models of your own. Enters the "
                "forecasts in the ledger."
            ),
            asked=CompareAsked,
            told=Comparison,
            act=acting.compare,
            say=sentences.comparison_sentence,
            needs=Scope.FORECAST,
            waiting=FITTING,
            writes=True,
            repeatable=False,
        ),
        "search_records": Tool(
            title="Search reported scores",
            description=(
                "Search reported scores, models and benchmarks by meaning and words, under exact conditions where "
                "some are given; with conditions alone it lists the newest records. Nothing published after `as_of` "
                "is shown."
            ),
            asked=SearchAsked,
            told=Found,
            act=acting.search_records,
            say=sentences.found_sentence,
        ),
        "describe": Tool(
            title="Describe a model or benchmark",
            description=(
                "Tell what is known of a model (maker, family, size, release) or of a benchmark (what it asks, "
                "metric, chance level, items), with its newest records. Nothing published after `as_of` is shown. "
                "A name that is not known is answered with the nearest ones."
            ),
            asked=DescribeAsked,
            told=Described,
            act=acting.describe,
            say=sentences.described_sentence,
        ),
        "resolve": Tool(
            title="Settle a forecast",
            description=(
                "Tell what came of an issued forecast, so that it counts for the track record. A second outcome "
                "corrects the first; both are kept."
            ),
            asked=ResolveAsked,
            told=SettledTold,
            act=acting.resolve,
            say=sentences.settled_sentence,
            needs=Scope.FORECAST,
            waiting="Settling it",
            writes=True,
            repeatable=False,
        ),
        "list_ledger": Tool(
            title="List issued forecasts",
            description=(
                "List forecasts as they were issued, the newest first, with what came of them; by the canonical ids of "
                "model and benchmark, by user, and by whether they are resolved."
            ),
            asked=LedgerAsked,
            told=Entries,
            act=acting.list_ledger,
            say=sentences.entries_sentence,
        ),
    }
)
"""Every tool by the name that an agent calls it by."""
