"""Tables of ``scorecast bench`` and ``scorecast audit`` for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from eval.audit import Audit
from eval.benchpress.leaderboards import MARGINS, Order
from eval.benchpress.published import Check
from eval.comparison import Comparison
from eval.memory import label
from eval.result import Estimate, Result, Scores
from predictors.registry import DEFAULT

ITEMISED = 20
"""Findings, or bad rows, that are printed."""

FIGURES = ("median error", "CRPS", "skill", "50/80/90 %", "width")


def forecasters(found: Result) -> Table:
    """One row a forecaster, the lowest CRPS first."""
    title = f"{found.suite}: {found.questions:,} questions, in points, with 95 % limits; * baseline"
    table = _table("forecaster", *FIGURES, "silent", "failed", "fit s", title=title)
    for name, scores in found.forecasters.items():
        shown = f"{name} *" if scores.baseline else name
        table.add_row(
            Text(shown), *_figures(scores), str(scores.abstained), str(scores.failed), f"{scores.seconds_fit:.1f}"
        )
    return table


def groups(found: Result, *, order: Sequence[str]) -> Table | None:
    """One row a group of the suite, for the default forecaster or else the best; nothing where there is one group."""
    name = DEFAULT if DEFAULT in found.forecasters else next(iter(found.forecasters))
    parts = found.forecasters[name].groups
    if len(parts) < 2:
        return None
    table = _table(f"{name} by group", "questions", *FIGURES)
    for group in order:
        if group in parts:
            table.add_row(Text(group), f"{parts[group].n:,}", *_figures(parts[group]))
    return table


def memory(found: Result) -> Table | None:
    """One row a forecaster and part by what its language model may remember; nothing where no answer tells."""
    table = _table("what it may remember", "part", "questions", *FIGURES)
    for name, scores in found.forecasters.items():
        for part, own in scores.memory.items():
            table.add_row(Text(name), Text(label(part)), f"{own.n:,}", *_figures(own))
    return table if table.row_count else None


def first(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many there are more."""
    rest = len(lines) - ITEMISED
    return [*lines[:ITEMISED], *([f"... and {rest:,} more"] if rest > 0 else [])]


def harness_check(checks: Sequence[Check]) -> Table:
    """The published method beside its published errors."""
    table = _table("harness check", "published", "here", "difference", "verdict")
    for one in checks:
        verdict = "as published" if one.sound else f"more than {one.tolerance:g} points off: do not trust these figures"
        table.add_row(one.group, f"{one.published:.2f}", f"{one.found:.2f}", f"{one.difference:+.2f}", verdict)
    return table


def leaderboards(orders: Sequence[Order]) -> Table:
    """How each forecaster completes the leaderboards of a protocol."""
    table = _table("leaderboards completed", *(f"pairs right, {margin:g} or more apart" for margin in MARGINS))
    for one in sorted(orders, key=lambda one: -one.shares[MARGINS[-1]]):
        table.add_row(Text(one.forecaster), *(f"{one.shares[margin]:.1%}" for margin in MARGINS))
    return table


def comparison(found: Comparison) -> Table:
    """One row a score of two results."""
    table = _table("forecaster", "score", "first", "second", "difference", "better", title=found.suite)
    for row in found.rows:
        names = row.names[0] if row.names[0] == row.names[1] else " / ".join(row.names)
        better = row.better or "neither, within the noise"
        table.add_row(Text(names), row.score, _limits(row.first), _limits(row.second), _limits(row.difference), better)
    return table


def audit_lines(found: Audit) -> list[Text]:
    """What the audit of one run has to say."""
    lines = [
        Text(f"{found.forecaster} (run {found.run})", style="bold"),
        Text(f"  {found.questions:,} answers in {found.folds} folds, {found.cited:,} citations checked"),
    ]
    if not found.traced:
        lines.append(Text("  It does not say what it was fitted on: its hits are all there is to go by.", style="dim"))
    lines += [Text(f"  {finding}", style="red") for finding in first([str(finding) for finding in found.findings])]
    told = f"  {found.exactness}"
    lines.append(Text(f"{told}: it has seen them", style="red") if found.exactness.suspicious else Text(told))
    lines.append(Text("  no leak was found", style="green") if found.clean else Text("  LEAKING", style="bold red"))
    return lines


def _table(*heads: str, title: str | None = None) -> Table:
    return Table(*heads, title=title, title_justify="left", box=None, header_style="bold")


def _figures(scores: Scores) -> list[str]:
    covered = [scores.cover50, scores.cover80, scores.cover90]
    return [
        _limits(scores.estimate("medae")),
        _limits(scores.estimate("crps")),
        _number(scores.skill_climatology),
        "/".join(f"{100 * share:.0f}" for share in covered if share is not None),
        _number(scores.width90_median, digits=1),
    ]


def _limits(found: Estimate) -> str:
    if found.value is None:
        return ""
    limits = "" if found.low is None else f" ({found.low:.2f}-{found.high:.2f})"
    return f"{found.value:.2f}{limits}"


def _number(value: float | None, *, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"
