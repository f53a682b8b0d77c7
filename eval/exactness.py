"""The tell of a leak: medians that hit hidden outcomes more often than anyone could who has not seen them.

Two honest reports of one cell already differ (by 1.4 points in the median), so the density of an honest forecaster's
errors is flat near zero: hits within a twentieth of a point are a tenth as frequent as errors up to ten times as wide
around them. Far more hits than that were not forecast, whatever history they were handed. Outcomes at a bound of the
metric are left out: to state the bound needs no leak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eval.judged import Judged
from eval.scores import MEDIAN
from records.metric import Floats

WITHIN = 0.0005
"""What counts as a hit, as a share of the metric's range: 0.05 points of percent."""

AROUND = 10.0
"""Width of the ring around a hit, in hits, from which their honest frequency is told."""

HONEST = 0.02
"""Share of hits that is never held against anyone: some benchmarks have few items, and some scores are round."""

CHANCE = 1e-6
"""How improbable so many hits must be before they are called a tell."""


@dataclass(frozen=True)
class Exactness:
    """How often the medians hit.

    Attributes:
        answers: medians that were looked at.
        hits: those within a twentieth of a point of the outcome.
        expected: hits of an honest forecaster with errors like these.
        probability: of so many hits, if it is honest.
    """

    answers: int
    hits: int
    expected: float
    probability: float

    @property
    def suspicious(self) -> bool:
        """Whether so many hits cannot be honest."""
        return self.probability < CHANCE

    def __str__(self) -> str:
        """Say it in one sentence."""
        return (
            f"{self.hits} of {self.answers} medians hit the outcome to a twentieth of a point; "
            f"about {self.expected:.0f} would be honest"
        )


def exactness(judged: Judged) -> Exactness:
    """Count how often a forecaster's medians hit the outcomes."""
    answered = judged.answered
    observed = answered.table["observed"].to_numpy(dtype=float)
    tolerance = _tolerance(answered)
    lower, upper = (answered.table[side].to_numpy(dtype=float) for side in ("lower", "upper"))
    inside = (observed - lower > tolerance) & (upper - observed > tolerance) & (tolerance > 0.0)
    error = (np.abs(answered.quantiles[:, MEDIAN] - observed) / np.where(tolerance > 0.0, tolerance, 1.0))[inside]
    hits, around = int((error < 1.0).sum()), int(((error >= 1.0) & (error < 1.0 + AROUND)).sum())
    if not error.size:
        return Exactness(0, 0, 0.0, 1.0)
    from scipy import stats  # here: it takes a while to load, and only audits need it

    share = min(1.0, max(HONEST, (around + 1.0) / AROUND / error.size))
    return Exactness(error.size, hits, share * error.size, float(stats.binom.sf(hits - 1, error.size, share)))


def _tolerance(answered: Judged) -> Floats:
    """What counts as a hit, in each question's unit; where the metric has no bounds, by the spread of the outcomes."""
    table = answered.table
    spread = table.groupby("benchmark")["observed"].transform(np.ptp).to_numpy(dtype=float)
    span = (table["upper"] - table["lower"]).to_numpy(dtype=float)
    return np.asarray(WITHIN * np.where(np.isfinite(span), span, spread))
