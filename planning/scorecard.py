"""How well the rest of a scorecard is known once some of its benchmarks are run: two ways to count it.

``Errors`` adds up how far the forecasts of what is not run are expected to be off, each by its square root, so that a
few scores that nothing tells of do not outweigh the many; what is run counts as known.
``Information`` is what the measurements leave unsaid about all scores, in bits: its gain is monotone and submodular
(Krause, Singh and Guestrin 2008, "Near-optimal sensor placements in Gaussian processes").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from planning.belief import MEAN_OF_HALF_NORMAL, Belief
from records.metric import Floats

Masks = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Errors:
    """Roots of expected errors, summed over the benchmarks of each card that are not run, on average of the cards.

    A card says which benchmarks a model will have scores on: what is run is measured only where the card has it, and
    only what a card has is missed. Cards that have everything are the usual case.

    Attributes:
        covariances: of the scores on each card, shape ``(cards, n, n)``.
        noise: of a measurement, shape ``(n,)``.
        open: what each card has and has not run, shape ``(cards, n)``.
    """

    covariances: Floats
    noise: Floats
    open: Masks

    @classmethod
    def of(cls, belief: Belief, cards: Masks | None = None) -> Self:
        """Start with nothing run."""
        told = np.ones((1, len(belief)), dtype=bool) if cards is None else cards
        return cls(np.repeat(belief.covariance[None], len(told), axis=0), belief.noise, told)

    @property
    def variance(self) -> Floats:
        """Of each card, shape ``(cards, n)``."""
        return np.asarray(np.maximum(np.diagonal(self.covariances, axis1=1, axis2=2), 0.0))

    @property
    def expected(self) -> Floats:
        """Expected error of each forecast against a new report, in points, shape ``(cards, n)``."""
        return self._error(self.variance)

    def left(self) -> float:
        """Sum of the roots of the expected errors on a card, on average."""
        return self._sum(self.variance, self.open)

    def after(self) -> Floats:
        """The same after running each benchmark as well, shape ``(n,)``."""
        return np.array([self._after(item) for item in range(len(self.noise))])

    def _after(self, item: int) -> float:
        has = self.open[:, item]
        column = self.covariances[has, :, item]
        variance = self.variance
        variance[has] -= column**2 / (variance[has, item] + self.noise[item])[:, None]
        missed = self.open.copy()
        missed[:, item] = False
        return self._sum(variance, missed)

    def taking(self, item: int) -> Self:
        """Run a benchmark."""
        has = self.open[:, item]
        column = self.covariances[has, :, item]
        told = column[:, :, None] * column[:, None, :] / (self.variance[has, item] + self.noise[item])[:, None, None]
        covariances, missed = self.covariances.copy(), self.open.copy()
        covariances[has] -= told
        missed[:, item] = False
        return replace(self, covariances=covariances, open=missed)

    def _sum(self, variance: Floats, missed: Masks) -> float:
        return float(np.sqrt(self._error(variance)[missed]).sum() / len(missed))

    def _error(self, variance: Floats) -> Floats:
        return np.asarray(MEAN_OF_HALF_NORMAL * np.sqrt(np.maximum(variance, 0.0) + self.noise))


@dataclass(frozen=True, eq=False)
class Information:
    """Bits about all scores that measurements have not told yet: those of measuring everything, less the told."""

    belief: Belief
    untold: float

    @classmethod
    def of(cls, belief: Belief) -> Self:
        """Start with nothing measured."""
        scale = 1.0 / np.sqrt(belief.noise)
        _, bits = np.linalg.slogdet(np.eye(len(belief)) + scale[:, None] * belief.covariance * scale)
        return cls(belief, float(bits) / (2.0 * np.log(2.0)))

    def left(self) -> float:
        """Bits untold."""
        return self.untold

    def after(self) -> Floats:
        """Bits untold after measuring each benchmark as well, shape ``(n,)``."""
        return np.asarray(self.untold - 0.5 * np.log2(1.0 + self.belief.variance / self.belief.noise))

    def taking(self, item: int) -> Self:
        """Measure a benchmark."""
        return replace(self, belief=self.belief.measured(item), untold=float(self.after()[item]))
