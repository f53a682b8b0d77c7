"""The trace: conversations of the agent as people read them in a terminal.

Everything in it was written by a language model or by strangers: it is printed as plain text, without markup or
control characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from agent.access.transcript import Said
from agent.opinion import Opinion
from agent.quoting import printable
from agent.remembered import Remembered
from records.distribution import Distribution
from records.names.fold import fold

STYLES = {"system": "dim", "user": "cyan", "assistant": "bold", "tool": "green"}
LONGEST = 20_000
"""Characters of one message."""

SYSTEM = 160
"""Characters that are shown of our own instructions, which stand in ``prompts``."""


def trace(remembered: Remembered) -> RenderableType:
    """Lay out all conversations of one forecast."""
    question = remembered.question
    title = Text(printable(f"{question.model.name} on {question.benchmark.name}: what was said"))
    parts = [part for opinion in remembered.opinions for part in _opinion(opinion)]
    parts.append(Rule("outcome", style="dim"))
    parts += [_stated("language model", remembered.agent), _stated("statistics", remembered.statistics)]
    if remembered.failure:
        parts.append(Text(f"No opinion: {printable(remembered.failure)}", style="yellow"))
    return Panel(Group(*parts), title=title, title_align="left")


def _opinion(opinion: Opinion) -> Iterator[RenderableType]:
    yield Rule(Text(opinion.framing.replace("_", " ")), style="dim")
    for said in opinion.messages:
        yield _message(said)
    yield _stated(
        f"{opinion.framing.replace('_', ' ')}{' (abstains)' if opinion.abstains else ''}", opinion.distribution
    )
    for remark in (*opinion.repairs, *opinion.flags, *filter(None, [opinion.failure])):
        yield Text(f"! {printable(remark)}", style="yellow")


def _message(said: Said) -> Text:
    text = Text(f"[{said.role}] ", style=STYLES.get(said.role, ""))
    longest = SYSTEM if said.role == "system" else LONGEST
    text.append(printable(said.content, longest=longest), style="dim" if said.role == "system" else "not bold")
    for wish in said.wishes:
        text.append(f"\n  calls {printable(wish.name)}({printable(wish.arguments, longest=LONGEST)})", style="magenta")
    return text


def _stated(who: str, stated: Distribution | None) -> Text:
    if stated is None:
        return Text(f"{who}: no distribution", style="bold")
    low, high = stated.interval(90)
    return Text(f"{who}: median {stated.median:.4g}, 90 % between {low:.4g} and {high:.4g}", style="bold")


def matching(kept: Iterable[Remembered], what: str) -> list[Remembered]:
    """Forecasts whose id begins with, or whose model or benchmark contains, what was typed; the latest date first."""
    wanted = fold(what)
    found = [one for one in kept if one.id.startswith(what.strip()) or (wanted and wanted in _spoken(one))]
    return sorted(found, key=lambda one: (one.question.as_of, one.id), reverse=True)


def _spoken(one: Remembered) -> str:
    asked = one.question
    return fold(f"{asked.model.id} {asked.model.name} {asked.benchmark.id} {asked.benchmark.name}")


def listing(found: Iterable[Remembered]) -> Table:
    """List forecasts, one row each."""
    table = Table("id", "as of", "model", "benchmark", "language model", "said", "statistics", box=None)
    for one in found:
        said, statistics = (f"{d.median:.4g}" if d else "-" for d in (one.agent, one.statistics))
        names = [Text(printable(t)) for t in (one.question.model.id, one.question.benchmark.id, one.llm)]
        table.add_row(one.id, one.question.as_of.isoformat(), *names, said, statistics)
    return table
