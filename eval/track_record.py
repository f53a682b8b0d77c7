"""The track record: issued forecasts beside what came of them, as tables that all scores read.

Only foresight counts: a forecast that was issued, and could know only, what was public before the day on which its
outcome was. The rest is counted and told, never scored. A question that one forecaster answered twice with the same
as-of date counts once, as it was answered first.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from eval.answering import Checked, check
from eval.judged import COLUMNS, Judged
from records.forecast import Answer
from records.ledger import Settled

HORIZONS = ((30, "within 30 days"), (90, "31 to 90 days"), (365, "91 to 365 days"))
FARTHEST = "over a year"
NOBODY = "no user told"


class By(StrEnum):
    """What a track record is told apart by, beside benchmark, family and how much was known."""

    HORIZON = "horizon"
    USER = "user"


class Told(NamedTuple):
    """The settled forecasts of one forecaster that count, and how many do not."""

    forecaster: str
    counted: tuple[Settled, ...]
    hindsight: int
    repeated: int


def by_forecaster(settled: Sequence[Settled]) -> tuple[Told, ...]:
    """Sort settled forecasts by who made them, in the order of their names."""
    names = sorted({one.issued.forecast.method for one in settled})
    return tuple(_told(name, [one for one in settled if one.issued.forecast.method == name]) for name in names)


def judged(told: Told, *, by: By = By.HORIZON) -> Judged:
    """Put the forecasts that count beside their outcomes."""
    answers = [check(one.issued.forecast, one.issued.forecast.question) for one in told.counted]
    return _judged(told.forecaster, told.counted, answers, by)


def judged_baseline(name: str, told: Told, answers: Sequence[Answer], *, by: By = By.HORIZON) -> Judged:
    """Put what a baseline answers to the same questions beside the same outcomes."""
    questions = [one.issued.forecast.question for one in told.counted]
    checked = [check(answer, question) for answer, question in zip(answers, questions, strict=True)]
    return _judged(name, told.counted, checked, by)


def horizon(days: int) -> str:
    """Tell how far ahead a forecast looked, in steps."""
    return next((name for most, name in HORIZONS if days <= most), FARTHEST)


def _told(name: str, settled: Sequence[Settled]) -> Told:
    ahead = [one for one in settled if one.foresight]
    first: dict[str, Settled] = {}
    for one in ahead:
        first.setdefault(one.issued.forecast.question.id, one)
    return Told(name, tuple(first.values()), len(settled) - len(ahead), len(ahead) - len(first))


def _judged(name: str, settled: Sequence[Settled], answers: Sequence[Checked], by: By) -> Judged:
    forecasts = [one.issued.forecast for one in settled]
    questions = [forecast.question for forecast in forecasts]
    metrics = [question.metric for question in questions]
    columns = {
        "question": [question.id for question in questions],
        "fold": [question.as_of.isoformat() for question in questions],
        "group": [_group(one, by) for one in settled],
        "model": [question.model.id for question in questions],
        "family": [question.model.family for question in questions],
        "benchmark": [question.benchmark.id for question in questions],
        "unit": [metric.unit.value for metric in metrics],
        "lower": [metric.bounds[0] for metric in metrics],
        "upper": [metric.bounds[1] for metric in metrics],
        "higher_is_better": [metric.higher_is_better for metric in metrics],
        "level": [forecast.evidence_level.group for forecast in forecasts],
        "shown": [forecast.evidence_level.model_scores for forecast in forecasts],
        "observed": np.array([one.resolution.value for one in settled], dtype=float),
        "status": [answer.status for answer in answers],
        "reason": [answer.reason for answer in answers],
    }
    quantiles = np.array([answer.quantiles for answer in answers], dtype=float).reshape(len(answers), 99)
    seconds = sum(forecast.provenance.seconds or 0.0 for forecast in forecasts)
    return Judged(name, pd.DataFrame(columns)[list(COLUMNS)], quantiles, forecast_seconds=seconds)


def _group(one: Settled, by: By) -> str:
    return horizon(one.horizon) if by is By.HORIZON else one.issued.user or NOBODY
