"""What the ability of a model is regressed on before any of its scores is seen."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from predictors.latent_trait.design import Block, Design, directions, indicators, shared
from predictors.models import FEATURES, ORIGIN, ModelSide
from predictors.traits import ModelTraits, Texts
from records.metric import Floats

STEP = 0.25
"""Years between the knots of general progress, a random walk that keeps its level beyond the last model."""

COMPUTE_ORIGIN = 24.0
"""log10 FLOP from which training compute is counted."""

NAMES = 32
"""Directions of the names of models."""

DATE, REASONING = FEATURES.index("released"), FEATURES.index("reasoning")


class KnownModels(NamedTuple):
    """Models as arrays, and what is compared of them."""

    side: ModelSide
    traits: ModelTraits

    @classmethod
    def of(cls, models: ModelSide, texts: Texts) -> Self:
        """Lay out what is known of models."""
        return cls(models, texts.of_models(models))

    @property
    def date(self) -> Floats:
        """Years from the origin, shape ``(n, 1)``."""
        return self.side.design[:, DATE, None]

    @property
    def reasoning(self) -> Floats:
        """Whether it thinks at length, shape ``(n, 1)``."""
        return self.side.design[:, REASONING, None]


def model_design(models: KnownModels) -> Design[KnownModels]:
    """Learn the vocabulary of a catalogue of models: groups, months, words of names."""
    dated = models.side.released[~np.isnan(models.side.released)]
    knots = np.arange(dated.min(), dated.max() + STEP, STEP) if dated.size else np.empty(0)
    makers = np.setdiff1d(models.traits.organisation, [0])
    families, kin = shared(models.traits.family), shared(models.traits.root)
    names = directions(models.traits.name, most=NAMES)
    return Design(
        (
            Block("traits", _traits, 0.05, learned=False),
            Block("date", lambda known: known.date, 2.0, learned=False),
            Block("progress", lambda known: _ramps(known, knots), 0.005),
            Block("progress of reasoning", lambda known: _ramps(known, knots) * known.reasoning, 0.005),
            Block("name", lambda known: known.traits.name @ names, 0.003),
            Block("maker", lambda known: indicators(known.traits.organisation, makers), 0.02, groups=True),
            Block("maker in time", lambda known: indicators(known.traits.organisation, makers) * known.date, 0.005),
            Block("family", lambda known: indicators(known.traits.family, families), 0.01, groups=True),
            Block("kin", lambda known: indicators(known.traits.root, kin), 0.1, groups=True),
        )
    )


def _traits(known: KnownModels) -> Floats:
    """All features but the date, reasoning in time, and compute with whether it is told."""
    compute = known.side.compute - COMPUTE_ORIGIN
    in_time = known.date * known.reasoning
    others = np.delete(known.side.design, DATE, axis=1)
    return np.column_stack([others, in_time, np.nan_to_num(compute), np.isnan(compute)])


def _ramps(known: KnownModels, knots: Floats) -> Floats:
    """How much of the step after each knot lies before the release, shape ``(n, knots)``; 0 for undated models."""
    released = known.side.released
    since = (np.nan_to_num(released, nan=ORIGIN)[:, None] - knots[None, :]) / STEP
    return np.asarray(np.clip(since, 0.0, 1.0) * ~np.isnan(released)[:, None])
