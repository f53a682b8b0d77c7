"""What one forecaster answered to a suite, beside what really came out: the one table that all scores read.

Rows are questions in the order of the suite. An abstention or a failure is a row of NaN quantiles with its reason:
counted and shown, never a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from records.errors import DataError
from records.metric import Floats

ANSWERED, ABSTAINED, FAILED = "answered", "abstained", "failed"

COLUMNS = (
    "question", "fold", "group", "model", "family", "benchmark", "unit", "lower", "upper", "higher_is_better",
    "level", "shown", "observed", "status", "reason",
)  # fmt: skip
"""Columns of ``Judged.table``.

``question`` is the question's id; ``fold`` what was fitted together; ``group`` what the suite tells apart (such as
``k = 3``); ``lower`` and ``upper`` the bounds of the metric, infinite where there is none; ``level`` the evidence
group; ``shown`` the number of scores of the model that the question could see; ``observed`` the outcome, in the unit;
``status`` one of answered, abstained, failed; ``reason`` why there is no forecast. A column ``eval.memory.COLUMN`` may
be added.
"""


@dataclass(frozen=True, eq=False)
class Judged:
    """The answers of one forecaster.

    Attributes:
        forecaster: its name.
        table: one row a question, columns as in ``COLUMNS``.
        quantiles: what was stated at the 99 percent levels, shape ``(n, 99)``, in each question's own unit.
        fit_seconds: time spent on fitting, all folds together.
        forecast_seconds: time spent on answering, all questions together.

    Raises:
        DataError: the table and the quantiles do not belong together.
    """

    forecaster: str
    table: pd.DataFrame
    quantiles: Floats
    fit_seconds: float = 0.0
    forecast_seconds: float = 0.0

    def __post_init__(self) -> None:
        """Check that each row has its quantiles, and silence has none."""
        if self.quantiles.shape != (len(self.table), 99):
            raise DataError(f"{len(self.table)} questions cannot have quantiles of shape {self.quantiles.shape}")
        spoken = (self.table["status"] == ANSWERED).to_numpy()
        if bool((pd.isna(self.quantiles).any(axis=1) == spoken).any()):
            raise DataError("an answered question has 99 quantiles, any other has none")

    @property
    def answered(self) -> Judged:
        """The same without the questions that have no forecast."""
        spoken = (self.table["status"] == ANSWERED).to_numpy()
        return Judged(
            self.forecaster,
            self.table[spoken].reset_index(drop=True),
            self.quantiles[spoken],
            self.fit_seconds,
            self.forecast_seconds,
        )
