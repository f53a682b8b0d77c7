"""Forecasts in words: one of them in full, several as a table, and how models compare."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from records.distribution import INTERVALS
from records.evidence import Evidence
from records.forecast import Forecast
from records.metric import Metric
from records.names.catalogue import Catalogue
from records.record import Record
from scorecast.chat.replies.markdown import blocks, bullets, code, link, named, plain, span, table
from scorecast.pipeline import Reply
from scorecast.showing.card import chance, doubt, limit, reached, score
from scorecast.showing.reasons import reasons
from scorecast.showing.several import probability_better

TOP_EVIDENCE = 3
"""Pieces of evidence that are told unasked."""

REPORTS = 3
"""Reports of the asked cell that are told unasked."""

PAIRS = 3
"""Models up to which every pair is told; beyond, each is held against the likeliest best."""


def forecasts(replies: Sequence[Reply], *, threshold: float | None, catalogue: Catalogue, again: bool = False) -> str:
    """Tell one forecast in full, or several by benchmark.

    Args:
        replies: with their entries in the ledger.
        threshold: a score to reach.
        catalogue: names that evidence is told by.
        again: whether the same cell was asked for before, so that its evidence has been told.
    """
    if len(replies) == 1:
        return forecast(replies[0], threshold=threshold, catalogue=catalogue, again=again)
    benchmarks = dict.fromkeys(reply.question.benchmark.id for reply in replies)
    parts = [[reply for reply in replies if reply.question.benchmark.id == name] for name in benchmarks]
    if all(len(part) == 1 for part in parts):
        return _of_one_model(replies, threshold=threshold, again=again)
    return blocks(*(_compared(part, threshold=threshold, again=again) for part in parts))


def forecast(reply: Reply, *, threshold: float | None, catalogue: Catalogue, again: bool = False) -> str:
    """Tell one forecast: the distribution, what was reported, the nearest evidence, caveats and its place."""
    title = f"{plain(reply.question.model.name)} on {plain(reply.question.benchmark.name)}"
    if not isinstance(reply.answer, Forecast):
        return f"**{title}:** no forecast. {plain(reply.answer.reason)}"
    stated, metric = reply.answer.distribution, reply.question.metric
    intervals = " · ".join(f"{percent} % within {span(stated.interval(percent), metric)}" for percent in INTERVALS)
    head = blocks(
        f"**{title}: {score(stated.median, metric)}** (median; {_conditions([reply])})",
        _passing(reply.answer, threshold),
        intervals,
    )
    if again:
        return blocks(head, _footer([reply]))
    return blocks(head, _reported(reply), _nearest(reply.answer, catalogue), _language_model(reply), _footer([reply]))


def evidence_line(item: Evidence, catalogue: Catalogue) -> str:
    """Tell a piece of evidence with its record's id and source."""
    return f"{_record_line(item.record, catalogue)}: {plain(item.why)} ({code(item.record.id[:10])})"


def _record_line(record: Record, catalogue: Catalogue) -> str:
    benchmark = catalogue.benchmarks.get(record.benchmark)
    value = score(record.value, benchmark.metric) if benchmark else f"{record.value:g}"
    where = f"{code(record.model)} on {code(record.benchmark)}"
    return f"{where} **{value}**, {record.published}, {link(record.source, record.url)}"


def _conditions(replies: Sequence[Reply]) -> str:
    """What the forecasts are of, beyond model and benchmark: metric, date, setting."""
    question = replies[0].question
    metric = question.metric
    told = [named(metric) + ("" if metric.higher_is_better else ", lower is better"), f"as of {question.as_of}"]
    told += [plain(str(question.setting))] if question.setting.told() else []
    told += ["known reports withheld"] if not question.cell_known else []
    return "; ".join(part for part in told if part)


def _passing(forecast: Forecast, threshold: float | None) -> str:
    if threshold is None:
        return ""
    what, odds, other = reached(forecast, threshold)
    line = f"P(score is {what}) = **{chance(odds)}**, {other} it {chance(1.0 - odds)}."
    return f"{line} {doubt(threshold, forecast.question.metric)}".rstrip()


def _reported(reply: Reply) -> str:
    if not reply.already_reported:
        return ""
    metric = reply.question.metric
    told = [
        f"**{score(one.value, metric)}** ({one.published}, {link(one.source, one.url)}"
        + (f"; {plain(str(one.setting))})" if one.setting.told() else ")")
        for one in reply.already_reported[:REPORTS]
    ]
    more = len(reply.already_reported) - REPORTS
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"Already reported: {', '.join(told)}{rest}. This is the forecast of a new measurement given that; "
        'say "ignore the reported score" to forecast without it.'
    )


def _nearest(forecast: Forecast, catalogue: Catalogue) -> str:
    others = [item for item in forecast.evidence if item.record.cell != forecast.question.cell][:TOP_EVIDENCE]
    if not others:
        return "Evidence: none beyond what such models and benchmarks do in general." if not forecast.evidence else ""
    return "Nearest evidence:\n" + bullets([evidence_line(item, catalogue) for item in others])


def _language_model(reply: Reply) -> str:
    said = reasons(reply.opinions)
    if not said or not isinstance(reply.answer, Forecast):
        return ""
    llm = plain(str(reply.answer.provenance.settings.get("llm", "The language model")))
    return f"{llm} says:\n" + bullets([f"{kind}: {plain(text)}" for kind, text in said])


def _footer(replies: Sequence[Reply]) -> str:
    caveats = dict.fromkeys(
        plain(caveat) for reply in replies if isinstance(reply.answer, Forecast) for caveat in reply.answer.caveats
    )
    told = [f"Caveat: {'; '.join(caveats)}."] if caveats else []
    if len(replies) == 1 and replies[0].issued:
        told.append(f"Ledger: {code(replies[0].issued.id)}.")
    return "\n".join(told)


def _row(label: str, reply: Reply, threshold: float | None, metric: Metric) -> list[str]:
    width = 4 + (threshold is not None)
    if not isinstance(reply.answer, Forecast):
        return [label, f"no forecast: {plain(reply.answer.reason)}", *[""] * (width - 1)]
    stated = reply.answer.distribution
    told = [label, f"**{score(stated.median, metric)}**", span(stated.interval(50), metric)]
    told.append(span(stated.interval(90), metric))
    if threshold is not None:
        told.append(chance(reached(reply.answer, threshold)[1]))
    return [*told, code(reply.issued.id) if reply.issued else ""]


def _header(what: str, threshold: float | None, metric: Metric) -> list[str]:
    sign = "≥" if metric.higher_is_better else "≤"
    passing = [f"P(score {sign} {limit(threshold, metric)})"] if threshold is not None else []
    return [what, "median", "50 % in", "90 % in", *passing, "ledger"]


def _of_one_model(replies: Sequence[Reply], *, threshold: float | None, again: bool) -> str:
    """Tell what one model is expected to score on several benchmarks."""
    question = replies[0].question
    rows = [_row(plain(r.question.benchmark.name), r, threshold, r.question.metric) for r in replies]
    setting = f"; {plain(str(question.setting))}" if question.setting.told() else ""
    return blocks(
        f"**{plain(question.model.name)}** (as of {question.as_of}{setting})",
        table(_header("benchmark", threshold, question.metric), rows),
        "" if again else _known_already(replies),
        _footer(replies),
    )


def _compared(replies: Sequence[Reply], *, threshold: float | None, again: bool) -> str:
    """Tell how models compare on one benchmark, the likeliest best first."""
    metric = replies[0].question.metric
    sign = -1.0 if metric.higher_is_better else 1.0
    made = [r for r in replies if isinstance(r.answer, Forecast)]
    ranked = sorted(made, key=lambda r: sign * _median(r)) + [r for r in replies if r not in made]
    rows = [_row(plain(r.question.model.name), r, threshold, metric) for r in ranked]
    return blocks(
        _verdict(ranked[: len(made)]),
        table(_header(f"on {plain(replies[0].question.benchmark.name)}", threshold, metric), rows),
        f"{_conditions(replies)[0].upper()}{_conditions(replies)[1:]}; the forecasts are taken as independent.",
        "" if again else _known_already(replies),
        _footer(replies),
    )


def _median(reply: Reply) -> float:
    return reply.answer.distribution.median if isinstance(reply.answer, Forecast) else 0.0


def _verdict(ranked: Sequence[Reply]) -> str:
    """Tell who is likelier ahead: every pair of a few models, else each against the likeliest best."""
    stated = [(plain(r.question.model.name), r.answer) for r in ranked if isinstance(r.answer, Forecast)]
    pairs = list(combinations(stated, 2))
    if len(stated) > PAIRS:
        pairs = [(stated[0], other) for other in stated[1:]]
    told = []
    for (name, one), (other_name, other) in pairs:
        odds = probability_better(one, other)
        ahead = (name, other_name, odds) if odds >= 0.5 else (other_name, name, 1.0 - odds)
        told.append(f"**{ahead[0]}** scores better than {ahead[1]} with probability **{chance(ahead[2])}**.")
    return told[0] if len(told) == 1 else bullets(told)


def _known_already(replies: Sequence[Reply]) -> str:
    told = [
        f"{plain(r.question.model.name)} on {plain(r.question.benchmark.name)} "
        f"**{score(r.already_reported[0].value, r.question.metric)}** ({r.already_reported[0].published}, "
        f"{link(r.already_reported[0].source, r.already_reported[0].url)})"
        for r in replies
        if r.already_reported
    ]
    return f"Already reported: {'; '.join(told)}. The forecasts are of new measurements given that." if told else ""
