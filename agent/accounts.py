"""Accounts of one answer of the agent: what its provenance says, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.access.budget import Spent
from agent.deliberating import Deliberation
from agent.opinion import Opinion
from agent.recall import Recall
from agent.remembered import Remembered, seen_models
from records.evidence import EvidenceLevel
from records.forecast import Answer, Forecast
from records.history import History

Settings = dict[str, str | int | float | bool]
"""What a provenance says, as plain values."""


def account(held: Deliberation, recall: Recall | None, spent: Spent, *, seconds: float) -> Settings:
    """Return how a question was deliberated on and what that cost."""
    return {
        "draws": sum(one.speaks for one in held.opinions),
        "disagreement": round(held.disagreement, 4),
        **claims(recall, held.opinions),
        "calls": spent.calls,
        "cached_calls": spent.cached,
        "tokens": spent.tokens,
        "usd": round(spent.usd, 6),
        "cached_tokens": spent.cached_tokens,
        "cached_usd": round(spent.cached_usd, 6),
        "unpriced_calls": spent.unpriced,
        "agent_seconds": round(seconds, 3),
    }


def claims(recall: Recall | None, opinions: Sequence[Opinion]) -> Settings:
    """Return whether the language model claims to remember the score, asked on the side or in an answer of its own.

    ``claims_recall`` is left out where nobody answered, ``recalled_value`` where no value is named; the probe's counts
    before those of the draws. ``recalled_by`` says who claims it.
    """
    answered = [one.stated.recall for one in opinions if one.stated is not None]
    claiming = [one for one in answered if one.claimed]
    told: Settings = dict(recall.settings) if recall else {}
    if answered or recall:
        told["claims_recall"] = bool(claiming) or (recall is not None and recall.claimed)
    values = [one.value for one in claiming if one.value is not None]
    if values:
        told.setdefault("recalled_value", values[0])
    sides = ["probe"] * (recall is not None and recall.claimed) + ["draws"] * bool(claiming)
    return told | ({"recalled_by": " and ".join(sides)} if sides else {})


def remembered(
    answer: Answer, statistics: Answer, held: Deliberation, *, history: History, settings: Settings
) -> Remembered:
    """Return what is kept of an answer."""
    spoken = statistics if isinstance(statistics, Forecast) else None
    level = spoken.evidence_level if spoken else EvidenceLevel(model_scores=0, benchmark_scores=0)
    return Remembered(
        question=answer.question,
        llm=str(settings["llm"]),
        blind=settings["mode"] == "blind",
        group=level.group,
        history=history.fingerprint,
        seen=seen_models(history, answer.question),
        opinions=held.opinions,
        agent=held.agreed,
        statistics=spoken.distribution if spoken else None,
        stated=answer.distribution if isinstance(answer, Forecast) else None,
        failure=held.failure[:4000],
        settings=settings,
    )
