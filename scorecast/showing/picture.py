"""The picture: a forecast as HTML for a notebook, a drawing of its intervals and a table beneath.

The drawing is an inline SVG with letters as outlines: it needs no network, no script and no font. Every name and
reason comes from strangers and is escaped; links are http(s) only, as the records hold them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from records.distribution import INTERVALS
from records.evidence import Evidence
from records.forecast import Forecast
from scorecast.pipeline import Reply
from scorecast.showing.card import chance, reached, score

WIDTHS = {50: 18.0, 80: 10.0, 90: 4.0}
"""Thickness of the bar of each interval, in points."""

SHOWN = 5
"""Records of evidence in the table."""

BLUE, RED, GREY = "#1f5fa8", "#b3261e", "#5f6368"


def page(reply: Reply, *, threshold: float | None = None) -> str:
    """Return one reply as HTML; an abstention is a sentence."""
    question = reply.question
    title = f"<b>{escape(question.model.name)}</b> on <b>{escape(question.benchmark.name)}</b>"
    if not isinstance(reply.answer, Forecast):
        return f"<div>{title}: no forecast. {escape(reply.answer.reason)}</div>"
    parts = (title, drawing(reply, threshold=threshold), _figures(reply.answer, threshold), _evidence(reply.answer))
    return f"<div>{''.join(parts)}</div>"


def drawing(reply: Reply, *, threshold: float | None = None) -> str:
    """Draw the central intervals, the median, reported scores and a threshold as an SVG element."""
    if not isinstance(reply.answer, Forecast):
        return ""
    figure, axes = _canvas([reply])
    if threshold is not None:
        axes.axvline(threshold, color=RED, linestyle="--", linewidth=1.2)
    axes.set_yticks([])
    return _svg(figure)


def comparison_page(ranked: Sequence[tuple[Reply, float]]) -> str:
    """Return forecasts on one benchmark as HTML, each with the chance of its model to be the best; the best first."""
    replies = [reply for reply, _ in ranked]
    figure, axes = _canvas(replies)
    names = [reply.question.model.name for reply in replies]
    axes.set_yticks([-float(row) for row in range(len(names))], names, parse_math=False)
    title = f"<b>{escape(replies[0].question.benchmark.name)}</b>, as of {replies[0].question.as_of}"
    rows = [(name, *_summary(reply), chance(best)) for name, (reply, best) in zip(names, ranked, strict=True)]
    return f"<div>{title}{_svg(figure)}{_table(('model', 'median', '90 % between', 'best with'), rows)}</div>"


def _canvas(replies: Sequence[Reply]) -> tuple[Figure, Axes]:
    """Draw the central intervals, the median and reported scores of each reply, one below the other."""
    figure = Figure(figsize=(6.4, 0.9 + 0.4 * len(replies)), layout="constrained")
    axes = figure.subplots()
    for row, reply in enumerate(replies):
        _draw(axes, reply, -float(row))
    metric = replies[0].question.metric
    axes.set_ylim(-len(replies), 1)
    axes.set_xlabel(f"{metric.name} ({metric.unit.value})", parse_math=False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _draw(axes: Axes, reply: Reply, height: float) -> None:
    if not isinstance(reply.answer, Forecast):
        return
    stated = reply.answer.distribution
    for percent in sorted(INTERVALS, reverse=True):
        both = (height, height)
        axes.plot(
            stated.interval(percent), both, color=BLUE, linewidth=WIDTHS[percent], alpha=0.45, solid_capstyle="butt"
        )
    axes.plot([stated.median], [height], "|", color=BLUE, markersize=26, markeredgewidth=2.5)
    reported = [record.value for record in reply.already_reported]
    axes.plot(reported, [height] * len(reported), "o", color=GREY, markersize=5)


def _summary(reply: Reply) -> tuple[str, str]:
    if not isinstance(reply.answer, Forecast):
        return "none", ""
    stated, metric = reply.answer.distribution, reply.question.metric
    low, high = stated.interval(90)
    return score(stated.median, metric), f"{score(low, metric)} and {score(high, metric)}"


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "scorecast"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _figures(forecast: Forecast, threshold: float | None) -> str:
    stated, metric = forecast.distribution, forecast.question.metric
    rows = [("median", score(stated.median, metric))]
    for percent in INTERVALS:
        low, high = stated.interval(percent)
        rows.append((f"{percent} % between", f"{score(low, metric)} and {score(high, metric)}"))
    if threshold is not None:
        what, odds, _ = reached(forecast, threshold)
        rows.append((what, chance(odds)))
    rows.append(("as of", str(forecast.question.as_of)))
    return _table((), rows)


def _evidence(forecast: Forecast) -> str:
    if not forecast.evidence:
        return ""
    rows = [_row(item) for item in forecast.evidence[:SHOWN]]
    return _table(("evidence", "score", "published", "why"), rows)


def _row(item: Evidence) -> tuple[str, ...]:
    record = item.record
    return f"{record.model} on {record.benchmark}", f"{record.value:g}", str(record.published), item.why


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"
