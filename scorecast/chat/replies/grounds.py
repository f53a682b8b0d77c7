"""Grounds of a forecast: what its components said and counted, and the evidence it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from records.forecast import Forecast
from records.names.catalogue import Catalogue
from scorecast.chat.replies.forecasts import evidence_line
from scorecast.chat.replies.markdown import blocks, code, count, plain, span, table
from scorecast.pipeline import Reply
from scorecast.showing.card import score

SMALLEST = 0.005
"""Weight below which a component is left out."""


def why(replies: Sequence[Reply]) -> str:
    """Tell what the components of each forecast said and how much they counted."""
    return blocks(*(_why(reply) for reply in replies))


def evidence(replies: Sequence[Reply], *, catalogue: Catalogue) -> str:
    """Tell all evidence of each forecast."""
    return blocks(*(_evidence(reply, catalogue) for reply in replies))


def _title(reply: Reply, median: bool = False) -> str:  # noqa: FBT001, FBT002 - private, and named where it is used
    told = f"{plain(reply.question.model.name)} on {plain(reply.question.benchmark.name)}"
    if not isinstance(reply.answer, Forecast):
        return f"**{told}:** no forecast. {plain(reply.answer.reason)}"
    return f"**{told}: {score(reply.answer.distribution.median, reply.question.metric)}**" if median else f"**{told}**"


def _why(reply: Reply) -> str:
    if not isinstance(reply.answer, Forecast):
        return _title(reply)
    forecast, metric = reply.answer, reply.question.metric
    parts = sorted((one for one in forecast.components if one.weight >= SMALLEST), key=lambda one: -one.weight)
    rows = [
        [plain(one.name), f"{one.weight:.2f}", score(one.distribution.median, metric),
         span(one.distribution.interval(90), metric), plain(one.reason)]
        for one in parts
    ]  # fmt: skip
    level = forecast.evidence_level
    reports = f", {count(level.cell_reports, 'report')} of this very score" if level.cell_reports else ""
    known = f"{count(level.model_scores, 'other score')} of this model"
    known = f"Known: {known}, {count(level.benchmark_scores, 'other model')} on this benchmark{reports}."
    return blocks(
        f"{_title(reply, median=True)}, pooled from",
        table(["forecaster", "weight", "median", "90 % in", "how"], rows) if rows else plain(forecast.method),
        " ".join(part for part in (plain(forecast.weighing), known) if part),
        f"Caveat: {'; '.join(plain(caveat) for caveat in forecast.caveats)}." if forecast.caveats else "",
        f"Ledger: {code(reply.issued.id)}." if reply.issued else "",
    )


def _evidence(reply: Reply, catalogue: Catalogue) -> str:
    if not isinstance(reply.answer, Forecast):
        return _title(reply)
    lines = [f"{number}. {evidence_line(item, catalogue)}" for number, item in enumerate(reply.answer.evidence, 1)]
    nothing = "No record bears on it; it rests on what such models and benchmarks do in general."
    return blocks(
        f"{_title(reply)} rests on",
        "\n".join(lines) or nothing,
        f"Ledger: {code(reply.issued.id)}." if reply.issued else "",
    )
