"""The toolbox: every tool by name, which of them a desk offers, how models are told of it, and how a call is served.

A call never raises what it served wrongly: unknown tools, malformed arguments, unknown names and empty results come
back as a sentence that says how to ask better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from agent.answer import SUBMIT, StatedForecast
from agent.quoting import quoted
from agent.tools.arithmetic import Calculate, calculate
from agent.tools.conditions import Arguments, problems
from agent.tools.describing import DescribeBenchmark, DescribeModel, describe_benchmark, describe_model
from agent.tools.desk import Desk, ToolError
from agent.tools.looking_up import (
    AggregateRecords,
    FilterRecords,
    KeywordSearch,
    SearchRecords,
    aggregate_records,
    filter_records,
    keyword_search,
    search_records,
)
from agent.tools.statistics import StatisticalForecast, statistical_forecast
from records.errors import ScorecastError, UnknownName

Schema = Mapping[str, Any]
"""A tool as an OpenAI-compatible endpoint is told of it."""


@dataclass(frozen=True)
class Tool:
    """One tool: what it does when it is called with arguments of its kind."""

    arguments: type[Arguments]
    act: Callable[[Desk, Any], str]


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "search_records": Tool(SearchRecords, search_records),
        "keyword_search": Tool(KeywordSearch, keyword_search),
        "filter_records": Tool(FilterRecords, filter_records),
        "aggregate_records": Tool(AggregateRecords, aggregate_records),
        "describe_model": Tool(DescribeModel, describe_model),
        "describe_benchmark": Tool(DescribeBenchmark, describe_benchmark),
        "statistical_forecast": Tool(StatisticalForecast, statistical_forecast),
        "calculate": Tool(Calculate, calculate),
    }
)
"""Every tool by the name that a model calls it by."""


STATISTICS = "statistical_forecast"
"""The one tool that a desk without statistics does not offer."""


def offered(desk: Desk) -> tuple[str, ...]:
    """Names of the tools that a desk offers, in order."""
    return tuple(name for name in TOOLS if desk.statistics is not None or name != STATISTICS)


def offers(desk: Desk) -> list[dict[str, Any]]:
    """The tools of a desk, and the answer, as an endpoint is told of them."""
    names = offered(desk)
    return [dict(schema) for schema in (*schemas(), submit_schema()) if _name(schema) in (*names, SUBMIT)]


def _unknown(desk: Desk, error: UnknownName) -> str:
    """Say that a name is not known, or that it is the asked one and has no record yet."""
    model, benchmark = desk.question.model, desk.question.benchmark
    asked = {"model": {model.id, model.name}, "benchmark": {benchmark.id, benchmark.name}}
    if error.name in asked.get(error.kind, ()):
        return f"nothing found: the asked {error.kind} has no visible record but those that the question tells"
    near = f"; the nearest known are {', '.join(error.suggestions)}" if error.suggestions else ""
    return f"error: no {error.kind} is called {error.name[:200]!r}{near}. search_records finds names by meaning"


@cache
def schemas() -> tuple[Schema, ...]:
    """All tools as an endpoint is told of them, in order; made once, since it takes time."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    told = [convert_to_openai_tool(tool.arguments) for tool in TOOLS.values()]
    return tuple(_named(schema, name) for schema, name in zip(told, TOOLS, strict=True))


@cache
def submit_schema() -> Schema:
    """The tool by which a model answers."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    return _named(convert_to_openai_tool(StatedForecast), SUBMIT)


def _name(schema: Schema) -> str:
    return str(schema["function"]["name"])


def _named(schema: Schema, name: str) -> Schema:
    return {**schema, "function": {**schema["function"], "name": name}}


def serve(desk: Desk, name: str, arguments: Mapping[str, object]) -> str:
    """Serve one call; the result is a quoted block, whatever happened."""
    return quoted(desk.mask(_served(desk, name, arguments)))


def _served(desk: Desk, name: str, arguments: Mapping[str, object]) -> str:
    names = offered(desk)
    if name not in names:
        return f"error: no tool is called {name[:60]!r}; there are {', '.join(names)} and {SUBMIT}"
    tool = TOOLS[name]
    try:
        meant = desk.unmask(dict(arguments))
    except ScorecastError:
        # Told without the name that was used: masked, it would tell what the pseudonym stands for.
        return "error: names are masked here; use the pseudonyms and ids as they are written in the results"
    try:
        return tool.act(desk, tool.arguments.model_validate(meant))
    except ValidationError as error:
        return f"error in the arguments of {name}: {'; '.join(problems(error, known=tool.arguments))}"
    except UnknownName as error:
        return _unknown(desk, error)
    except (ToolError, ScorecastError) as error:
        return f"error: {error}"
