"""The tools that look records up: by meaning, by words, by exact conditions, and in figures."""

from __future__ import annotations

from pydantic import Field

from agent.quoting import one_line
from agent.tools.conditions import MOST, Cells, Conditions
from agent.tools.desk import Desk, ToolError
from agent.tools.emptied import emptied
from records.search import Aggregate, GroupBy, Passage

FEW = 4
"""Records below which no quantile but the median is told."""

NOTHING = (
    "nothing found: use fewer or broader conditions; names of models and benchmarks can be found with search_records "
    "and no conditions"
)


class SearchRecords(Cells):
    """Search records and descriptions by meaning and words together; the most relevant first."""

    query: str = Field(min_length=1, max_length=400, description="What to look for, in a few words.")
    limit: int = Field(default=10, ge=1, le=MOST)


class KeywordSearch(Cells):
    """Search records and descriptions by exact words, such as the name of a model, harness or benchmark."""

    query: str = Field(min_length=1, max_length=400, description="Words that must occur.")
    limit: int = Field(default=10, ge=1, le=MOST)


class FilterRecords(Conditions):
    """List the records that meet exact conditions, the newest first."""

    limit: int = Field(default=20, ge=1, le=MOST)


class AggregateRecords(Conditions):
    """Summarise the records that meet exact conditions: count, quantiles, best, and trend a year of model release."""

    by: GroupBy = Field(default=GroupBy.NOTHING, description="What to group by.")
    limit: int = Field(default=12, ge=1, le=MOST, description="Groups to show, the largest first.")


def search_records(desk: Desk, told: SearchRecords) -> str:
    """Show what is nearest in meaning and words."""
    return _shown(desk, desk.search.search(told.query, where=told.where(), limit=told.limit))


def keyword_search(desk: Desk, told: KeywordSearch) -> str:
    """Show what is nearest by words alone."""
    return _shown(desk, desk.search.keyword(told.query, where=told.where(), limit=told.limit))


def filter_records(desk: Desk, told: FilterRecords) -> str:
    """Show the records under exact conditions."""
    if told.where() == type(told)().where():
        raise ToolError("give at least one condition, such as benchmarks, models or families")
    found = desk.show(desk.search.filter(told.where(), limit=told.limit))
    return "\n".join(found) or emptied(desk, told.where())


def aggregate_records(desk: Desk, told: AggregateRecords) -> str:
    """Show figures of the records under exact conditions."""
    if told.where() == type(told)().where():
        raise ToolError("give at least one condition, such as benchmarks, models or families")
    groups = desk.search.aggregate(told.where(), by=told.by, limit=told.limit)
    return "\n".join(figures(desk, group) for group in groups) or emptied(desk, told.where())


def _shown(desk: Desk, passages: tuple[Passage, ...]) -> str:
    return "\n".join(desk.show(passages)) or NOTHING


def figures(desk: Desk, group: Aggregate) -> str:
    """Tell the figures of one group on one line."""
    # Masked by itself: with a figure behind it, the name of a family may read as that of a model.
    name, best = desk.mask(one_line(group.group)) or "all", f"{desk.figure(group.best)}{_best(desk, group)}"
    if group.count == 1:
        return f"{name}: from 1 record, {best}"
    told = sorted(group.quantiles.items()) if group.count >= FEW else [(0.5, group.quantiles[0.5])]
    at = "  ".join(f"{level:g}: {desk.figure(value)}" for level, value in told)
    trend = "" if group.trend is None else f"; trend {_signed(group.trend)} a year of release"
    of = f"{group.models} model{'s' * (group.models > 1)} on {group.benchmarks} benchmark{'s' * (group.benchmarks > 1)}"
    return f"{name}: from {group.count} records of {of}; quantiles {at}; best {best}{trend}"


def _signed(change: float) -> str:
    return f"{change:+.0f}" if abs(change) >= 100 else f"{change:+.3g}"


def _best(desk: Desk, group: Aggregate) -> str:
    """The id of the best record, which counts as shown."""
    if group.best_record not in desk.visible:
        return ""
    desk.show_record(desk.history.record(group.best_record))
    return f" [{group.best_record}]"
