"""The card: a forecast as people read it in a terminal.

Nothing is decided here; everything shown is on the reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from records.distribution import INTERVALS, Distribution
from records.evidence import Evidence
from records.forecast import Component, Forecast
from records.metric import Metric, Unit
from records.record import Record
from scorecast.pipeline import Reply
from scorecast.showing.reasons import reasons

BAR = 60
"""Width of the interval bar, in characters."""

LEAST_BAR = 16
"""Below this nothing can be seen on a bar."""

WIDE = 110
"""Columns of a card where there is room."""

FRAME = 4
"""Columns that the frame of a card takes."""

SHADES = {50: "█", 80: "▓", 90: "░"}


def show(console: Console, reply: Reply, *, threshold: float | None = None) -> None:
    """Print one reply as a card."""
    console.print(card(reply, threshold=threshold, columns=console.width))


def fitting(columns: int, beside: int = 0) -> int:
    """Return how wide a bar of intervals is in a frame of so many columns, with so many taken beside it."""
    return max(LEAST_BAR, min(BAR, columns - FRAME - beside))


def card(reply: Reply, *, threshold: float | None = None, columns: int = WIDE) -> RenderableType:
    """Lay one reply out: what was asked, what is known already, the forecast, and what it rests on."""
    question = reply.question
    title = Text(f"{question.model.name} on {question.benchmark.name}")
    if not isinstance(reply.answer, Forecast):
        return Panel(Text(f"No forecast: {reply.answer.reason}"), title=title, title_align="left", expand=False)
    forecast = reply.answer
    parts: list[RenderableType] = [
        _asked(forecast),
        *_reported(reply),
        Text(),
        *_verdict(forecast, threshold, fitting(columns)),
    ]
    parts += [Text(), _evidence(forecast), Text(), _components(forecast), *_reasons(reply)]
    parts += [Text(), *_footnotes(forecast)]
    parts += _place(reply)
    return Panel(Group(*parts), title=title, title_align="left", padding=(0, 1), expand=False)


def comparison(first: Forecast, second: Forecast, *, columns: int = WIDE) -> RenderableType:
    """Say which of two models is likelier ahead on one benchmark, with both bars on one scale."""
    metric = first.question.metric
    ahead = first.distribution.probability_above(second.distribution)
    ahead = ahead if metric.higher_is_better else 1.0 - ahead
    names = [f.question.model.name for f in (first, second)]
    likelier, odds = (names[0], ahead) if ahead >= 0.5 else (names[1], 1.0 - ahead)
    low, high = axis([first.distribution, second.distribution], metric, None)
    table = Table.grid(padding=(0, 1))
    medians = [score(forecast.distribution.median, metric) for forecast in (first, second)]
    width = fitting(columns, max(map(len, names)) + max(map(len, medians)) + 4)
    for name, median, forecast in zip(names, medians, (first, second), strict=True):
        table.add_row(Text(name), median, bar(forecast.distribution, low, high, width=width))
    table.add_row("", "", ruler(low, high, metric, width=width))
    verdict = Text.assemble(
        (f"{likelier} scores better with probability {chance(odds)}", "bold"), ", the two taken as independent."
    )
    title = Text(f"{names[0]} or {names[1]} on {first.question.benchmark.name}")
    return Panel(Group(verdict, Text(), table), title=title, title_align="left", padding=(0, 1), expand=False)


def score(value: float, metric: Metric) -> str:
    """Write a score with its unit: ``71.3 %``, ``1,284``, ``$5,230``."""
    if metric.unit is Unit.PERCENT:
        return f"{value:.1f} %"
    if metric.unit is Unit.USD:
        return f"${value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def chance(probability: float) -> str:
    """Write a probability in whole percent; neither 0 nor 100 are ever claimed."""
    percent = round(100.0 * probability)
    if percent <= 0:
        return "under 1 %"
    return "over 99 %" if percent >= 100 else f"{percent} %"


def limit(threshold: float, metric: Metric) -> str:
    """Write a score to reach as a score is written, with all digits that were told."""
    written = score(threshold, metric)
    exact = f"{threshold:,.12g}"
    if float(re.sub(r"[^\d.e+-]", "", written)) == threshold:
        return written
    return f"{exact} %" if metric.unit is Unit.PERCENT else f"${exact}" if metric.unit is Unit.USD else exact


def reached(forecast: Forecast, threshold: float) -> tuple[str, float, str]:
    """Tell how likely a score to reach is: ``at least 60.0 %``, the probability, and the name of the other side."""
    metric, stated = forecast.question.metric, forecast.distribution
    if metric.higher_is_better:
        return f"at least {limit(threshold, metric)}", stated.exceedance(threshold), "below"
    return f"at most {limit(threshold, metric)}", stated.cdf(threshold), "above"


def doubt(threshold: float, metric: Metric) -> str:
    """Say so where a threshold looks like a share of 1 though scores are in percent; empty where it does not."""
    if metric.unit is not Unit.PERCENT or not 0.0 < threshold < 1.0:
        return ""
    return f"Scores here are in percent: for {100 * threshold:g} % ask for {100 * threshold:g}."


def bar(distribution: Distribution, low: float, high: float, *, width: int = BAR) -> Text:
    """Draw the central intervals between two ends: 50 % full, 80 % dark, 90 % light, the median as a line."""
    cells = ["─"] * width
    for percent in sorted(INTERVALS, reverse=True):
        start, end = distribution.interval(percent)
        for i in range(_column(start, low, high, width), _column(end, low, high, width) + 1):
            cells[i] = SHADES[percent]
    middle = _column(distribution.median, low, high, width)
    line = Text("".join(cells), style="cyan")
    line.plain = line.plain[:middle] + "┃" + line.plain[middle + 1 :]
    line.stylize("bold yellow", middle, middle + 1)
    return line


def _column(value: float, low: float, high: float, width: int = BAR) -> int:
    return min(width - 1, max(0, round((value - low) / (high - low) * (width - 1))))


def ruler(low: float, high: float, metric: Metric, *, width: int = BAR) -> Text:
    """Write the two ends of a bar below it."""
    left, right = score(low, metric), score(high, metric)
    return Text(left + " " * max(1, width - len(left) - len(right)) + right, style="dim")


def axis(shown: Sequence[Distribution], metric: Metric, threshold: float | None) -> tuple[float, float]:
    """Return the ends of a bar: the bounds for percent, else the outermost quantiles with some air."""
    if metric.unit is Unit.PERCENT and metric.bounded:
        return metric.bounds
    told = [] if threshold is None else [threshold]
    low = min([d.quantiles[0] for d in shown] + told)
    high = max([d.quantiles[-1] for d in shown] + told)
    air = 0.1 * (high - low) or 1.0
    least, most = metric.bounds
    return max(low - air, least), min(high + air, most)


def _asked(forecast: Forecast) -> Text:
    question = forecast.question
    metric = question.metric
    direction = "higher is better" if metric.higher_is_better else "lower is better"
    chance = f", chance {score(metric.chance, metric)}" if metric.chance else ""
    setting = f"; setting: {question.setting}" if question.setting.told() else ""
    return Text(
        f"{metric.name} in {metric.unit.value}, {direction}{chance}; as of {question.as_of}{setting}", style="dim"
    )


def _reported(reply: Reply) -> Iterable[RenderableType]:
    if not reply.already_reported:
        return
    metric = reply.question.metric
    yield Text(f"Already reported ({len(reply.already_reported)}):", style="bold")
    yield _records_table(reply.already_reported[:5], metric)
    yield Text(
        "The forecast below is of a new measurement, given these. --withhold forecasts without them.", style="dim"
    )


def _verdict(forecast: Forecast, threshold: float | None, width: int) -> Iterable[RenderableType]:
    metric, stated = forecast.question.metric, forecast.distribution
    low, high = axis([stated], metric, threshold)
    yield Text.assemble(("Median ", ""), (score(stated.median, metric), "bold yellow"))
    for percent in INTERVALS:
        start, end = stated.interval(percent)
        yield Text.assemble(
            (f"{SHADES[percent]} ", "cyan"), f"{percent} % between {score(start, metric)} and {score(end, metric)}"
        )
    if threshold is not None:
        what, odds, other = reached(forecast, threshold)
        yield Text.assemble(
            f"P(score is {what}) = ", (chance(odds), "bold yellow"), f", {other} it {chance(1.0 - odds)}"
        )
        if told := doubt(threshold, metric):
            yield Text(told, style="yellow")
    yield bar(stated, low, high, width=width)
    if threshold is not None:
        yield Text(" " * _column(threshold, low, high, width) + "▲", style="red")
    yield ruler(low, high, metric, width=width)


def _evidence(forecast: Forecast) -> RenderableType:
    if not forecast.evidence:
        return Text("Evidence: none; the forecast rests on what such models and benchmarks do in general.")
    links = list(dict.fromkeys(item.record.url for item in forecast.evidence if item.record.url))
    table = Table("Evidence", "score", "date", "source", "why", box=None, header_style="bold", padding=(0, 1, 0, 0))
    for item in forecast.evidence:
        table.add_row(*_evidence_row(item, links))
    references = [Text(f"[{number}] {link}", style="dim", overflow="fold") for number, link in enumerate(links, 1)]
    return Group(table, *references)


def _evidence_row(item: Evidence, links: Sequence[str]) -> Iterable[Text]:
    record = item.record
    source = f"{record.source} [{links.index(record.url) + 1}]" if record.url else record.source
    what = f"{record.model} on {record.benchmark}"
    return map(Text, (what, f"{record.value:g}", f"{record.published}{_basis(record)}", source, item.why))


def _basis(record: Record) -> str:
    return "" if record.date_basis == "reported" else f" ({record.date_basis.value})"


def _records_table(records: Sequence[Record], metric: Metric) -> Table:
    table = Table.grid(padding=(0, 2))
    for record in records:
        error = f" ± {record.standard_error:.1f}" if record.standard_error else ""
        source = Text(record.source, style=f"link {record.url}" if record.url else "")
        told = str(record.setting) if record.setting.told() else ""
        table.add_row(
            f"  {score(record.value, metric)}{error}", f"{record.published}{_basis(record)}", source, Text(told)
        )
    return table


def _components(forecast: Forecast) -> RenderableType:
    if not forecast.components:
        return Text(f"A single forecaster: {forecast.method}.", style="dim")
    table = Table("Component", "weight", "median", "90 %", "how", box=None, header_style="bold", padding=(0, 1, 0, 0))
    for part in sorted(forecast.components, key=lambda c: -c.weight):
        table.add_row(*_component_row(part, forecast.question.metric))
    return Group(table, Text(forecast.weighing, style="dim"))


def _component_row(part: Component, metric: Metric) -> Iterable[Text]:
    low, high = part.distribution.interval(90)
    reach = f"{score(low, metric)} to {score(high, metric)}"
    return map(Text, (part.name, f"{part.weight:.2f}", score(part.distribution.median, metric), reach, part.reason))


def _reasons(reply: Reply) -> Iterable[RenderableType]:
    """What the language model said for and against, one line each."""
    told = reasons(reply.opinions)
    if not told:
        return
    table = Table.grid(padding=(0, 2))
    for kind, text in told:
        table.add_row(Text(f"  {kind}", style="dim"), Text(text))
    yield Text()
    yield Text("The language model says:", style="bold")
    yield table


def _footnotes(forecast: Forecast) -> Iterable[RenderableType]:
    level = forecast.evidence_level
    yield Text(
        f"Known: {level.model_scores} other score(s) of this model, {level.benchmark_scores} other model(s) on this "
        f"benchmark. Forecaster: {forecast.method}, {_language_model(forecast)}.",
        style="dim",
    )
    for caveat in forecast.caveats:
        yield Text(f"! {caveat}", style="yellow")


def _place(reply: Reply) -> Iterable[RenderableType]:
    """Say where the ledger has it, and how it is settled."""
    if reply.issued:
        key = reply.issued.id
        yield Text(f"Ledger: {key}. Once the score is known: scorecast resolve {key} SCORE", style="dim")


def _language_model(forecast: Forecast) -> str:
    """Say which language model took part and what it cost."""
    told = forecast.provenance.settings
    if not told.get("agent_share"):
        return "without a language model"
    cost = f"${told['usd']:.4f}" if not told.get("unpriced_calls") else "price unknown"
    cached = f" and {told['cached_calls']} from the cache" if told.get("cached_calls") else ""
    mode = ", names masked" if told.get("mode") == "blind" else ""
    return (
        f"with the language model {told['llm']} ({told['think']} effort{mode}; {told['draws']} draw(s) that speak; "
        f"{told['calls']} calls{cached}, {told['tokens']:,} tokens, {cost}, {told['agent_seconds']:.1f} s)"
    )
