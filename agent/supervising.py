"""The supervisor: where draws disagree, somebody looks again and reconciles them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.disagreement import disagreement
from agent.opinion import Opinion
from agent.quoting import one_line
from agent.tools.desk import Desk, record_line
from records.distribution import Distribution

SUPERVISOR = "supervisor"
"""Stands for a framing in the supervisor's own opinion."""

MOST_REASONS = 4
MOST_CITED = 8


def drafts(opinions: Sequence[Opinion], desk: Desk) -> str:
    """Tell what each draw stated and why, with the records that it cites; those count as shown to the supervisor."""
    return "\n\n".join(_draft(number, opinion, desk) for number, opinion in enumerate(opinions, start=1))


def difference(draws: Sequence[Distribution], unit: str) -> str:
    """Say how far the draws are apart."""
    medians = [draw.median for draw in draws]
    width = sum(draw.standard_deviation for draw in draws) / len(draws)
    return (
        f"their medians lie between {min(medians):.4g} and {max(medians):.4g} {unit}, their mean distance is "
        f"{disagreement(draws):.3g} and the mean standard deviation that they state {width:.3g}."
    )


def _draft(number: int, opinion: Opinion, desk: Desk) -> str:
    lines = [f"Forecaster {number} ({opinion.framing.replace('_', ' ')}): {_figures(opinion)}"]
    if opinion.stated is not None:
        lines += [f"  for: {one_line(reason)}" for reason in opinion.stated.reasons_for[:MOST_REASONS]]
        lines += [f"  against: {one_line(reason)}" for reason in opinion.stated.reasons_against[:MOST_REASONS]]
        lines += [f"  would change: {one_line(finding)}" for finding in opinion.stated.would_change[:2]]
        lines.append(f"  grounding {opinion.stated.grounding:.2f}, confidence {opinion.stated.confidence:.2f}")
    lines += [f"  cites {line}" for key in list(opinion.cited)[:MOST_CITED] if (line := _cited(key, desk))]
    return "\n".join(lines)


def _figures(opinion: Opinion) -> str:
    stated = opinion.distribution
    if stated is None:
        return "no figures"
    (low, high), (least, most) = stated.interval(50), stated.interval(90)
    return f"median {stated.median:.4g}, 50 % {low:.4g} to {high:.4g}, 90 % {least:.4g} to {most:.4g}"


def _cited(key: str, desk: Desk) -> str:
    if key in desk.visible:
        return desk.show_record(desk.history.record(key))
    known = next((record for record in desk.question.known if record.id == key), None)
    return record_line(known, unit=desk.unit_of(known.benchmark)) if known else ""
