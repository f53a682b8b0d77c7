"""What predictors know of models beside their scores: release date, size, compute, reasoning, family, kin, as arrays.

In: models of the schema. Out: ``ModelSide``, one entry a row of the cell matrix, and its design matrix.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from records.kinship import Kinship
from records.metric import Floats
from records.model import Model

Ints = NDArray[np.int64]

ORIGIN = 2024.5
"""Year from which release dates are counted, so that the design matrix is roughly centred."""

SIZE_ORIGIN = 1.5
"""log10 of 32 billion parameters, from which sizes are counted."""

EFFORTS = {"none": 0.0, "minimal": 0.5, "low": 1.0, "medium": 2.0, "high": 3.0, "xhigh": 3.5, "max": 4.0}
"""Reasoning efforts in order; budgets and other words count as ``medium``."""

FEATURES = ("released", "released unknown", "size", "size unknown", "reasoning", "reasoning unknown", "effort", "open")
"""Columns of the design matrix."""

BLOCKS = ("organisation", "family", "root")
"""Groups of models that share an effect, broad to narrow; ``root`` joins the efforts of one model."""


@dataclass(frozen=True, eq=False)
class ModelSide:
    """Models as arrays of length M.

    Attributes:
        ids: model ids.
        released: release date in years, NaN when unknown.
        compute: log10 of the training compute in FLOP, NaN when unknown.
        design: features as in ``FEATURES``, shape ``(M, 8)``, 0 where unknown.
        groups: for each of ``BLOCKS`` the group of each model, empty when unknown.
    """

    ids: tuple[str, ...]
    released: Floats
    compute: Floats
    design: Floats
    groups: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, models: Sequence[Model], kinship: Kinship) -> ModelSide:
        """Lay models out as arrays."""
        released = np.array([_year(model.released) for model in models], dtype=float)
        rows = [_features(model, year) for model, year in zip(models, released, strict=True)]
        return cls(
            ids=tuple(model.id for model in models),
            released=released,
            compute=np.array([_log_compute(model) for model in models], dtype=float),
            design=np.array(rows, dtype=float).reshape(len(models), len(FEATURES)),
            groups={
                "organisation": tuple(model.organisation for model in models),
                "family": tuple(model.family for model in models),
                "root": tuple(kinship.group_of(model) for model in models),
            },
        )

    def take(self, rows: Ints) -> ModelSide:
        """Return some of the models, in the given order."""
        return ModelSide(
            ids=tuple(self.ids[i] for i in rows),
            released=self.released[rows],
            compute=self.compute[rows],
            design=self.design[rows],
            groups={block: tuple(names[i] for i in rows) for block, names in self.groups.items()},
        )

    def __len__(self) -> int:
        """Number of models."""
        return len(self.ids)


def codes(names: Sequence[str], vocabulary: Sequence[str]) -> Ints:
    """Position of each name in a vocabulary, -1 for the empty name and for names outside it, shape ``(n,)``."""
    return _codes(tuple(names), tuple(vocabulary)).copy()


@lru_cache(maxsize=64)
def _codes(names: tuple[str, ...], vocabulary: tuple[str, ...]) -> Ints:
    """Kept, since every rehearsal looks the same catalogue up."""
    position = _positions(vocabulary)
    return np.array([position.get(name, -1) for name in names], dtype=np.int64)


@lru_cache(maxsize=32)
def _positions(vocabulary: tuple[str, ...]) -> Mapping[str, int]:
    """Positions by name; kept, since each round of questions looks into the same few vocabularies."""
    return {name: i for i, name in enumerate(vocabulary) if name}


def _year(day: dt.date | None) -> float:
    return np.nan if day is None else day.year + (day.timetuple().tm_yday - 1) / 365.25


def _log_compute(model: Model) -> float:
    return np.nan if model.training_flop is None else float(np.log10(model.training_flop))


def _features(model: Model, year: float) -> list[float]:
    size = np.nan if model.params_b is None else np.log10(model.params_b) - SIZE_ORIGIN
    thinks = model.reasoning
    return [
        0.0 if np.isnan(year) else year - ORIGIN,
        float(np.isnan(year)),
        0.0 if np.isnan(size) else float(size),
        float(np.isnan(size)),
        0.0 if thinks is None else float(thinks),
        float(thinks is None),
        EFFORTS.get(model.effort.lower(), 2.0) - 2.0 if model.effort else 0.0,
        0.0 if model.open_weights is None else float(model.open_weights),
    ]
