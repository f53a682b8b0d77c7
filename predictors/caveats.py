"""Caveats: what a reader of a forecast should know before trusting it, found for a whole batch at once."""

from __future__ import annotations

import numpy as np

from predictors.asked import Asked
from predictors.cells import Reports
from predictors.models import FEATURES, SIZE_ORIGIN, Ints
from records.history import History
from records.metric import Floats, Unit
from records.question import Question
from records.setting import Setting

MONTHS_BEYOND = 3.0
"""A model this many months newer (or older) than any with a score on the benchmark is an extrapolation."""

SIZES_BEYOND = 2.0
"""A model this many times larger (or smaller) than any with a score on the benchmark is an extrapolation."""

FEW_MODELS = 5

NO_DATE = "the release date of the model is unknown"
NO_SCORE = "no score of this model is visible: the forecast rests on its release date, size and kin"
NEW_BENCHMARK = "nobody has a visible score on this benchmark: the forecast rests on other benchmarks"
MIXED = "scores on this benchmark were reported in several settings"
SETTING_UNHEEDED = (
    "the setting is kept with the forecast, but the statistics do not tell settings apart: this is the score as it is "
    "usually reported"
)

UNTOLD = Setting()


def caveats(asked: Asked, reports: Reports) -> list[tuple[str, ...]]:
    """Find the caveats of each question."""
    months = _beyond(asked, reports, reports.models.released, asked.models.released) * 12.0
    sizes = _beyond(asked, reports, _sizes(reports.models.design), _sizes(asked.models.design))
    undated = np.isnan(asked.models.released)[asked.row]
    mixed = _mixed(reports, len(asked.benchmarks))[asked.column]
    known, others = asked.model_scores.tolist(), asked.benchmark_scores.tolist()
    found: list[tuple[str, ...]] = []
    for i in range(len(asked)):
        few = 0 < others[i] < FEW_MODELS
        told = (
            (undated[i], NO_DATE),
            (known[i] == 0, NO_SCORE),
            (others[i] == 0, NEW_BENCHMARK),
            (few, f"only {others[i]} other model{'s have' if others[i] > 1 else ' has'} a score on this benchmark"),
            (abs(months[i]) > MONTHS_BEYOND, _dates(months[i])),
            (abs(sizes[i]) > np.log10(SIZES_BEYOND), _times(sizes[i])),
            (mixed[i], MIXED),
        )
        found.append(tuple(text for holds, text in told if holds))
    return found


def of_question(question: Question, history: History) -> tuple[str, ...]:
    """Find what a question tells that is not heeded, or that may be meant otherwise."""
    told = [_share(record.benchmark, record.value, history) for record in question.known]
    if question.setting != UNTOLD:
        effort = question.setting.effort
        heeded = UNTOLD if effort != question.model.effort else Setting(effort=effort)
        told.append("" if question.setting == heeded else SETTING_UNHEEDED)
    return tuple(caveat for caveat in told if caveat)


def _share(benchmark: str, value: float, history: History) -> str:
    """Tell of a score that looks like a share of 1 where percent is expected."""
    found = history.benchmarks.get(benchmark)
    if found is None or found.metric.unit is not Unit.PERCENT or not 0.0 < value < 1.0:
        return ""
    return f"a known score was read as {value:g} percent: for {100 * value:g} percent tell {100 * value:g}"


def _sizes(design: Floats) -> Floats:
    """log10 of parameters in billions, NaN when unknown."""
    unknown = design[:, FEATURES.index("size unknown")] > 0
    return np.where(unknown, np.nan, design[:, FEATURES.index("size")] + SIZE_ORIGIN)


def _beyond(asked: Asked, reports: Reports, seen: Floats, wanted: Floats) -> Floats:
    """How far each question's model lies above (positive) or below the range seen on its benchmark; else 0."""
    low, high = _range(reports.column, seen[reports.row], len(asked.benchmarks))
    value = wanted[asked.row]
    above, below = value - high[asked.column], value - low[asked.column]
    outside = np.where(above > 0, above, np.where(below < 0, below, 0.0))
    return np.where(np.isfinite(outside), outside, 0.0)


def _range(column: Ints, values: Floats, size: int) -> tuple[Floats, Floats]:
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    known = ~np.isnan(values)
    np.minimum.at(low, column[known], values[known])
    np.maximum.at(high, column[known], values[known])
    return low, high


def _mixed(reports: Reports, size: int) -> np.ndarray:
    width = int(reports.setting.max(initial=0)) + 1
    pairs = np.unique(reports.column * width + reports.setting)
    return np.bincount(pairs // width, minlength=size) > 1


def _dates(months: float) -> str:
    side = "after the newest" if months > 0 else "before the oldest"
    return f"extrapolation: released {abs(months):.0f} months {side} model with a score on this benchmark"


def _times(sizes: float) -> str:
    side = "larger than the largest" if sizes > 0 else "smaller than the smallest"
    return f"extrapolation: {10 ** abs(sizes):,.1f} times {side} model with a score on this benchmark"
