"""A script that forecasts: looks something up, then submits quantiles, the same ones whatever is asked."""

from __future__ import annotations

from agent.access.scripted.asked import Asked
from agent.access.scripted.replies import Body, Scripted, calls, says

LOOK_UP: Body = {"benchmarks": ["gpqa_diamond"], "limit": 3}
ANSWER: Body = {
    "quantiles": {"0.05": 50, "0.5": 63, "0.95": 75},
    "reasons_for": ["so"],
    "grounding": 0.8,
    "confidence": 0.6,
}
"""In percent, as most benchmarks are scored."""


def forecasting(asked: Asked) -> Scripted:
    """Look something up, then submit; the probe for memory is told nothing."""
    if not asked.body.get("tools"):
        return says("unknown", usage=(100, 1))
    messages = asked.body["messages"]
    if isinstance(messages, list) and len(messages) == 2:
        return calls("filter_records", LOOK_UP)
    return calls("submit_forecast", ANSWER)
