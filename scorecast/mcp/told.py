"""What tools answer, as structured content: the replies of the HTTP API, cut to what an agent can use at once."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from agent.quoting import one_line
from records.ledger import Issued, Settled
from records.search import Passage
from scorecast.service.replies import Told
from scorecast.showing.reply_json import Json, entry_json

LEVELS = ("0.05", "0.10", "0.25", "0.50", "0.75", "0.90", "0.95")
"""Levels whose quantiles are told; the ledger keeps all 99."""

LISTED = 5
"""Reports of the very score that are told, the newest."""

REASONS, REASON = 3, 300
"""Reasons of a language model that are told on each side, and the characters of each."""

UNTOLD = frozenset({"provenance", "weighing"})
"""What a ledger keeps and an agent cannot use."""


class HitTold(Told):
    """A record, model, benchmark or setting that was found."""

    id: str
    kind: str
    text: str = Field(description="What it says, in our own words.")
    published: dt.date | None
    source: str
    url: str
    relevance: float
    model: str | None = Field(default=None, description="Of a record.")
    benchmark: str | None = Field(default=None, description="Of a record.")
    value: float | None = Field(default=None, description="Of a record, in the unit of its metric.")


class Found(Told):
    """What was found, the most relevant first; without a query the newest first."""

    as_of: dt.date
    hits: list[HitTold]


class Described(Told):
    """A model or a benchmark, with its newest records."""

    as_of: dt.date
    kind: str
    id: str
    name: str
    text: str
    facts: dict[str, object]
    records: list[HitTold]


def hit(passage: Passage) -> dict[str, Json]:
    """Return a passage as it is told."""
    told: dict[str, Json] = {
        "id": passage.id,
        "kind": passage.kind.value,
        "text": passage.text,
        "published": passage.published.isoformat() if passage.published else None,
        "source": passage.source,
        "url": passage.url,
        "relevance": round(passage.relevance, 4),
    }
    if (record := passage.record) is not None:
        told |= {"model": record.model, "benchmark": record.benchmark, "value": record.value}
    return told


def entry(issued: Issued, settled: Settled | None) -> dict[str, Json]:
    """Return an entry of the ledger without what it rests on."""
    told = entry_json(issued, settled)
    if isinstance(forecast := told["forecast"], dict):
        told["forecast"] = brief(forecast, evidence=0) | {"components": []}
    return told


def _opinion(told: Json) -> Json:
    """Return what one draw of the language model came to, and its reasons in short."""
    if not isinstance(told, dict):
        return told
    short: dict[str, Json] = {name: told[name] for name in ("framing", "speaks", "failure", "median") if name in told}
    for name in ("reasons_for", "reasons_against"):
        if isinstance(reasons := told.get(name), list):
            short[name] = [one_line(str(reason), longest=REASON) for reason in reasons[:REASONS]]
    return short


def brief(forecast: dict[str, Json], *, evidence: int) -> dict[str, Json]:
    """Return a forecast with few quantiles, few reports and this much evidence: what it rests on stays, in short."""
    told = {name: value for name, value in forecast.items() if name not in UNTOLD}
    if isinstance(quantiles := told.get("quantiles"), dict):
        told["quantiles"] = {level: quantiles[level] for level in LEVELS}
    for name, most in (("already_reported", LISTED), ("evidence", evidence)):
        if isinstance(listed := told.get(name), list):
            told[name] = listed[:most]
    if isinstance(opinions := told.get("opinions"), list):
        told["opinions"] = [_opinion(one) for one in opinions]
    return told
