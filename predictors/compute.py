"""The scale of models: log10 training compute, as far as sizes tell it, and what goes with it.

In: the models' side of a cell matrix. Out: ``Scales``, one entry a model. Where only the size is known, compute is that
size times the tokens that the family, or else models of that size and time, usually train on: within a family without
tokens, log compute is then log size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from predictors.models import FEATURES, ORIGIN, Ints, ModelSide, codes
from records.metric import Floats
from records.stages import State

COMPUTE_ORIGIN = 22.5
"""log10 FLOP from which compute is counted: 7 billion parameters on 0.8 trillion tokens."""

PRIOR_TOKENS = 0.2
"""How many models the usual tokens of a size and time count for in those of a family: families train alike."""

RIDGE = 1.0
"""How many models the coefficient zero counts for."""

SIZE, SIZE_UNKNOWN = FEATURES.index("size"), FEATURES.index("size unknown")
OTHER = tuple(
    FEATURES.index(name) for name in ("released", "released unknown", "reasoning", "reasoning unknown", "effort")
)


class Scales(NamedTuple):
    """The scale of R models.

    Attributes:
        told: whether compute or size is known.
        scale: log10 FLOP from ``COMPUTE_ORIGIN``, 0 where not told.
        design: what a capability is regressed on, shape ``(R, p)``.
        family: number of the family among those learned, -1 for others.
    """

    told: np.ndarray
    scale: Floats
    design: Floats
    family: Ints


class ComputeRule(NamedTuple):
    """How compute follows from size.

    Attributes:
        families: names of the families, a model without one being its own.
        usual: coefficients of log10 tokens on ones, size and date, shape ``(3,)``.
        offset: of each family from that, shape ``(F,)``.
        centre: mean scale of each family, shape ``(F,)``.
    """

    families: tuple[str, ...]
    usual: Floats
    offset: Floats
    centre: Floats

    @classmethod
    def of(cls, models: ModelSide) -> ComputeRule:
        """Learn from the models whose compute is known."""
        names = family_names(models)
        families = tuple(sorted(set(names)))
        family = codes(names, families)
        told = ~np.isnan(models.compute) & (models.design[:, SIZE_UNKNOWN] == 0)
        about = _about(models)
        tokens = (models.compute - COMPUTE_ORIGIN - models.design[:, SIZE])[told]
        usual = np.linalg.solve(about[told].T @ about[told] + RIDGE * np.eye(3), about[told].T @ tokens)
        away = np.bincount(family[told], tokens - about[told] @ usual, minlength=len(families))
        offset = away / (np.bincount(family[told], minlength=len(families)) + PRIOR_TOKENS)
        known, scale = _scale(models, about @ usual + offset[family])
        count = np.bincount(family[known], minlength=len(families))
        centre = np.bincount(family, scale, minlength=len(families)) / np.maximum(count, 1)
        return cls(families, usual, offset, centre)

    def of_models(self, models: ModelSide) -> Scales:
        """Work out the scale of any models."""
        family = codes(family_names(models), self.families)
        tokens = _about(models) @ self.usual + np.where(family >= 0, self.offset[family], 0.0)
        told, scale = _scale(models, tokens)
        return Scales(told, scale, _design(models, told, scale), family)

    def state(self) -> State:
        """Return what was learned; the families follow from the models."""
        return {"tokens": self.usual, "tokens_offset": self.offset, "centre": self.centre}

    @classmethod
    def recall(cls, models: ModelSide, state: State) -> ComputeRule:
        """Return the rule of this state."""
        families = tuple(sorted(set(family_names(models))))
        return cls(families, state["tokens"], state["tokens_offset"], state["centre"])


def family_names(models: ModelSide) -> list[str]:
    """Family of each model; one without is alone with its kin."""
    return [f or f"only {root}" for f, root in zip(models.groups["family"], models.groups["root"], strict=True)]


def _design(models: ModelSide, told: np.ndarray, scale: Floats) -> Floats:
    """Scale, time, reasoning; the gain from scale, and from reasoning, changes with time."""
    released = models.design[:, FEATURES.index("released")]
    thinks = models.design[:, FEATURES.index("reasoning")]
    scaled = [np.ones(len(models)), scale, scale * released, 1.0 - told, (1.0 - told) * released]
    return np.column_stack([*scaled, thinks * released, models.design[:, OTHER]])


def _about(models: ModelSide) -> Floats:
    released = np.where(np.isnan(models.released), 0.0, models.released - ORIGIN)
    return np.column_stack([np.ones(len(models)), models.design[:, SIZE], released])


def _scale(models: ModelSide, tokens: Floats) -> tuple[np.ndarray, Floats]:
    """Whether a scale is told, and the scale: compute where known, else size and tokens."""
    sized = models.design[:, SIZE_UNKNOWN] == 0
    counted = ~np.isnan(models.compute)
    scale = np.where(counted, np.nan_to_num(models.compute) - COMPUTE_ORIGIN, models.design[:, SIZE] + tokens)
    return sized | counted, np.where(sized | counted, scale, 0.0)
