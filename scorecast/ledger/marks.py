"""Marks: settled forecasts as calibration reads them, and which of them a forecast may learn from.

The barrier holds for outcomes of forecasts as for records. A mark counts as of a day if the forecast was issued, its
outcome public and its resolution entered before that day; of several resolutions the one that held then. It does not
count where its outcome rests on what a history withholds, or is of the very cell that is asked for: what that cell
has shown is in the history, and must not be told twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from calibration.hierarchy import CUT
from calibration.level_map import LevelMap, stated_levels
from records.forecast import Forecast
from records.history import History
from records.ledger import Settled
from records.metric import Floats

SHIFT, SPREAD = "recalibration_shift", "recalibration_spread"
"""Settings of a forecast that tell by which map it was recalibrated: enough to undo it."""


class Mark(NamedTuple):
    """How one settled forecast came out.

    Attributes:
        entry, question: their ids.
        forecaster: who made it; see ``forecaster_of``.
        group: see ``group_of``.
        model, root, benchmark: its cell, and what all efforts of the model share.
        as_of: of the forecast.
        issued_at: when it entered the ledger.
        published: when the outcome was public.
        foresight: whether it was a forecast at all; see ``records.ledger.Settled.foresight``.
        source, record: where the outcome comes from; the record is empty where somebody told it.
        between: the levels of the raw forecast, before any recalibration, between which the outcome lay.
    """

    entry: str
    question: str
    forecaster: str
    group: str
    model: str
    root: str
    benchmark: str
    as_of: dt.date
    issued_at: dt.datetime
    published: dt.date
    foresight: bool
    source: str
    record: str
    between: tuple[float, float]


def mark(one: Settled) -> Mark:
    """Return how a settled forecast came out."""
    forecast, told = one.issued.forecast, one.resolution
    question = forecast.question
    low, high = raw_levels(forecast, told.value).tolist()
    return Mark(
        entry=one.issued.id,
        question=question.id,
        forecaster=forecaster_of(forecast),
        group=group_of(forecast),
        model=question.model.id,
        root=question.model.root,
        benchmark=question.benchmark.id,
        as_of=question.as_of,
        issued_at=one.issued.issued_at,
        published=told.published,
        foresight=one.foresight,
        source=told.source,
        record=told.record_id,
        between=(low, high),
    )


def forecaster_of(forecast: Forecast) -> str:
    """Say who made a forecast: an agent is another forecaster with each language model, and with names masked."""
    told = forecast.provenance.settings
    if not told.get("agent_share"):
        return forecast.method
    return f"{forecast.method} with {told.get('llm', '')}, names {'masked' if told.get('mode') == 'blind' else 'told'}"


def group_of(forecast: Forecast) -> str:
    """Name the group of a forecast: how much was known, then the benchmark."""
    return f"{forecast.evidence_level.group}{CUT}{forecast.question.benchmark.id}"


def raw_levels(forecast: Forecast, outcome: float) -> Floats:
    """Return between which levels of the raw forecast ``(2,)`` an outcome lies, whether it was recalibrated or not."""
    told = forecast.provenance.settings
    stated = stated_levels(np.asarray(forecast.distribution.quantiles), forecast.question.metric, outcome)
    return LevelMap(float(told.get(SHIFT, 0.0)), float(told.get(SPREAD, 1.0))).read(stated)


def counted(marks: Sequence[Mark], day: dt.date) -> tuple[Mark, ...]:
    """Return the marks that count as of a day.

    Args:
        marks: of all resolutions entered before that day, in their order.
        day: the as-of date.
    """
    held = {one.entry: one for one in marks}.values()  # the latest resolution of each holds
    first: dict[tuple[str, str], Mark] = {}
    for one in sorted(held, key=lambda mark: (mark.issued_at, mark.entry)):
        if one.foresight and one.published < day:
            first.setdefault((one.forecaster, one.question), one)
    return tuple(first.values())


def unhidden(marks: Sequence[Mark], history: History) -> tuple[Mark, ...]:
    """Return the marks whose outcomes a history does not withhold."""
    exclude, kinship = history.exclude, history.kinship
    hidden = kinship.withheld(exclude.cells)
    models, benchmarks = kinship.every_effort(exclude.models), kinship.every_relative(exclude.benchmarks)
    wanted, ids = [one.record for one in marks if one.record], history.records["id"]
    shown = set(ids[ids.isin(wanted)]) if wanted else set()
    return tuple(
        one
        for one in marks
        if (not one.record or one.record in shown)
        and one.source not in exclude.sources
        and one.model not in models
        and one.benchmark not in benchmarks
        and not hidden(one.model, one.benchmark)
    )
