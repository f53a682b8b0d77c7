"""A reply as plain data for other programs: the layout behind ``--json``, documented in the README."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import to_json

from agent.quoting import one_line
from records.distribution import INTERVALS, Distribution
from records.evidence import Evidence
from records.forecast import Abstention, Forecast
from records.ledger import Issued, Settled
from records.quantiles import LEVELS
from records.question import Question
from records.record import Record
from scorecast.pipeline import Reply

if TYPE_CHECKING:
    from agent.opinion import Opinion

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

LEVEL_NAMES = tuple(f"{level:.2f}" for level in LEVELS)


def written(document: Json) -> str:
    """Write JSON values on one line without a space, in a quarter of the time that the standard library takes."""
    return to_json(document).decode()


def as_json(reply: Reply, *, threshold: float | None = None) -> dict[str, Json]:
    """Return the reply as JSON values; an abstention has ``reason`` and no numbers, an issued forecast its ``id``."""
    question = reply.question
    told: dict[str, Json] = _place(reply.issued) | {
        "question": _question(question),
        "as_of": question.as_of.isoformat(),
        "unit": question.metric.unit.value,
        "already_reported": [_record(record) for record in reply.already_reported],
    }
    if isinstance(reply.answer, Abstention):
        return told | {"method": reply.answer.method, "abstained": True, "reason": reply.answer.reason}
    forecast = reply.answer
    told |= _stated(forecast.distribution)
    if threshold is not None:
        told["threshold"] = _threshold(forecast, threshold)
    return told | _grounds(forecast) | _opinions(reply)


def comparison_json(first: Reply, second: Reply, *, threshold: float | None = None) -> dict[str, Json]:
    """Return two replies about one benchmark and the probability that the first model scores better."""
    told: dict[str, Json] = {
        name: as_json(r, threshold=threshold) for name, r in (("first", first), ("second", second))
    }
    if isinstance(first.answer, Forecast) and isinstance(second.answer, Forecast):
        above = first.answer.distribution.probability_above(second.answer.distribution)
        better = above if first.question.metric.higher_is_better else 1.0 - above
        told["probability_first_better"] = round(better, 4)
    return told


def entry_json(entry: Issued, settled: Settled | None = None) -> dict[str, Json]:
    """Return an entry of the ledger: when and for whom it was issued, the forecast word for word, what came of it."""
    told: dict[str, Json] = {"id": entry.id, "issued_at": entry.issued_at.isoformat(), "user": entry.user}
    outcome: Json = settled_json(settled) if settled else None
    return told | {"forecast": as_json(Reply(answer=entry.forecast, issued=entry)), "settled": outcome}


def settled_json(settled: Settled) -> dict[str, Json]:
    """Return what came of an issued forecast."""
    return {
        "id": settled.issued.id,
        "resolution": settled.resolution.model_dump(mode="json"),
        "resolved_at": settled.resolved_at.isoformat(),
        "foresight": settled.foresight,
    }


def _place(entry: Issued | None) -> dict[str, Json]:
    """Tell where the ledger has it."""
    return {"id": entry.id, "issued_at": entry.issued_at.isoformat()} if entry else {}


def _question(question: Question) -> dict[str, Json]:
    return {
        "model": question.model.id,
        "model_name": question.model.name,
        "benchmark": question.benchmark.id,
        "benchmark_name": question.benchmark.name,
        "metric": question.metric.name,
        "lower": question.metric.lower,
        "upper": question.metric.upper,
        "chance": question.metric.chance,
        "higher_is_better": question.metric.higher_is_better,
        "setting": dict(question.setting.told()),
        "known": {record.benchmark: record.value for record in question.known},
        "withhold": not question.cell_known,
    }


def _stated(distribution: Distribution) -> dict[str, Json]:
    return {
        "median": round(distribution.median, 4),
        "intervals": _intervals(distribution),
        "quantiles": dict(zip(LEVEL_NAMES, (round(value, 4) for value in distribution.quantiles), strict=True)),
    }


def _intervals(distribution: Distribution) -> dict[str, Json]:
    return {str(percent): [round(end, 4) for end in distribution.interval(percent)] for percent in INTERVALS}


def _threshold(forecast: Forecast, threshold: float) -> dict[str, Json]:
    stated = forecast.distribution
    at_least = stated.exceedance(threshold)
    return {
        "value": threshold,
        "probability_at_least": round(at_least, 4),
        "probability_at_most": round(stated.cdf(threshold), 4),
    }


def _grounds(forecast: Forecast) -> dict[str, Json]:
    level = forecast.evidence_level
    return {
        "evidence": [_evidence(item) for item in forecast.evidence],
        "components": [
            {
                "name": part.name,
                "weight": round(part.weight, 4),
                "reason": part.reason,
                "median": round(part.distribution.median, 4),
                "intervals": _intervals(part.distribution),
            }
            for part in forecast.components
        ],
        "weighing": forecast.weighing,
        "evidence_level": {**level.model_dump(), "group": level.group},
        "caveats": list(forecast.caveats),
        "method": forecast.method,
        "provenance": forecast.provenance.model_dump(mode="json"),
    }


def _opinions(reply: Reply) -> dict[str, Json]:
    """What every draw of the language model came to and why; nothing where none was asked."""
    return {"opinions": [_opinion(one) for one in reply.opinions]} if reply.opinions else {}


def _opinion(opinion: Opinion) -> dict[str, Json]:
    told: dict[str, Json] = {"framing": opinion.framing, "speaks": opinion.speaks}
    if opinion.failure:
        told["failure"] = _said(opinion.failure)
    if opinion.distribution is not None:
        told["median"] = round(opinion.distribution.median, 4)
        told["intervals"] = _intervals(opinion.distribution)
    if opinion.stated is not None:
        stated = opinion.stated
        told |= {
            "reasons_for": [_said(text) for text in stated.reasons_for],
            "reasons_against": [_said(text) for text in stated.reasons_against],
            "would_change": [_said(text) for text in stated.would_change],
            "cites": {record: _said(why) for record, why in opinion.cited.items()},
            "grounding": stated.grounding,
            "confidence": stated.confidence,
            "recalls": opinion.recalls,
        }
    return told


def _said(text: str) -> str:
    return one_line(text, longest=4_000)


def _evidence(item: Evidence) -> dict[str, Json]:
    return _record(item.record) | {
        "relation": item.relation.value,
        "relevance": round(item.relevance, 4),
        "why": item.why,
    }


def _record(record: Record) -> dict[str, Json]:
    return {
        "id": record.id,
        "model": record.model,
        "benchmark": record.benchmark,
        "value": record.value,
        "standard_error": record.standard_error,
        "setting": dict(record.setting.told()),
        "published": record.published.isoformat(),
        "date_basis": record.date_basis.value,
        "source": record.source,
        "url": record.url,
    }
