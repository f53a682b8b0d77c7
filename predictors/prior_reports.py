"""``prior-reports``: a cell that has been reported already, measured once more.

The centre is the weighted median of the visible reports; the spread is how far honest reports of one cell differ
in this history. The tails are heavy (a Student t with two degrees of freedom): most reports agree within a point or
two, and a few are ten apart because prompt, harness or effort were not the same. It abstains on all other cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from predictors.asked import Asked
from predictors.benchmarks import NORMAL_MAD
from predictors.cells import Cells
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State

DEGREES_OF_FREEDOM = 2.0


@dataclass(frozen=True, eq=False)
class ReportNoise:
    """How far reports of one cell differ: standard deviation on the standard scale by their median deviation."""

    deviation: float

    def predict(self, asked: Asked) -> Floats:
        """Centre on the reports of the asked cell; NaN where there are none."""
        if not len(asked.visible):
            return np.full((len(asked), len(LEVELS)), np.nan)
        reported = asked.own >= 0
        centre = np.where(reported, asked.visible.value[asked.own], np.nan)
        # The new report and the median of the old ones err both.
        error = self.deviation * np.sqrt(1.0 + 1.0 / np.maximum(asked.cell_reports, 1))
        scale = error / NORMAL_MAD / stdtrit(DEGREES_OF_FREEDOM, 0.75)
        return np.asarray(centre[:, None] + scale[:, None] * stdtrit(DEGREES_OF_FREEDOM, LEVELS))

    def state(self) -> State:
        """Return what was learned."""
        return {"deviation": np.array([self.deviation])}


@dataclass(frozen=True)
class PriorReports:
    """Reports of the very cell."""

    name: str = "prior-reports"
    how: str = "earlier reports of this very cell, measured once more"
    silence: str = "the asked cell has no visible report"
    learns_spread: bool = False

    def learn(self, cells: Cells) -> ReportNoise:
        """Take over the noise between reports."""
        return ReportNoise(cells.report_noise)

    def recall(self, cells: Cells, state: State) -> ReportNoise:  # noqa: ARG002 - the state holds all there is
        """Return the noise of this state."""
        return ReportNoise(float(state["deviation"][0]))
