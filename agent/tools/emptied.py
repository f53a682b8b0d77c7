"""Why nothing was found: which condition emptied a result, so that a model can ask better.

In: the conditions of a call that found nothing. Out: one sentence. Each condition is left out in turn, and where no
single one is to blame, each is tried alone: a look-up of at most ``MOST`` records each, by the same search and under
the same barrier as the call itself. Conditions are told by their fields, never by their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.tools.conditions import MOST
from agent.tools.desk import Desk
from records.errors import ScorecastError
from records.search import Where

Given = Mapping[str, Where]
"""Single conditions by the field that tells them; fields of a setting count one by one."""


def emptied(desk: Desk, where: Where) -> str:
    """Say which conditions leave nothing, and what there is without them."""
    given = _each(where)
    return f"nothing found: {_why(desk, where, given)} {_hint(desk, where)}".strip()


def _why(desk: Desk, where: Where, given: Given) -> str:
    if len(given) < 2:
        return f"no visible record meets {', '.join(given) or 'this'}."
    all_of = f"no visible record meets all of {', '.join(given)}"
    if freed := _counts(desk, {name: _without(where, name) for name in given}):
        return f"{all_of}. Without {freed}."
    alone = _counts(desk, given) or "none of them is met by a visible record"
    return f"{all_of}, and leaving out one of them does not help. Each alone: {alone}."


def _hint(desk: Desk, where: Where) -> str:
    question = desk.question
    if question.model.id in where.models and question.benchmark.id in where.benchmarks and not question.cell_known:
        return "The asked score itself is withheld."
    if "reasoning" in where.model_fields_set or where.setting:
        return "Many records do not tell their setting, and many models not whether they reason."
    return ""


def _each(where: Where) -> dict[str, Where]:
    told: dict[str, Any] = {name: getattr(where, name) for name in sorted(where.model_fields_set)}
    setting = told.pop("setting", {})
    single = {name: Where.model_validate({name: value}) for name, value in told.items() if value not in (None, ())}
    return single | {f"setting.{key}": Where(setting={key: value}) for key, value in setting.items()}


def _without(where: Where, name: str) -> Where:
    told = {field: getattr(where, field) for field in where.model_fields_set}
    field, _, key = name.partition(".")
    kept = {k: v for k, v in where.setting.items() if k != key} if key else None
    told = {f: v for f, v in told.items() if f != field} | ({"setting": kept} if kept else {})
    return Where.model_validate(told)


def _counts(desk: Desk, conditions: Given) -> str:
    found = {name: _count(desk, where) for name, where in conditions.items()}
    return ", ".join(
        f"{name}: {count}{' or more' if count >= MOST else ''} record{'s' * (count != 1)}"
        for name, count in found.items()
        if count
    )


def _count(desk: Desk, where: Where) -> int:
    """Visible records under some conditions, near-duplicates once, at most ``MOST``."""
    try:
        return sum(passage.id in desk.visible for passage in desk.search.filter(where, limit=MOST))
    except ScorecastError:
        return 0
