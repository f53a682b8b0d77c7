"""Group-conditional conformal recalibration of quantile forecasts ("Mondrian" split conformal).

For every level the score of a past forecast is how far its outcome lay above that quantile, in units of the
forecast's own spread. The quantile is then moved by the empirical quantile, at its level, of these scores: so each
level holds the share of outcomes that it states, whatever the distribution of errors, as long as past and future
are exchangeable within a group (Vovk et al. 2005; Romano, Patterson and Candes 2019). The finite-sample rule is
exact: with n scores the level p takes the one of rank ceil((n + 1) p), counted from the outer side below the
median; where that rank does not exist the group cannot know, and its parent's shift stands. The shift of a group
is drawn to its parent's as if the parent were worth ``STRENGTH`` scores, and with fewer than ``LEAST`` scores
altogether forecasts are only ever widened, and a narrowing is believed the more, the more scores there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from calibration.hierarchy import ALL, fit_groups, of_groups
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State

STRENGTH = 40.0
"""How many scores the parent of a group counts for."""

LEAST = 40
"""With fewer scores than this altogether, no forecast is made narrower."""

CAUTION = 3_000.0
"""How many scores it takes until half of a narrowing is believed: scores of one model, or of one cell asked for in
several ways, err together and so count for fewer; being too narrow is the worse error."""

MEDIAN = 49
LOW, HIGH = 9, 89
"""Positions of the levels 0.10 and 0.90, whose distance is a forecast's own spread."""

SMALLEST = 1e-9


@dataclass(frozen=True, eq=False)
class ConformalShifts:
    """Learned shifts of each group's quantiles, in units of each forecast's own spread, shape ``(99,)`` each."""

    shifts: Mapping[str, Floats]

    def calibrate(self, quantiles: Floats, groups: Sequence[str]) -> Floats:
        """Shift working-scale quantiles ``(n, 99)``; the result does not decrease with the level."""
        if not len(quantiles):
            return quantiles
        moved = quantiles + own_spread(quantiles) * of_groups(self.shifts, groups)
        return np.sort(moved, axis=1)

    def state(self) -> State:
        """Return the shifts by group."""
        return dict(self.shifts)


@dataclass(frozen=True)
class Conformal:
    """Conformal recalibration by evidence group."""

    strength: float = field(default=STRENGTH, kw_only=True)
    least: int = field(default=LEAST, kw_only=True)
    caution: float = field(default=CAUTION, kw_only=True)

    def fit(self, quantiles: Floats, outcomes: Floats, groups: Sequence[str]) -> ConformalShifts:
        """Learn from working-scale quantiles ``(n, 99)`` and outcomes ``(n,)`` that the forecasts had not seen."""
        scores = (outcomes[:, None] - quantiles) / own_spread(quantiles)
        shifts = fit_groups(groups, lambda chosen, parent: self._shift(scores[chosen], parent))
        belief = len(scores) / (len(scores) + self.caution) if len(scores) >= self.least else 0.0
        return ConformalShifts({name: believed(shift, belief) for name, shift in shifts.items()})

    def restore(self, state: State) -> ConformalShifts:
        """Return the shifts of this state."""
        return ConformalShifts({name: np.asarray(shift) for name, shift in state.items()} or {ALL: np.zeros(99)})

    def _shift(self, scores: Floats, parent: Floats | None) -> Floats:
        if parent is None:
            return conformal_quantiles(scores, np.zeros(len(LEVELS)))
        own = conformal_quantiles(scores, parent)
        return np.asarray((len(scores) * own + self.strength * parent) / (len(scores) + self.strength))


def own_spread(quantiles: Floats) -> Floats:
    """Width of each forecast's central 80 %, shape ``(n, 1)``."""
    return np.maximum(quantiles[:, HIGH : HIGH + 1] - quantiles[:, LOW : LOW + 1], SMALLEST)


def conformal_quantiles(scores: Floats, otherwise: Floats) -> Floats:
    """For each level the exact finite-sample quantile of its own scores.

    Args:
        scores: shape ``(n, 99)``, column by column the scores of one level.
        otherwise: what to use at the levels that n scores cannot tell, shape ``(99,)``; never less far out than
            the farthest score.
    """
    n = len(scores)
    if n == 0:
        return otherwise
    ordered = np.sort(scores, axis=0)
    above = np.ceil((n + 1) * LEVELS - 1e-9).astype(int)
    below = np.floor((n + 1) * LEVELS + 1e-9).astype(int)
    rank = np.where(np.arange(len(LEVELS)) >= MEDIAN, above, below)
    told = ordered[np.clip(rank, 1, n) - 1, np.arange(len(LEVELS))]
    farther = np.where(rank > n, np.maximum(otherwise, told), np.minimum(otherwise, told))
    return np.asarray(np.where((rank >= 1) & (rank <= n), told, farther))


def believed(shift: Floats, belief: float) -> Floats:
    """Keep all of what widens a forecast, and the share ``belief`` of all else."""
    wider = outward(shift)
    return wider + belief * (shift - wider)


def outward(shift: Floats) -> Floats:
    """Keep only what widens a forecast: upper levels up, lower levels down, the median where it is."""
    side = np.sign(np.arange(len(LEVELS)) - MEDIAN)
    return side * np.maximum(side * shift, 0.0)
