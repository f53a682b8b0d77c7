"""In force: what recalibration does to a forecaster's new forecasts, for who looks at its track record."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from calibration.level_map import LevelMap
from calibration.settled import Taught
from records.ledger import Settled
from scorecast.ledger.marks import SHIFT, forecaster_of
from scorecast.ledger.recalibrating import FromLedger

UNTAUGHT = Taught(LevelMap(), 0, 0.0, 0, "")


class InForce(NamedTuple):
    """What recalibration does to one forecaster.

    Attributes:
        forecaster: as recalibration tells them apart; see ``scorecast.ledger.marks.forecaster_of``.
        taught: what all its settled forecasts teach; groups and benchmarks differ from it.
        issued: how many of the settled forecasts that were looked at had been recalibrated.
    """

    forecaster: str
    taught: Taught
    issued: int

    @property
    def sentence(self) -> str:
        """Say it to people."""
        told = f"{self.issued:,} of these issued recalibrated" if self.issued else "None of these was recalibrated"
        if not self.taught.settled:
            return f"Recalibration of {self.forecaster}: nothing was settled before today. {told}."
        [level] = self.taught.map.read(np.array([0.5])).tolist()
        return (
            f"Recalibration of {self.forecaster} by {self.taught.settled:,} settled forecasts, worth "
            f"{self.taught.worth:,.0f} independent ones: new medians are read at the level {level:.2f}, spreads are "
            f"{self.taught.map.spread:.2f} times as wide; groups and benchmarks differ. {told}."
        )


def in_force(settled: Sequence[Settled], stage: FromLedger, *, day: dt.date) -> tuple[InForce, ...]:
    """Tell what recalibration does as of a day to all who made these forecasts.

    Raises:
        ScorecastError: the ledger cannot be read, or trusted.
    """
    issued: Counter[str] = Counter()
    for one in settled:
        forecast = one.issued.forecast
        issued[forecaster_of(forecast)] += SHIFT in forecast.provenance.settings
    return tuple(InForce(name, stage.overall(name, day) or UNTAUGHT, issued[name]) for name in sorted(issued))
