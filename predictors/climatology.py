"""``climatology``: the reference forecast, past outcomes of the same benchmark.

Outcomes of the benchmark itself are blended with those of its domain and answer format, of its domain, and of all
benchmarks: the pool one step broader is worth ``STRENGTH`` outcomes, so that it fades as the narrower one grows.
All past outcomes count alike: a reference that followed the newest releases would be ``benchmark-trend``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from predictors.asked import Asked
from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells
from predictors.models import codes
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State

STRENGTH = 2.0
"""How many outcomes the pool one step broader counts for."""

Kind = tuple[str, ...]
"""() all bounded benchmarks; (domain,); (domain, answer format)."""


@dataclass(frozen=True, eq=False)
class Climate:
    """Quantiles of past outcomes, standard scale.

    Attributes:
        kinds: the kinds of benchmark that have outcomes.
        by_kind: quantiles of each kind, shape ``(K, 99)``.
        by_column: quantiles of each column, shape ``(B, 99)``, NaN where nobody has a score.
    """

    kinds: tuple[Kind, ...]
    by_kind: Floats
    by_column: Floats

    def predict(self, asked: Asked) -> Floats:
        """Return the outcomes of each column; of its kind where it has none."""
        known = len(self.by_column)
        kinds = [_kind(asked.benchmarks, j, self.kinds) for j in range(len(asked.benchmarks))]
        position = {kind: i for i, kind in enumerate(self.kinds)}
        table = np.array([self.by_kind[position[kind]] if kind in position else _SILENT for kind in kinds])
        table = np.where(asked.benchmarks.bounded[:, None], table, np.nan)
        seen = ~np.isnan(self.by_column[:, 0])
        table[:known][seen] = self.by_column[seen]
        return table[asked.column]

    def state(self) -> State:
        """Return what was learned."""
        return {"by_kind": self.by_kind, "by_column": self.by_column}


_SILENT = np.full(len(LEVELS), np.nan)

_ANYWHERE = 1.5 * ndtri(LEVELS)
"""Before any outcome: nearly even over a bounded scale."""


@dataclass(frozen=True)
class Climatology:
    """Past outcomes of the benchmark, or of benchmarks like it."""

    name: str = "climatology"
    how: str = "what the scores on this benchmark have been"
    silence: str = "no outcome of this benchmark, or of any other with a bounded metric, is visible"
    learns_spread: bool = False
    strength: float = field(default=STRENGTH, kw_only=True)

    def learn(self, cells: Cells) -> Climate:
        """Collect the outcomes, broad to narrow."""
        kinds = _kinds(cells)
        by_kind: dict[Kind, Floats] = {}
        for kind, values in kinds.items():
            by_kind[kind] = _blend(values, by_kind[kind[:-1]] if kind else _ANYWHERE, self.strength)
        by_column = np.full((len(cells.benchmarks), len(LEVELS)), np.nan)
        for j, values in _by_column(cells).items():
            kind = _kind(cells.benchmarks, j, tuple(kinds))
            broad = by_kind[kind] if cells.benchmarks.bounded[j] else ndtri(LEVELS)
            by_column[j] = _blend(values, broad, self.strength)
        return Climate(tuple(by_kind), np.array(list(by_kind.values())).reshape(-1, len(LEVELS)), by_column)

    def recall(self, cells: Cells, state: State) -> Climate:
        """Return the climate of this state."""
        return Climate(tuple(_kinds(cells)), state["by_kind"], state["by_column"])


def _kinds(cells: Cells) -> dict[Kind, Floats]:
    """Bounded outcomes of each kind of benchmark, broad kinds first."""
    bounded = cells.benchmarks.bounded[cells.column]
    column, value = cells.column[bounded], cells.value[bounded]
    domain, form = cells.benchmarks.groups("domain"), cells.benchmarks.groups("answer_format")
    found: dict[Kind, Floats] = {(): value} if value.size else {}
    narrow: list[Kind] = [(d, f) if d and f else () for d, f in zip(domain, form, strict=True)]
    broad: list[Kind] = [(d,) if d else () for d in domain]
    for labels in (broad, narrow):
        distinct: list[Kind] = sorted({kind for kind in labels if kind})
        place = codes(["/".join(k) for k in labels], ["/".join(k) for k in distinct])[column]
        found |= {kind: value[place == i] for i, kind in enumerate(distinct) if np.any(place == i)}
    return found


def _kind(benchmarks: BenchmarkSide, j: int, known: tuple[Kind, ...]) -> Kind:
    """The narrowest known kind of a benchmark."""
    benchmark = benchmarks.benchmarks[j]
    pair = (benchmark.domain, benchmark.answer_format)
    return next((kind for kind in (pair, pair[:1]) if all(kind) and kind in known), ())


def _by_column(cells: Cells) -> dict[int, Floats]:
    order = np.argsort(cells.column, kind="stable")
    columns, start = np.unique(cells.column[order], return_index=True)
    parts = np.split(cells.value[order], start[1:])
    return dict(zip(columns.tolist(), parts, strict=True))


def _blend(values: Floats, broad: Floats, strength: float) -> Floats:
    """Quantiles ``(99,)`` of outcomes, with those of a broader pool counting for ``strength`` outcomes."""
    points = np.append(values, broad)
    weights = np.append(np.ones(len(values)), np.full(len(broad), strength / len(broad)))
    order = np.argsort(points, kind="stable")
    reached = np.cumsum(weights[order]) - weights[order] / 2.0
    return np.interp(LEVELS, reached / weights.sum(), points[order])
