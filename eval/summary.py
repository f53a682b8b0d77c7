"""From the answers of several forecasters to the same questions to one ``Result``.

In: the table of answers of each forecaster, which baselines others are held against, and a seed. Out: every figure
with its interval, over all questions and by group, evidence level, benchmark and model family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from eval import memory, pairs, risk_coverage
from eval.averages import Yardsticks, score_pairs, score_rows, score_scaled
from eval.bootstrap import Draws, limits
from eval.differences import differences
from eval.judged import ANSWERED, Judged
from eval.measured import Measured, measure, same_questions
from eval.result import ForecasterScores, Provenance, Result, RiskCoverage, Scores
from records.errors import DataError
from records.metric import Floats

CLIMATOLOGY = "climatology"
DRAWS = 1000
MOST_REASONS = 20
PARTS = {"levels": "level", "benchmarks": "benchmark", "families": "family"}
"""Field of the result, and the column that it tells apart."""


def evaluate(
    judged: Sequence[Judged],
    *,
    suite: str,
    suite_hash: str = "",
    protocol: str = "",
    provenance: Provenance | None = None,
    baselines: Sequence[str] = (CLIMATOLOGY,),
    draws: int = DRAWS,
    seed: int = 0,
) -> Result:
    """Score forecasters that answered the very same questions, the lowest CRPS first.

    Args:
        judged: the answers of each forecaster, rows in the same order.
        suite: name of the suite.
        suite_hash: hash of its questions.
        protocol: how it hides and asks, in a sentence.
        provenance: what the run was made from.
        baselines: names of the forecasters that others are held against, as far as they are among the judged.
        draws: bootstrap draws.
        seed: of the bootstrap, and of the sample of pairs where there are very many.

    Raises:
        DataError: no forecaster, one name twice, different questions, or answers that cannot be scored.
    """
    twice = [name for name, times in Counter(one.forecaster for one in judged).items() if times > 1]
    if twice:
        raise DataError(f"the forecaster {twice[0]!r} was judged twice: give each a name of its own")
    table = same_questions(judged)
    measured = sorted((measure(one) for one in judged), key=_crps)
    best = _best_baseline([m for m in measured if m.name in baselines])
    yardsticks = _yardsticks(table, measured, best, draws, seed)
    return Result(
        suite=suite,
        suite_hash=suite_hash,
        protocol=protocol,
        provenance=provenance or Provenance(),
        questions=len(table),
        draws=draws,
        best_baseline=best.name if best else "",
        forecasters={m.name: _forecaster(m, yardsticks, baseline=m.name in baselines) for m in measured},
        differences=differences(measured, yardsticks.draws),
    )


def _crps(measured: Measured) -> tuple[float, str]:
    """What forecasters are sorted by; those without a scored answer come last."""
    told = measured.columns["crps"][np.isfinite(measured.columns["crps"])]
    return (float(told.mean()) if told.size else np.inf, measured.name)


def _best_baseline(baselines: Sequence[Measured]) -> Measured | None:
    """The lowest CRPS over the questions that all baselines answered, silent ones aside."""
    speaking = [m for m in baselines if np.isfinite(m.columns["crps"]).any()]
    if not speaking:
        return None
    common = np.all([np.isfinite(m.columns["crps"]) for m in speaking], axis=0)
    return (
        min(speaking, key=lambda m: (float(m.columns["crps"][common].mean()), m.name)) if common.any() else speaking[0]
    )


def _yardsticks(
    table: pd.DataFrame, measured: Sequence[Measured], best: Measured | None, draws: int, seed: int
) -> Yardsticks:
    climatology = next((m for m in measured if m.name == CLIMATOLOGY), None)
    references = {"skill_climatology": climatology, "skill_best_baseline": best}
    return Yardsticks(
        draws=Draws.of(table["model"], table["benchmark"], draws=draws, seed=seed),
        pairs=pairs.pairs_of(table, seed=seed),
        references={name: m.columns["crps"] for name, m in references.items() if m},
        scaled=climatology.scaled["crps"] if climatology else None,
    )


def _forecaster(measured: Measured, yardsticks: Yardsticks, *, baseline: bool) -> ForecasterScores:
    table = measured.judged.table
    ordered = score_pairs(measured, yardsticks.pairs)
    every = np.arange(len(table))
    overall = score_rows(measured, every, yardsticks, ordered=ordered)
    parts = {field: _by(measured, column, yardsticks, {}) for field, column in PARTS.items()}
    return ForecasterScores.model_validate(
        overall.model_dump()
        | {
            "baseline": baseline,
            "failures": dict(Counter(table["reason"][table["status"] != ANSWERED]).most_common(MOST_REASONS)),
            "seconds_fit": measured.judged.fit_seconds,
            "seconds_forecast": measured.judged.forecast_seconds,
            "standardised": score_scaled(measured, yardsticks),
            "risk_coverage": _risk_coverage(measured, yardsticks.draws),
            "groups": _by(measured, "group", yardsticks, ordered),
            "memory": _by_memory(measured, yardsticks),
            **parts,
        }
    )


def _by(measured: Measured, column: str, yardsticks: Yardsticks, ordered: Mapping[str, Floats]) -> dict[str, Scores]:
    """Scores of each part of the questions that a column tells apart; unnamed parts are left out."""
    names = measured.judged.table[column].fillna("").to_numpy(dtype=str)
    return {
        name: score_rows(measured, np.flatnonzero(names == name), yardsticks, ordered=ordered)
        for name in np.unique(names).tolist()
        if name
    }


def _by_memory(measured: Measured, yardsticks: Yardsticks) -> dict[str, Scores]:
    """Scores by what the model may remember; a question counts in each part that it is in."""
    table = measured.judged.table
    if memory.COLUMN not in table:
        return {}
    told = [set(parts.split(memory.BETWEEN)) for parts in table[memory.COLUMN].fillna("").tolist()]
    found = {part: np.flatnonzero([part in one for one in told]) for part in memory.PARTS}
    return {part: score_rows(measured, rows, yardsticks, ordered={}) for part, rows in found.items() if rows.size}


def _risk_coverage(measured: Measured, draws: Draws) -> RiskCoverage | None:
    error, width = measured.columns["error"], measured.columns["width80"]
    found, ideal = risk_coverage.curve(error, width), risk_coverage.ideal(error)
    if found is None or ideal is None:
        return None
    few, few_ideal = risk_coverage.thinned(found), risk_coverage.thinned(ideal)
    rows = np.flatnonzero(np.isfinite(error))
    ordered, order = risk_coverage.by_certainty(error[rows], width[rows])
    return RiskCoverage(
        share=tuple(few.share.tolist()),
        error=tuple(few.error.tolist()),
        ideal=tuple(few_ideal.error.tolist()),
        area=found.area,
        area_interval=limits(draws.areas(rows[order], ordered)) if draws.enough(rows) else None,
        area_ideal=ideal.area,
        reliable_fifth=risk_coverage.reliable(found),
    )
