"""The tool that asks the statistics: the pooled forecast with its components, weights and reasons."""

from __future__ import annotations

from agent.quoting import one_line
from agent.tools.conditions import Arguments
from agent.tools.desk import Desk
from records.distribution import Distribution
from records.forecast import Component, Forecast

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


class StatisticalForecast(Arguments):
    """Ask for the statistical forecast of the question: quantiles, components with weights and reasons, caveats."""


def statistical_forecast(desk: Desk, told: StatisticalForecast) -> str:  # noqa: ARG001 - it takes no arguments
    """Show what the statistics answer to the question."""
    answer = desk.statistics
    if not isinstance(answer, Forecast):
        return f"the statistics have no forecast: {one_line(answer.reason)}"
    lines = [
        f"{answer.method}: {_told(desk, answer.distribution)}",
        _known(answer),
        *(_component(desk, part) for part in sorted(answer.components, key=lambda part: -part.weight)),
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


def _told(desk: Desk, stated: Distribution) -> str:
    return "  ".join(f"q{level:g} = {desk.figure(stated.quantile(level))}" for level in LEVELS)
