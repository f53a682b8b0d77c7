"""Metrics: how outputs become a number, and the working scale on which predictors model it.

A metric has a unit, bounds, a direction and a chance level. Proportions are kept in percent (0 to 100
points), because that is the unit in which the field reports scores and quotes forecast errors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator
from scipy.special import expit, logit

from records.base import Label, Value

Floats = NDArray[np.float64]

EDGE = 0.005
"""Bounded scores are pulled this far (as a share of the range) inside before the logit: half a point of 100."""


def bounds_told(low: float, high: float) -> str:
    """Say between which bounds something lies: ``0 to 100``, ``0 to no upper bound``."""
    lower = f"{low:g}" if np.isfinite(low) else "no lower bound"
    return f"{lower} to {high:g}" if np.isfinite(high) else f"{lower} to no upper bound"


class Unit(StrEnum):
    """The unit a score is told in."""

    PERCENT = "percent"
    """A proportion in points from 0 to 100, error rates included."""
    RATING = "rating"
    """An Elo-like rating: relative, unbounded, with no chance level."""
    USD = "usd"
    """Money earned or spent, in US dollars."""
    POINTS = "points"
    """Any other scale: minutes, points of a game, a judge's mark out of ten."""


class Metric(Value):
    """How outputs become a number."""

    name: Label
    """Short name in the field's words: ``accuracy``, ``pass@1``, ``rating``, ``word_error_rate``."""
    unit: Unit = Unit.PERCENT
    lower: float | None = None
    """Smallest possible score, in the unit; None when unbounded below."""
    upper: float | None = None
    """Largest possible score, in the unit; None when unbounded above."""
    higher_is_better: bool = True
    chance: float | None = None
    """Expected score of guessing at random, in the unit; None when unknown or meaningless."""

    @model_validator(mode="before")
    @classmethod
    def _percent_has_bounds(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("unit", Unit.PERCENT) == Unit.PERCENT:
            return {"lower": 0.0, "upper": 100.0} | {k: v for k, v in data.items() if v is not None}
        return data

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError(f"metric {self.name}: lower bound {self.lower} is not below upper {self.upper}")
        if self.chance is not None and not self.admits(self.chance):
            raise ValueError(f"metric {self.name}: chance level {self.chance} lies outside {self.bounds}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds in the unit, infinite where there is none."""
        return (
            -np.inf if self.lower is None else self.lower,
            np.inf if self.upper is None else self.upper,
        )

    @property
    def bounded(self) -> bool:
        """Whether both bounds are finite: such metrics are modelled on the logit scale."""
        return self.lower is not None and self.upper is not None

    def admits(self, value: float) -> bool:
        """Whether a score is finite and within the bounds."""
        low, high = self.bounds
        return bool(np.isfinite(value)) and low <= value <= high

    def to_working(self, values: ArrayLike, *, edge: float = EDGE) -> Floats:
        """Map scores of any shape to the working scale: logit of the share of the range, else unchanged.

        Shares are pulled ``edge`` inside (0, 1), so that a perfect score stays finite.
        """
        scores = np.asarray(values, dtype=float)
        if self.lower is None or self.upper is None:
            return scores
        share = (scores - self.lower) / (self.upper - self.lower)
        return np.asarray(logit(np.clip(share, edge, 1.0 - edge)), dtype=float)

    def from_working(self, values: ArrayLike) -> Floats:
        """Map working-scale values of any shape back to scores, within the bounds."""
        working = np.asarray(values, dtype=float)
        if self.lower is None or self.upper is None:
            return np.asarray(np.clip(working, *self.bounds), dtype=float)
        return np.asarray(self.lower + (self.upper - self.lower) * expit(working), dtype=float)


class Scale(StrEnum):
    """How a file tells a percent metric: the two habits that must never be mixed up."""

    PERCENT = "percent"
    FRACTION = "fraction"
    NATIVE = "native"
    """Already in the metric's own unit."""

    def to_unit(self, value: float) -> float:
        """Convert a number told in this habit into the metric's unit."""
        return value * 100.0 if self is Scale.FRACTION else value


PERCENT_ACCURACY = Metric(name="accuracy", unit=Unit.PERCENT, lower=0.0, upper=100.0)
"""The commonest metric, for tests and for examples."""

__all__ = ["EDGE", "PERCENT_ACCURACY", "Floats", "Metric", "Scale", "Unit"]
