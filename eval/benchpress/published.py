"""The check of the harness: the peer's published method, run here, must come to its published figures.

Errors: median absolute error over all test cells, every benchmark in its own unit, as the peer counts it. Order: share
of pairs in the right order on leaderboards completed by forecasts, of scores at least five apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from eval.benchpress.leaderboards import MARGINS, Order
from eval.judged import Judged
from eval.scores import absolute_error

METHOD = "benchpress"
"""Name of the forecaster that is the published method."""

PUBLISHED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"hidden cells": (4.60, 0.1), "k = 0": (22.6, 0.3), "k = 1": (8.4, 0.3), "k = 3": (5.0, 0.3), "k = 5": (4.8, 0.3)}
)
"""Published error of each group of questions, and how near it a sound harness comes: single starts differ."""

PUBLISHED_ORDER = (92.1, 0.5)
"""Published share of pairs in the right order, in percent, and how near it a sound harness comes."""


@dataclass(frozen=True)
class Check:
    """What the published method comes to here, beside what was published; in points."""

    group: str
    published: float
    tolerance: float
    found: float

    @property
    def difference(self) -> float:
        """Found minus published."""
        return self.found - self.published

    @property
    def sound(self) -> bool:
        """Whether the harness gives the published figure."""
        return abs(self.difference) <= self.tolerance


def check(judged: Judged) -> tuple[Check, ...]:
    """Hold the answers of the published method against its published errors, group by group."""
    answered = judged.answered
    error = absolute_error(answered.table["observed"].to_numpy(dtype=float), answered.quantiles)
    groups = answered.table["group"].to_numpy(dtype=str)
    return tuple(
        Check(group, *PUBLISHED[group], float(np.median(error[groups == group])))
        for group in dict.fromkeys(groups.tolist())
        if group in PUBLISHED
    )


def check_order(order: Order) -> Check:
    """Hold the published method's order of pairs, five or more apart, against the published share."""
    return Check("% of pairs in order", *PUBLISHED_ORDER, 100 * order.shares[MARGINS[-1]])
