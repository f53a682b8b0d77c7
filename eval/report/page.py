"""The page: what the template is filled with. Names from records are untrusted; the template escapes them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval import reliability
from eval.judged import Judged
from eval.measured import Measured, measure
from eval.memory import label
from eval.report import figures
from eval.report.misses import Miss, worst
from eval.report.svg import SERIES
from eval.result import ForecasterScores, Result, Scores
from eval.scores import MEDIAN
from records.errors import DataError
from records.metric import Floats

HERE = Path(__file__).parent
NOISE = 0.05
NEAR = 0.05
"""A distance of the PIT values from uniform that matters little, however surely it is there."""
MOST_PARTS = 12
"""Groups or levels on one figure; the commonest."""


class Column(NamedTuple):
    """One column of the table."""

    head: str
    score: str
    told: Callable[[float], str]
    meaning: str


def _points(value: float) -> str:
    return f"{value:.2f}"


def _wide(value: float) -> str:
    return f"{value:.1f}"


def _percent(value: float) -> str:
    return f"{100.0 * value:.1f}"


class Table(NamedTuple):
    """One table of the page."""

    title: str
    columns: tuple[Column, ...]


TABLES = (
    Table(
        "How close",
        (
            Column("CRPS", "crps", _points, "points"),
            Column("median error", "medae", _points, "points"),
            Column("mean error", "mae", _points, "points"),
            Column("RMSE", "rmse", _points, "points"),
            Column("R²", "r2", _points, "1 is perfect"),
            Column("within 3", "within3", _percent, "points, %"),
            Column("within 5", "within5", _percent, "points, %"),
            Column("skill", "skill_climatology", _points, "over climatology"),
            Column("skill", "skill_best_baseline", _points, "over best baseline"),
        ),
    ),
    Table(
        "How honest, and how useful for choices",
        (
            Column("in 50 %", "cover50", _percent, "% of outcomes"),
            Column("in 80 %", "cover80", _percent, "% of outcomes"),
            Column("in 90 %", "cover90", _percent, "% of outcomes"),
            Column("90 % width", "width90_median", _wide, "points, median"),
            Column("interval score", "interval_score90", _wide, "90 %, points"),
            Column("pairs in order", "pairwise_accuracy", _percent, "% of pairs"),
            Column("Brier", "brier_pairs", "{:.3f}".format, "of P(A > B)"),
            Column("Brier", "brier_thresholds", "{:.3f}".format, "of thresholds"),
        ),
    ),
)


class Cell(NamedTuple):
    """A figure and its interval as they are shown; empty where there is none."""

    value: str
    interval: str


class Section(NamedTuple):
    """What is told about one forecaster alone."""

    name: str
    scores: ForecasterScores
    verdict: str
    pit: str
    scatter: str
    misses: list[Miss]
    misses_in_points: bool


def page(result: Result, judged: Sequence[Judged]) -> str:
    """Fill the template.

    Raises:
        DataError: a forecaster of the result without its forecasts.
    """
    import jinja2

    measured = _of(result, judged)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((HERE / "page.html.j2").read_text(encoding="utf-8"))
    return template.render(
        result=result,
        headline=headline(result),
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        tables=TABLES,
        cell=_cell,
        drawn=list(result.forecasters)[: len(SERIES)],
        calibration=figures.calibration([_coverage(m) for m in measured.values()]),
        risk_coverage=_risk_coverage(result),
        levels=_error_by(result, lambda scores: scores.levels),
        part_label=label,
        memory=_error_by(result, lambda scores: scores.memory),
        remembering={name: found.memory for name, found in result.forecasters.items() if found.memory},
        groups=_error_by(result, lambda scores: scores.groups),
        sections=[_section(m, result, number) for number, m in enumerate(measured.values())],
    )


def headline(result: Result) -> str:
    """The one sentence to remember, and whether it is outside the noise."""
    names = list(result.forecasters)
    if len(names) < 2 or result.forecasters[names[1]].crps is None:
        return ""
    first, second = names[:2]
    found = next((d for d in result.differences if d.score == "crps" and (d.first, d.second) == (first, second)), None)
    if found is None or found.low is None or found.high is None:
        return f"{first} has the lowest CRPS; there are too few models and benchmarks to tell that from noise."
    limits = f"95 % interval {found.low:+.2f} to {found.high:+.2f}"
    told = f"{found.value:+.2f} points against {second} on common questions, {limits}"
    if found.better == first:
        return f"{first} has the lowest CRPS, outside the noise ({told})."
    if found.better == second:
        return f"{first} has the lowest CRPS over what it answered, but {second} is better where both did ({told})."
    return f"{first} has the lowest CRPS, but not outside the noise ({told})."


def _of(result: Result, judged: Sequence[Judged]) -> dict[str, Measured]:
    by_name = {one.forecaster: one for one in judged}
    missing = [name for name in result.forecasters if name not in by_name]
    if missing:
        raise DataError(f"the report needs the forecasts of {missing[0]!r}: judge it again, or leave it out")
    return {name: measure(by_name[name]) for name in result.forecasters}


def _cell(scores: ForecasterScores, column: Column) -> Cell:
    found = scores.estimate(column.score)
    if found.value is None:
        return Cell("-", "")
    if found.low is None or found.high is None:
        return Cell(column.told(found.value), "")
    return Cell(column.told(found.value), f"{column.told(found.low)} to {column.told(found.high)}")


def _coverage(measured: Measured) -> Floats:
    spoken = measured.judged.answered
    observed = spoken.table["observed"].to_numpy(dtype=float)
    return reliability.observed_coverage(observed, spoken.quantiles, figures.NOMINAL)


def _risk_coverage(result: Result) -> str:
    curves = [found.risk_coverage for found in result.forecasters.values()]
    return figures.risk_coverage(curves) if any(curves) else ""


def _error_by(result: Result, parts: Callable[[ForecasterScores], Mapping[str, Scores]]) -> str:
    """Median error by part of the suite; nothing to draw where there is one part only."""
    each = [parts(found) for found in result.forecasters.values()]
    asked = Counter[str]()
    for scores in each:
        asked.update({name: found.n_percent for name, found in scores.items() if found.medae is not None})
    names = sorted((name for name, _ in asked.most_common(MOST_PARTS)), key=_natural)
    estimates = [{name: found.estimate("medae") for name, found in scores.items()} for scores in each]
    return figures.error_by(names, estimates) if len(names) > 1 else ""


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers by their size, so that k = 10 comes after k = 3."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _section(measured: Measured, result: Result, number: int) -> Section:
    found = result.forecasters[measured.name]
    percent = np.isfinite(measured.columns["error"])
    median = measured.judged.quantiles[percent, MEDIAN]
    return Section(
        name=measured.name,
        scores=found,
        verdict=verdict(found),
        pit=figures.pit(reliability.histogram(measured.columns["pit"]), colour=number) if found.n else "",
        scatter=figures.scatter(median, measured.columns["observed"][percent]) if percent.any() else "",
        misses=worst(measured),
        misses_in_points=bool(percent.any()),
    )


def verdict(found: ForecasterScores) -> str:
    """What coverage and PIT say about the stated uncertainty, in a sentence."""
    if found.pit is None or found.cover80 is None:
        return "Too few answers to judge the calibration."
    share = f"its 80 % intervals held {100 * found.cover80:.1f} % of the outcomes"
    low, high = found.intervals.get("cover80", (0.0, 1.0))
    if high < 0.8:
        return f"Over-confident: {share}."
    if low > 0.8:
        return f"Too cautious: {share}."
    flatness = f"p {'< 0.001' if found.pit.p_value < 0.001 else f'= {found.pit.p_value:.3f}'}"
    if found.pit.p_value >= NOISE:
        return f"No fault in its calibration is visible: {share} (histogram against flat: {flatness})."
    near = "Nearly calibrated" if found.pit.distance < NEAR else "Not calibrated"
    departure = f"stated probabilities are off by up to {100 * found.pit.distance:.1f} points"
    return f"{near}: {share}, but {departure}, more than chance would have it ({flatness})."
