"""The living track record: how good the forecasts were that were issued from this store.

Each forecaster is held against climatology, fitted anew as of the day of each question on what was public then.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from eval.judged import Judged
from eval.measured import measure
from eval.reliability import histogram, observed_coverage
from eval.result import Result
from eval.summary import CLIMATOLOGY, evaluate
from eval.track_record import By, Told, by_forecaster, judged, judged_baseline
from predictors.registry import predictor
from records.errors import NotEnoughRecords
from records.exclusion import Exclusion
from records.forecast import Abstention, Answer
from records.ledger import Selection, Settled
from records.question import Question
from records.stages import HistorySource
from records.store import Store

SUITE = "track record"
PERCENTS = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0)
"""Central intervals whose coverage is told."""
TENTHS = 10


class Track(NamedTuple):
    """The track record of one forecaster: its scores beside climatology, and what was not counted."""

    told: Told
    result: Result
    judged: tuple[Judged, Judged]


def track_record(store: Store, wanted: Selection, *, by: By = By.HORIZON) -> tuple[Track, ...]:
    """Score all settled forecasts of a selection, forecaster by forecaster.

    Raises:
        NotEnoughRecords: nothing in the selection is settled by foresight.
    """
    settled = store.ledger.settled(wanted)
    found = [told for told in by_forecaster(settled) if told.counted]
    if not found:
        raise NotEnoughRecords(_nothing(settled, waiting=len(store.ledger.waiting(wanted))))
    return tuple(_track(told, store, by) for told in found)


def _track(told: Told, source: HistorySource, by: By) -> Track:
    questions = [one.issued.forecast.question for one in told.counted]
    name = f"{CLIMATOLOGY} (baseline)" if told.forecaster == CLIMATOLOGY else CLIMATOLOGY
    both = judged(told, by=by), judged_baseline(name, told, climatology(questions, source), by=by)
    result = evaluate(
        both, suite=SUITE, protocol="forecasts issued before their outcomes were public", baselines=(name,)
    )
    return Track(told, result, both)


class Calibration(NamedTuple):
    """How often outcomes fell where the forecasts said they would; shares from 0 to 1.

    Attributes:
        percents: of the central intervals.
        coverage: share of the outcomes that each of them holds.
        pit: share of the outcomes in each tenth of the predictive distributions.
    """

    percents: tuple[float, ...]
    coverage: tuple[float, ...]
    pit: tuple[float, ...]


def calibration(track: Track) -> Calibration:
    """Tell how well calibrated the forecasts of a track record were, however few they are."""
    return calibration_of(track.judged[0])


def calibration_of(judged: Judged) -> Calibration:
    """Tell how well calibrated these forecasts were; none of them may be missing."""
    observed = judged.table["observed"].to_numpy(dtype=float)
    coverage = observed_coverage(observed, judged.quantiles, PERCENTS)
    pit = histogram(measure(judged).columns["pit"], bins=TENTHS)
    return Calibration(PERCENTS, tuple(coverage.tolist()), tuple(pit.tolist()))


def climatology(questions: Sequence[Question], source: HistorySource) -> list[Answer]:
    """Answer with past outcomes of the same benchmark, as of each question's own day, in the order of the questions."""
    found: dict[str, Answer] = {}
    for as_of, group in groupby(sorted(questions, key=lambda question: question.as_of), lambda one: one.as_of):
        same_day = list(group)
        cells = frozenset(question.cell for question in same_day)
        history = source.history(as_of=as_of, exclude=Exclusion(cells=cells))
        try:
            answers = predictor(CLIMATOLOGY).fit(history).forecast(same_day)
        except NotEnoughRecords as error:
            answers = [Abstention(question=one, method=CLIMATOLOGY, reason=str(error)) for one in same_day]
        found |= {question.id: answer for question, answer in zip(same_day, answers, strict=True)}
    return [found[question.id] for question in questions]


def _nothing(settled: Sequence[Settled], *, waiting: int) -> str:
    late = len(settled)
    told = f"forecasts settled whose outcomes were public already when they were issued: {late}; " if late else ""
    return (
        f"There is no track record yet: {told}forecasts that wait for their outcome: {waiting}. "
        "`scorecast resolve ID VALUE` settles one, `scorecast resolve --from-records` all that were reported since."
    )
