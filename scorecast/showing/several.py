"""Several forecasts on one benchmark, side by side: who is likely to be the best, by how much, and what is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from records.distribution import Distribution
from records.forecast import Forecast
from scorecast.pipeline import Reply
from scorecast.showing.card import WIDE, axis, bar, chance, fitting, reached, ruler, score
from scorecast.showing.reply_json import Json, as_json

DRAWS = 20_000
"""Draws by which the chance of being the best of several is reckoned; their error is below half a percent."""

BESIDE = 46
"""Columns that stand beside the bar of intervals, names left out."""


def probabilities_best(stated: Sequence[Distribution], *, higher_is_better: bool) -> list[float]:
    """Reckon how likely each is the best, taken as independent, by draws that are the same each time; ties are shared.

    They add up to 1.
    """
    rng = np.random.default_rng(0)
    draws = np.array([one.samples(DRAWS, rng) for one in stated])
    if not higher_is_better:
        draws = -draws
    winners = draws == draws.max(axis=0)
    shares: list[float] = (winners / winners.sum(axis=0)).mean(axis=1).tolist()
    return shares


def probability_better(first: Forecast, second: Forecast) -> float:
    """Return the probability that the first model scores better, the two taken as independent, ties counted half."""
    above = first.distribution.probability_above(second.distribution)
    return above if first.question.metric.higher_is_better else 1.0 - above


def ranking(replies: Sequence[Reply], *, threshold: float | None = None, columns: int = WIDE) -> RenderableType:
    """Lay forecasts on one benchmark out, the likeliest best first; one that abstained stands below with its reason."""
    made = [(reply, reply.answer) for reply in replies if isinstance(reply.answer, Forecast)]
    if not made:
        return Text("\n".join(_silent(reply) for reply in replies))
    metric = made[0][1].question.metric
    stated = [forecast.distribution for _, forecast in made]
    best = probabilities_best(stated, higher_is_better=metric.higher_is_better)
    low, high = axis(stated, metric, threshold)
    passing: list[str] = [] if threshold is None else [f"P({reached(made[0][1], threshold)[0]})"]
    table = Table("Model", "best with", "median", *passing, "50, 80 and 90 %", "ledger", box=None, header_style="bold")
    named = max(len(forecast.question.model.name) for _, forecast in made)
    width = fitting(columns, BESIDE + named + sum(map(len, passing)))
    for place in sorted(range(len(made)), key=lambda i: -best[i]):
        reply, forecast = made[place]
        odds = [] if threshold is None else [chance(reached(forecast, threshold)[1])]
        drawn = bar(forecast.distribution, low, high, width=width)
        name, median = Text(forecast.question.model.name), score(forecast.distribution.median, metric)
        table.add_row(name, chance(best[place]), median, *odds, drawn, reply.issued.id[:8] if reply.issued else "")
    table.add_row("", "", "", *[""] * len(passing), ruler(low, high, metric, width=width), "")
    question = made[0][1].question
    setting = f"; setting: {question.setting}" if question.setting.told() else ""
    head = Text(f"as of {question.as_of}{setting}; the scores are taken as independent", style="dim")
    parts: list[RenderableType] = [head, Text(), table, Text(), *(Text(line) for line in _notes(replies))]
    return Panel(Group(*parts), title=Text(question.benchmark.name), title_align="left", padding=(0, 1), expand=False)


def several_json(replies: Sequence[Reply], *, threshold: float | None = None) -> dict[str, Json]:
    """Return several replies, and of those on one benchmark how likely each model scores better than each other."""
    pairs: list[Json] = []
    for first, second in combinations(replies, 2):
        one, other = first.answer, second.answer
        alike = first.question.benchmark.id == second.question.benchmark.id
        if alike and isinstance(one, Forecast) and isinstance(other, Forecast):
            named: dict[str, Json] = {"first": first.question.model.id, "second": second.question.model.id}
            pairs.append(named | {"probability_first_better": round(probability_better(one, other), 4)})
    return {"forecasts": [as_json(reply, threshold=threshold) for reply in replies], "pairs": pairs}


def _notes(replies: Sequence[Reply]) -> list[str]:
    """What was reported already, what to be careful about, and what is no forecast; each once."""
    told = [_silent(reply) for reply in replies if not isinstance(reply.answer, Forecast)]
    for reply in replies:
        for record in reply.already_reported[:1]:
            value = score(record.value, reply.question.metric)
            told.append(f"Already reported: {reply.question.model.name} {value} ({record.published}, {record.source})")
    caveats = {c: None for reply in replies if isinstance(reply.answer, Forecast) for c in reply.answer.caveats}
    return [*told, *(f"! {caveat}" for caveat in caveats)]


def _silent(reply: Reply) -> str:
    reason = "" if isinstance(reply.answer, Forecast) else reply.answer.reason
    return f"{reply.question.model.name} on {reply.question.benchmark.name}: no forecast. {reason}"
