"""The forecast of the agent: statistics and opinions pooled, with everything that a reader needs to judge it.

The language model never replaces the statistics: both enter the pool with the weights of ``agent.weighing``. Where the
agent does not speak, the statistics stand as they are, flagged with the reason; a question is never lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.deliberating import Deliberation
from agent.evidence import cited_evidence, evidence_level
from agent.opinion import Opinion
from agent.quoting import one_line
from agent.weighing import Weights
from records.distribution import Distribution
from records.evidence import Evidence, EvidenceLevel
from records.forecast import Abstention, Answer, Component, Forecast, Provenance
from records.history import History
from records.question import Question

AGENT = "agent"
STANDS = "the statistical forecast stands alone"
MOST_FLAGS = 8

Settings = Mapping[str, str | int | float | bool]


def pooled(
    question: Question,
    statistics: Answer,
    held: Deliberation,
    *,
    history: History,
    weights: Weights,
    settings: Settings,
) -> Answer:
    """Return the answer to a question from both sides."""
    if held.agreed is None:
        return alone(statistics, held.failure, settings=settings)
    evidence = cited_evidence(held.opinions, question, history)
    if not isinstance(statistics, Forecast):
        reason = f"the statistics have nothing to say ({statistics.reason}): the language model stands alone"
        level = evidence_level(question, history)
        return _stated(question, held, level, evidence=evidence, caveats=(reason,), history=history, settings=settings)
    return _both(statistics, held.agreed, held, evidence, weights=weights, settings=settings)


def opinion_only(
    question: Question, statistics: Answer, held: Deliberation, *, history: History, settings: Settings
) -> Answer:
    """Return what the language model says without the statistics, for measurements of it; else an abstention."""
    if held.agreed is None:
        return Abstention(question=question, method=AGENT, reason=held.failure[:4000])
    level = statistics.evidence_level if isinstance(statistics, Forecast) else evidence_level(question, history)
    evidence = cited_evidence(held.opinions, question, history)
    return _stated(question, held, level, evidence=evidence, caveats=(), history=history, settings=settings)


def alone(statistics: Answer, reason: str, *, settings: Settings) -> Answer:
    """Return the statistics' own answer, flagged with why the agent has no part in it."""
    told = f"agent: {one_line(reason, longest=600).removesuffix('.')}; {STANDS}"
    if not isinstance(statistics, Forecast):
        return statistics.model_copy(update={"reason": f"{statistics.reason} ({one_line(reason, longest=600)})"})
    provenance = statistics.provenance.model_copy(
        update={"settings": {**statistics.provenance.settings, **settings, "agent_share": 0.0}}
    )
    return statistics.model_copy(update={"caveats": (told, *statistics.caveats), "provenance": provenance})


def _both(
    statistics: Forecast,
    agreed: Distribution,
    held: Deliberation,
    evidence: tuple[Evidence, ...],
    *,
    weights: Weights,
    settings: Settings,
) -> Forecast:
    question, group = statistics.question, statistics.evidence_level.group
    share = weights.share(group)
    members = statistics.components or (
        Component(name=statistics.method, weight=1.0, distribution=statistics.distribution),
    )
    provenance = statistics.provenance.model_copy(
        update={"settings": {**statistics.provenance.settings, **settings, "agent_share": round(share, 4)}}
    )
    return Forecast(
        question=question,
        distribution=weights.pool(agreed, statistics.distribution, group=group, metric=question.metric),
        method=AGENT,
        evidence_level=statistics.evidence_level,
        components=(
            Component(name=AGENT, weight=share, distribution=agreed, reason=reason(held.opinions)),
            *(part.model_copy(update={"weight": part.weight * (1.0 - share)}) for part in members),
        ),
        weighing=" ".join(filter(None, [weights.told(group), statistics.weighing])),
        evidence=evidence,
        caveats=(*statistics.caveats, *flags(held.opinions), *remembers(settings)),
        provenance=provenance,
    )


def _stated(
    question: Question,
    held: Deliberation,
    level: EvidenceLevel,
    *,
    evidence: tuple[Evidence, ...],
    caveats: tuple[str, ...],
    history: History,
    settings: Settings,
) -> Answer:
    if held.agreed is None:
        return Abstention(question=question, method=AGENT, reason=held.failure[:4000])
    return Forecast(
        question=question,
        distribution=held.agreed,
        method=AGENT,
        evidence_level=level,
        components=(Component(name=AGENT, weight=1.0, distribution=held.agreed, reason=reason(held.opinions)),),
        evidence=evidence,
        caveats=(*caveats, *flags(held.opinions), *remembers(settings)),
        provenance=Provenance(
            history=history.fingerprint,
            as_of=history.as_of,
            strict_dates=history.strict_dates,
            settings={**settings, "agent_share": 1.0},
        ),
    )


def remembers(settings: Settings) -> tuple[str, ...]:
    """The caveat that the recall probe gives cause for; what the draws claim is among their flags."""
    if "probe" not in str(settings.get("recalled_by", "")):
        return ()
    told = f"the language model says that it remembers this score ({settings['recalled_value']:g})"
    return (f"asked on the side, {told}: contamination is possible",)


def reason(opinions: Sequence[Opinion]) -> str:
    """The first reason of the last opinion that speaks."""
    for one in reversed(opinions):
        if one.speaks and one.stated is not None and one.stated.reasons_for:
            return one_line(one.stated.reasons_for[0], longest=200)
    return "what the language model makes of the records"


def _spoken(framing: str) -> str:
    return framing.replace("_", " ")


def flags(opinions: Sequence[Opinion]) -> tuple[str, ...]:
    """What a reader should know of the draws: repairs, struck citations, recall, draws that failed or abstained."""
    found = [f"agent ({_spoken(one.framing)}): {flag}" for one in opinions for flag in one.flags]
    found += [f"repaired: {repair}" for one in opinions for repair in one.repairs]
    found += [f"agent ({_spoken(one.framing)}): no answer: {one_line(one.failure)}" for one in opinions if one.failure]
    found += [f"agent ({_spoken(one.framing)}): abstained" for one in opinions if one.abstains]
    unique = list(dict.fromkeys(found))
    more = [f"and {len(unique) - MOST_FLAGS} more remarks on the agent"] if len(unique) > MOST_FLAGS else []
    return (*unique[:MOST_FLAGS], *more)
