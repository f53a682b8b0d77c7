"""What settled forecasts of one forecaster teach about its calibration.

Groups lie within groups, as in ``calibration.hierarchy``: each has a map of levels that is drawn to that of the group
it lies in as if that were worth ``STRENGTH`` settled forecasts; that of all forecasts is drawn to no change at all.

Forecasts of one model go wrong together, and so do those on one benchmark or of one season. A settled forecast counts
for one over the number of forecasts that it stands for: itself, and each other one by how closely the two go together
(Kish 1965, the design effect, for several clusters at once). The narrowest groups hold one benchmark: there its own
error is what is to be learned, and sharing it costs nothing.

Too narrow is the worse error: of the spreads within one standard error, a narrowing takes the widest, at most none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.hierarchy import CUT, chain
from calibration.level_map import SAME, LevelMap, histogram, learned
from records.metric import Floats

STRENGTH = 60.0
"""How many independent forecasts the map of the group around, or no change at all, counts for: a bias is expected to
differ by 0.13 from one level of groups to the next, 0.26 from no change to one benchmark at the end of them. The pool's
own biases differ by 0.16 from season to season on rolling origins of the starter corpus, those of its rivals by 0.3."""

SAME_MODEL, SAME_BENCHMARK, SAME_SEASON = 0.25, 0.3, 0.02
"""How closely two forecasts go together that share nothing else: correlations of probit levels, rounded up from those
of the pool and its rivals on rolling origins of the starter corpus. Those of one cell count as one."""

Names = NDArray[np.str_]


class Taught(NamedTuple):
    """What settled forecasts of a group, and of all that it lies in, teach.

    Attributes:
        map: where stated levels are to be read.
        settled: how many there are, in all groups.
        worth: how many independent ones they are worth.
        alike: how many there are in the narrowest group that has any.
        group: name of that group.
    """

    map: LevelMap
    settled: int
    worth: float
    alike: int
    group: str


@dataclass(frozen=True, eq=False)
class SettledForecasts:
    """Settled forecasts of one forecaster, as arrays of length n.

    Attributes:
        between: the levels between which each raw forecast had its outcome, shape ``(n, 2)``.
        groups: each forecast's group, narrow to broad by cutting at `` / ``.
        models, benchmarks, seasons: what they share with each other.
        strength: see ``STRENGTH``.
    """

    between: Floats
    groups: tuple[str, ...]
    models: Names
    benchmarks: Names
    seasons: Names
    strength: float = STRENGTH
    _taught: dict[str, Taught] = field(default_factory=dict)
    _maps: dict[str, LevelMap] = field(default_factory=dict)

    def taught(self, group: str) -> Taught:
        """Return what they teach about a forecast of this group."""
        names = chain(group)
        if group not in self._taught:
            maps = [self._learned(names, depth) for depth in range(len(names))]
            narrowest = max((depth for depth, name in enumerate(names) if name in self._members), default=0)
            rows = self._members.get(names[narrowest], ())
            worth = self._worth if rows else 0.0
            found = self._cautious(maps[-1], worth)
            self._taught[group] = Taught(found, len(self.groups), worth, len(rows), names[narrowest] if rows else "")
        return self._taught[group]

    def _learned(self, names: tuple[str, ...], depth: int) -> LevelMap:
        """Learn the map of a group after that of the group around it; who has no forecasts of its own shares that."""
        name = names[depth]
        if name not in self._maps:
            parent = SAME if depth == 0 else self._learned(names, depth - 1)
            if name not in self._members:
                return parent
            rows = np.array(self._members[name], dtype=np.int64)
            weights = self._weights(rows, own_benchmark=0 < depth == len(names) - 1)
            counts = weights @ histogram(self.between[rows])
            self._maps[name] = learned(counts, parent=parent, strength=self.strength)
        return self._maps[name]

    @cached_property
    def _worth(self) -> float:
        return float(self._weights(np.arange(len(self.groups)), own_benchmark=False).sum())

    def _cautious(self, level_map: LevelMap, worth: float) -> LevelMap:
        error = 1.0 / np.sqrt(2.0 * (worth + self.strength))  # of the logarithm of a standard deviation
        narrow = min(1.0, level_map.spread * float(np.exp(error)))
        return level_map._replace(spread=max(level_map.spread, narrow))

    @cached_property
    def _members(self) -> Mapping[str, Sequence[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for i, group in enumerate(self.groups):
            for name in chain(group):
                found[name].append(i)
        return found

    def _weights(self, rows: NDArray[np.int64], *, own_benchmark: bool) -> Floats:
        return independence(
            self.models[rows],
            self.benchmarks[rows],
            self.seasons[rows],
            same_benchmark=0.0 if own_benchmark else SAME_BENCHMARK,
        )


def independence(models: Names, benchmarks: Names, seasons: Names, *, same_benchmark: float = SAME_BENCHMARK) -> Floats:
    """Return how many independent forecasts each of these is worth, at most 1, shape ``(n,)``."""
    cells = np.array([f"{m}{CUT}{b}" for m, b in zip(models, benchmarks, strict=True)])
    stands_for = (
        1.0
        + SAME_MODEL * _others(models)
        + same_benchmark * _others(benchmarks)
        + (1.0 - SAME_MODEL - same_benchmark) * _others(cells)
        + SAME_SEASON * _others(seasons)
    )
    return np.asarray(1.0 / stands_for)


def _others(names: Names) -> Floats:
    """How many others share each one's name."""
    _, place, counts = np.unique(names, return_inverse=True, return_counts=True)
    return np.asarray(counts[place] - 1.0)
