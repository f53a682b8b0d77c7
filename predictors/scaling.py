"""``scaling``: scores as sigmoids between chance and ceiling of capabilities that grow with log compute.

score[m, b] = curve_b(difficulty_b + loadings_b . theta[m])

The curve levels out at the chance level and the ceiling of benchmark b (``predictors.asymptotes``). The capabilities
theta are linear in log compute at the efficiency of the model's family (``predictors.capabilities``), and are seen
through the scores of the model itself: where compute is unknown, those alone are the scale (Ruan et al. 2024,
"Observational scaling laws and the predictability of language model performance"). A benchmark whose metric is a loss
is one more column on an open scale, so that compute tells of loss, and loss of accuracy, as on two-step ladders
(Bhagia et al. 2024, "Establishing task scaling laws via compute-efficient model ladders").
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from predictors.asked import Asked
from predictors.asymptotes import Asymptotes
from predictors.capabilities import Evidence, Gaussians, Hierarchy, Variances, conditioned
from predictors.cells import Cells
from predictors.compute import ComputeRule, Scales
from predictors.curves import Curves, started
from predictors.models import codes
from records.metric import Floats
from records.stages import State

FACTORS = 3
"""Capabilities beside the general one."""

ROUNDS = 20
"""Rounds of fitting; beyond, held-out errors on the corpus stay within their noise."""

STEPS = 4
"""Times that curves are made straight anew when the scores of an asked model are seen."""


@dataclass(frozen=True, eq=False)
class ScalingFit:
    """What was learned of compute, families and benchmarks.

    Attributes:
        rule: how compute follows from size.
        hierarchy: of families.
        curves: of benchmarks.
        evidence: what its training scores said of each model.
        models: ids of the training models.
        families: whether each family of the rule has scores, shape ``(F,)``.
    """

    rule: ComputeRule
    hierarchy: Hierarchy
    curves: Curves
    evidence: Evidence
    models: tuple[str, ...]
    families: np.ndarray

    def predict(self, asked: Asked) -> Floats:
        """Read the curve of each benchmark at the capabilities of each model."""
        asymptotes, scales = Asymptotes.of(asked.benchmarks), self.rule.of_models(asked.models)
        theta = self._capabilities(asked, scales, asymptotes)
        known = asked.column_counts[asked.column] > 0
        quantiles = self.curves.quantiles(theta, asked.row, np.where(known, asked.column, 0), asymptotes)
        return np.where((known & self._placed(asked, scales)[asked.row])[:, None], quantiles, np.nan)

    def state(self) -> State:
        """Return what was learned; the names of families and models follow from the cells."""
        return {
            **self.rule.state(), **self.hierarchy.state(),
            "precision": self.evidence.precision, "moment": self.evidence.moment,
            "sides": self.curves.sides.mean, "doubt": self.curves.sides.covariance, "error": self.curves.error,
        }  # fmt: skip

    @classmethod
    def recall(cls, cells: Cells, state: State) -> ScalingFit:
        """Return the fit of this state."""
        rule = ComputeRule.recall(cells.models, state)
        return cls(
            rule,
            Hierarchy.recall(rule.centre, state),
            Curves(Gaussians(state["sides"], state["doubt"]), state["error"]),
            Evidence(state["precision"], state["moment"]),
            cells.models.ids,
            _with_scores(cells, rule),
        )

    def _capabilities(self, asked: Asked, scales: Scales, asymptotes: Asymptotes) -> Gaussians:
        """Capabilities of each asked model, its visible scores seen."""
        prior = self.hierarchy.prior(scales, without=self._told_by(asked))
        seen = asked.visible.keep(asked.column_counts[asked.visible.column] > 0)
        theta = prior
        for _ in range(STEPS):
            line = self.curves.straightened(seen, theta, asymptotes)
            theta = conditioned(prior, self.curves.evidence(seen, line))
        return theta

    def _told_by(self, asked: Asked) -> Evidence:
        """What each asked model has told its family in training, which would otherwise count twice."""
        place = codes(asked.models.ids, self.models)
        known = place >= 0
        return Evidence(
            np.where(known[:, None, None], self.evidence.precision[place], 0.0),
            np.where(known[:, None], self.evidence.moment[place], 0.0),
        )

    def _placed(self, asked: Asked, scales: Scales) -> np.ndarray:
        """Whether more than the calendar places each model: its scale, its family, or scores of its own."""
        related = (scales.family >= 0) & self.families[scales.family]
        return np.asarray(scales.told | related | (asked.visible.row_counts > 0))


@dataclass(frozen=True)
class Scaling:
    """Scores against compute."""

    name: str = "scaling"
    how: str = "how scores grow with compute in this model's family and in others, between chance and ceiling"
    silence: str = (
        "nobody has a visible score on this benchmark, or nothing tells the scale of this model: no size, no compute, "
        "no family that has scores, and no visible score of its own"
    )
    learns_spread: bool = True
    factors: int = field(default=FACTORS, kw_only=True)
    rounds: int = field(default=ROUNDS, kw_only=True)

    def learn(self, cells: Cells) -> ScalingFit:
        """Fit curves, families and compute together."""
        asymptotes, rule = Asymptotes.of(cells.benchmarks), ComputeRule.of(cells.models)
        scales, seen = rule.of_models(cells.models), cells.row_counts > 0
        theta, curves = started(cells, asymptotes, factors=self.factors)
        variances = Variances.start(self.factors + 1)
        for _ in range(self.rounds):
            line = curves.straightened(cells, theta, asymptotes)
            evidence = curves.evidence(cells, line)
            hierarchy = Hierarchy.fit(scales, evidence, variances, rule.centre)
            theta = conditioned(hierarchy.prior(scales, without=evidence), evidence)
            variances = hierarchy.learned(scales, seen, theta)
            curves = curves.refitted(cells, line, theta, asymptotes)
        evidence = curves.evidence(cells, curves.straightened(cells, theta, asymptotes))
        hierarchy = Hierarchy.fit(scales, evidence, variances, rule.centre)
        return ScalingFit(rule, hierarchy, curves, evidence, cells.models.ids, _with_scores(cells, rule))

    def recall(self, cells: Cells, state: State) -> ScalingFit:
        """Return the fit of this state."""
        return ScalingFit.recall(cells, state)


def _with_scores(cells: Cells, rule: ComputeRule) -> np.ndarray:
    """Whether each family of the rule has scores, shape ``(F,)``."""
    family = rule.of_models(cells.models).family
    return np.bincount(family, cells.row_counts, minlength=len(rule.families)) > 0
