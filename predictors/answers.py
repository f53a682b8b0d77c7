"""From arrays to forecasts: quantiles in the unit, how much is known, caveats; an abstention where there is nothing.

The quantiles are checked as arrays, all at once, so that ten thousand forecasts take a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from predictors.asked import Asked
from predictors.caveats import caveats, of_question
from predictors.cells import Reports
from predictors.models import Ints
from records.distribution import Distribution
from records.errors import DistributionError
from records.evidence import BENCHMARK_STEPS, MODEL_STEPS, EvidenceLevel
from records.forecast import Abstention, Answer, Component, Forecast, Provenance
from records.history import History
from records.metric import EDGE, Floats
from records.question import Question

Mask = NDArray[np.bool_]

UNSCALED = "the benchmark has an open scale on which no visible score tells what is usual"


def answers(
    questions: Sequence[Question],
    *,
    asked: Asked,
    quantiles: Floats,
    method: str,
    silence: str,
    history: History,
    reports: Reports,
    components: Sequence[tuple[Component, ...]] | None = None,
    weighing: Sequence[str] | None = None,
) -> list[Answer]:
    """Turn standard-scale quantiles ``(n, 99)`` into forecasts, rows with NaN into abstentions."""
    distributions = to_distributions(questions, asked, quantiles)
    levels = evidence_levels(asked)
    remarks = caveats(asked, reports)
    provenance = Provenance(history=history.fingerprint, as_of=history.as_of, strict_dates=history.strict_dates)
    told: list[Answer] = []
    for i, question in enumerate(questions):
        distribution = distributions[i]
        if distribution is None:
            reason = silence if asked.scaled[i] else UNSCALED
            told.append(Abstention(question=question, method=method, reason=reason))
            continue
        told.append(
            Forecast.trusted(
                question=question,
                distribution=distribution,
                method=method,
                evidence_level=levels[i],
                components=components[i] if components else (),
                weighing=weighing[i] if weighing else "",
                evidence=(),
                caveats=(*of_question(question, history), *remarks[i]),
                provenance=provenance,
            )
        )
    return told


def to_distributions(
    questions: Sequence[Question], asked: Asked, quantiles: Floats, *, wanted: Mask | None = None
) -> list[Distribution | None]:
    """Map standard-scale quantiles ``(n, 99)`` to distributions in the unit, None for rows with NaN.

    Args:
        questions: whose metrics these are.
        asked: the same as arrays.
        quantiles: shape ``(n, 99)``.
        wanted: which to build, shape ``(n,)``; None in place of the others. All by default.

    Raises:
        DistributionError: quantiles that are infinite or that cross.
    """
    silent = np.isnan(quantiles).any(axis=1) | ~asked.scaled
    units = in_unit(asked, asked.benchmarks.working(asked.column, np.where(silent[:, None], 0.0, quantiles)))
    if not np.all(np.isfinite(units)) or np.any(np.diff(units, axis=1) < -1e-6):
        raise DistributionError("a predictor gave quantiles that cross or are not finite: please report this")
    built = ~silent if wanted is None else ~silent & wanted
    tidy = iter(np.maximum.accumulate(units[built], axis=1).tolist())
    # The arrays were checked above: building without a second check keeps ten thousand forecasts under a second.
    return [
        Distribution.trusted(quantiles=tuple(next(tidy)), lower=metric.lower, upper=metric.upper) if spoken else None
        for spoken, metric in zip(built.tolist(), (question.metric for question in questions), strict=True)
    ]


def in_unit(asked: Asked, working: Floats) -> Floats:
    """Map working-scale quantiles ``(n, 99)`` to the unit of each question's metric, within its bounds.

    The working scale does not tell scores apart that lie within ``EDGE`` of a bound: what lies there is the bound
    itself, so that a score of exactly zero can be covered.
    """
    low, high = (bounds[asked.column][:, None] for bounds in asked.benchmarks.bounds)
    bounded = asked.benchmarks.bounded[asked.column][:, None]
    floor, width = np.where(bounded, low, 0.0), np.where(bounded, high, 0.0) - np.where(bounded, low, 0.0)
    share = expit(working)
    edge = EDGE * (1.0 + 1e-9)  # a share that was pulled to the edge comes back with the rounding of two logits
    share = np.where(share <= edge, 0.0, np.where(share >= 1.0 - edge, 1.0, share))
    return np.clip(np.where(bounded, floor + width * share, working), low, high)


def evidence_levels(asked: Asked) -> list[EvidenceLevel]:
    """How much is known about each question."""
    counts = np.column_stack([asked.model_scores, asked.benchmark_scores, asked.cell_reports])
    distinct, place = np.unique(counts, axis=0, return_inverse=True)
    levels = [EvidenceLevel(model_scores=int(m), benchmark_scores=int(b), cell_reports=int(c)) for m, b, c in distinct]
    return [levels[i] for i in place.ravel()]


def evidence_groups(model_scores: Ints, benchmark_scores: Ints, cell_reports: Ints) -> list[str]:
    """Name of the evidence group of each question."""
    most_model, most_benchmark = MODEL_STEPS[-1][0], BENCHMARK_STEPS[-1][0]
    steps = np.column_stack(
        [np.minimum(model_scores, most_model), np.minimum(benchmark_scores, most_benchmark), cell_reports > 0]
    )
    distinct, place = np.unique(steps, axis=0, return_inverse=True)
    names = [
        EvidenceLevel(model_scores=int(m), benchmark_scores=int(b), cell_reports=int(c)).group for m, b, c in distinct
    ]
    return [names[i] for i in place.ravel()]
