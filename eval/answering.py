"""From a contestant to rows that can be saved: ask, catch, and check every answer before it counts.

A contestant may crash, answer NaN, cross its quantiles, or answer another question. None of that ends a run, and none
of it is ever a number: a batch that raises is asked again question by question, and what is wrong has its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from eval.contestants.contestant import REPAIRED, Answering, Failure
from eval.judged import ABSTAINED, ANSWERED, FAILED
from eval.memory import Memory
from records.errors import DataError, ScorecastError
from records.forecast import Abstention, Answer, Forecast
from records.metric import Floats, Metric, bounds_told
from records.quantiles import LEVELS
from records.question import Question

LONGEST_REASON = 300
"""Characters; a reason may come from a stranger's exception."""


class Checked(NamedTuple):
    """One answer that may be kept: what it states, or why it states nothing.

    ``quantiles`` is of shape ``(99,)``, NaN where nothing is stated; ``cited`` are record ids; ``histories`` the
    fingerprints of histories that the answer says it was made from; ``repairs`` what was mended in it;
    ``memory`` what it says about the memory of its model.
    """

    status: str
    reason: str
    quantiles: Floats
    cited: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    memory: Memory = Memory()


def ask(answering: Answering, questions: Sequence[Question]) -> list[Checked]:
    """Ask all questions at once, or one by one where that raises."""
    try:
        return _checked(answering.forecast(questions), questions)
    except Exception as error:  # noqa: BLE001 - a stranger's forecaster may raise anything
        if len(questions) == 1:
            return [failed(error)]
    return [ask(answering, [question])[0] for question in questions]


def _checked(answers: Sequence[Answer | Failure], questions: Sequence[Question]) -> list[Checked]:
    if len(answers) != len(questions):
        raise DataError(f"{len(questions)} questions got {len(answers)} answers")
    return [check(answer, question) for answer, question in zip(answers, questions, strict=True)]


def failed(error: Exception) -> Checked:
    """Return the failure that this exception is."""
    told = str(error) if isinstance(error, ScorecastError) else f"{type(error).__name__}: {error}"
    return _silent(FAILED, told)


def check(answer: Answer | Failure, question: Question) -> Checked:
    """Take an answer for what it is worth: only 99 sound quantiles for the very question are a forecast."""
    if isinstance(answer, Failure):
        return _silent(FAILED, answer.reason)
    if not isinstance(answer, Forecast | Abstention):
        return _silent(FAILED, f"expected a forecast or an abstention, found {type(answer).__name__}")
    if answer.question is not question and answer.question != question:
        return _silent(FAILED, f"answered another question: {' on '.join(answer.question.cell)}")
    if isinstance(answer, Abstention):
        return _silent(ABSTAINED, answer.reason)
    quantiles = np.asarray(answer.distribution.quantiles, dtype=float)
    if fault := _fault(quantiles, question.metric):
        return _silent(FAILED, fault)
    return Checked(
        ANSWERED,
        "",
        quantiles,
        cited=tuple(dict.fromkeys(evidence.record.id for evidence in answer.evidence)),
        histories=(answer.provenance.history,) if answer.provenance.history else (),
        repairs=tuple(_line(caveat) for caveat in answer.caveats if caveat.startswith(REPAIRED)),
        memory=Memory.of(answer.provenance.settings),
    )


def _fault(quantiles: Floats, metric: Metric) -> str:
    """Tell what is wrong with stated quantiles; a forecast built past its own checks gets here unchecked."""
    if quantiles.shape != LEVELS.shape:
        return f"expected {len(LEVELS)} quantiles, found {quantiles.size}"
    if not np.isfinite(quantiles).all():
        return f"{int((~np.isfinite(quantiles)).sum())} of the quantiles are not finite"
    if np.diff(quantiles).min() < 0.0:
        return f"the quantiles cross: the steepest fall is {np.diff(quantiles).min():g}"
    low, high = metric.bounds
    if quantiles[0] < low or quantiles[-1] > high:
        return f"quantiles {quantiles[0]:g} to {quantiles[-1]:g} leave the bounds {bounds_told(low, high)}"
    return ""


def _silent(status: str, reason: str) -> Checked:
    return Checked(status, _line(reason) or "no reason given", np.full(len(LEVELS), np.nan))


def _line(text: str) -> str:
    """Put a text of unknown origin on one printable line."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST_REASON]
