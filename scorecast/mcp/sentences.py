"""Answers in a few sentences, for agents that read text; made from the structured content, so the two agree.

Names, notes and sources were written by strangers: they stand on one line, disarmed and cut to a length.
"""

from __future__ import annotations

from typing import Any

from agent.quoting import one_line

Told = dict[str, Any]
"""Structured content that has been laid out already."""

NAME = 120


def forecast_sentence(told: Told) -> str:
    """Say median, interval, threshold, reports of the very score, caveats, and where the ledger has it."""
    question = told["question"]
    title = f"{_name(question['model'])} on {_name(question['benchmark'])}, as of {told['as_of']}"
    if told.get("abstained"):
        return f"{title}: no forecast. {one_line(told['reason'], longest=400)}"
    (low, high), better = told["intervals"]["90"], "higher" if question["higher_is_better"] else "lower"
    scores = f"median {told['median']:.4g}, 90 % between {low:.4g} and {high:.4g} {told['unit']}"
    parts = [f"{title}: {scores} ({question['metric']}, {better} is better)."]
    if threshold := told.get("threshold"):
        parts.append(f"P(score >= {threshold['value']:g}) = {threshold['probability_at_least']:.2f}.")
    if reports := told["already_reported"]:
        values = ", ".join(f"{r['value']:g} ({r['published']}, {_name(r['source'])})" for r in reports)
        parts.append(f"Already reported: {values}; the forecast is of a new measurement.")
    if spoken := [one for one in told.get("opinions", ()) if one.get("reasons_for") and one["speaks"]]:
        reasons = " ".join(one_line(text, longest=300) for text in spoken[-1]["reasons_for"])
        parts.append(f"The language model says: {reasons}")
    if caveats := told.get("caveats"):
        parts.append(f"Careful: {'; '.join(one_line(text, longest=200) for text in caveats)}.")
    parts.append(f"Entered in the ledger as {told['id']}.")
    return " ".join(parts)


def comparison_sentence(told: Told) -> str:
    """Say each forecast, then how likely each model scores better than each other."""
    lines = [forecast_sentence(one) for one in told["forecasts"]]
    lines += [
        f"P({_name(p['first'])} scores better than {_name(p['second'])}) = {p['probability_first_better']:.2f}"
        for p in told["pairs"]
    ]
    return "\n".join(lines)


def found_sentence(told: Told) -> str:
    """Say what was found, a line each."""
    lines = [_hit(one) for one in told["hits"]]
    if not lines:
        return (
            f"Nothing was found as of {told['as_of']}: use fewer or broader conditions, other words, or a later date."
        )
    return "\n".join(lines)


def described_sentence(told: Told) -> str:
    """Say what it is, then its newest records."""
    return "\n".join([one_line(told["text"], longest=4_000), *(_hit(one) for one in told["records"])])


def settled_sentence(told: Told) -> str:
    """Say what settles the forecast, and whether it counts."""
    outcome = told["resolution"]
    counts = "it counts for the track record" if told["foresight"] else "it was no foresight, so it is not scored"
    return f"The forecast {told['id']} is settled by {outcome['value']:g} ({outcome['published']}): {counts}."


def entries_sentence(told: Told) -> str:
    """Say each entry, a line each."""
    lines = [_entry(one) for one in told["forecasts"]] or ["The ledger has no such forecast."]
    more = [f"More: cursor {told['next_cursor']}"] if told["next_cursor"] else []
    return "\n".join([*lines, *more])


def _entry(entry: Told) -> str:
    told, settled = entry["forecast"], entry["settled"]
    question, (low, high) = told["question"], told["intervals"]["90"]
    outcome = f"outcome {settled['resolution']['value']:g}" if settled else "open"
    return (
        f"{entry['id']} {entry['issued_at'][:10]} {_name(question['model'])} on {_name(question['benchmark'])}: "
        f"median {told['median']:.4g}, 90 % {low:.4g} to {high:.4g} {told['unit']}; {outcome}"
    )


def _hit(told: Told) -> str:
    return f"[{_name(told['id'])}] {one_line(told['text'], longest=600)}"


def _name(text: str) -> str:
    return one_line(text, longest=NAME)
