"""The tool that asks the statistics: the pooled forecast with its components, weights and reasons."""

from __future__ import annotations

import numpy as np

from agent.quoting import one_line
from agent.tools.conditions import Arguments
from agent.tools.desk import Desk, ToolError
from records.distribution import Distribution
from records.forecast import Component, Forecast

NOTICEABLE = 0.04
"""Share of the 90 % interval by which a forecast must miss the mix of its components before it is told."""

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


class StatisticalForecast(Arguments):
    """Ask for the statistical forecast of the question: quantiles, components with weights and reasons, caveats."""


def statistical_forecast(desk: Desk, told: StatisticalForecast) -> str:  # noqa: ARG001 - it takes no arguments
    """Show what the statistics answer to the question."""
    answer = desk.statistics
    if answer is None:
        raise ToolError("the statistics are withheld here")
    if not isinstance(answer, Forecast):
        return f"the statistics have no forecast: {one_line(answer.reason)}"
    lines = [
        f"{answer.method}: {_told(desk, answer.distribution)}",
        _known(answer),
        *(_component(desk, part) for part in sorted(answer.components, key=lambda part: -part.weight)),
        _recalibrated(desk, answer),
        one_line(answer.weighing),
        *(f"caveat: {one_line(caveat)}" for caveat in answer.caveats),
    ]
    return "\n".join(line for line in lines if line)


def _known(answer: Forecast) -> str:
    level = answer.evidence_level
    return (
        f"known: {level.model_scores} other scores of this model, {level.benchmark_scores} other models on this "
        f"benchmark, {level.cell_reports} reports of this cell"
    )


def _component(desk: Desk, part: Component) -> str:
    low, median, high = (desk.figure(part.distribution.quantile(level)) for level in (0.05, 0.5, 0.95))
    return (
        f"- {part.name}, weight {part.weight:.2f}: median {median}, "
        f"90 % between {low} and {high}; {one_line(part.reason)}"
    )


def _recalibrated(desk: Desk, answer: Forecast) -> str:
    """Say how far the forecast is from the plain mix of its components; empty where it is that mix."""
    mix, stated = _mix(answer), answer.distribution
    if mix is None:
        return ""
    gap = max(abs(mix.quantile(level) - stated.quantile(level)) for level in LEVELS)
    low, high = stated.interval(90)
    if gap <= NOTICEABLE * max(high - low, 1e-9):
        return ""
    least, middle, most = (desk.figure(mix.quantile(level)) for level in (0.05, 0.5, 0.95))
    return (
        f"recalibrated: the plain mix of these would be median {middle}, 90 % between {least} and {most}; the "
        "quantiles above were moved by how often past forecasts of this kind were too high, too low or too sure"
    )


def _mix(answer: Forecast) -> Distribution | None:
    """The weighted mean of the components' quantiles on the working scale; None of fewer than one component."""
    weights = np.array([part.weight for part in answer.components])
    if not weights.sum() > 0.0:
        return None
    metric = answer.question.metric
    values = metric.to_working([part.distribution.quantiles for part in answer.components])
    return Distribution.from_array(metric.from_working(weights @ values / weights.sum()), metric)


def _told(desk: Desk, stated: Distribution) -> str:
    return "  ".join(f"q{level:g} = {desk.figure(stated.quantile(level))}" for level in LEVELS)
