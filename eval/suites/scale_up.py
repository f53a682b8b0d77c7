"""``scale-up``: the largest size of each family is forecast from sizes that many times smaller.

What a planned training run wants to know. Each family shows its sizes up to the largest divided by a ratio; all others
are hidden with their efforts and aliases, and so are members of unknown size. The question is always the largest size,
so that every ratio asks about the same cells: what grows is how far the forecast must reach. Families without a ladder
of sizes stay visible whole, large models among them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field

from eval.suites.fold import Fold, fold_of, outcomes
from eval.suites.sampling import at_most
from eval.suites.suite import Rule
from records.errors import NotEnoughRecords
from records.history import History
from records.model import Model
from records.stages import HistorySource

ALIKE = 1.15
"""Sizes within this factor are one size: parameters are counted with and without embeddings."""

Ratio = Annotated[int, Field(ge=2)]


class ScaleUp(Rule):
    """The largest of at least ``sizes`` sizes of each family, with sizes up to 1/``ratios`` of it shown."""

    ratios: tuple[Ratio, ...] = Field(default=(2, 4, 8), min_length=1)
    sizes: int = Field(default=4, ge=2)
    """Different sizes that a family must have, the smallest of them small enough for the largest ratio."""
    limit: int = Field(default=1500, ge=1)
    """Questions, drawn by seed."""

    def deal(self, history: History, source: HistorySource, *, seed: int) -> Iterator[Fold]:  # noqa: ARG002 - a Rule
        """Make one fold for each ratio."""
        table = outcomes(history)
        ladders = self._ladders(history, frozenset(table["model"]))
        largest = frozenset(m.id for ladder in ladders for m in _above(ladder, _top(ladder) / ALIKE))
        asked = at_most(self.limit, table[table["model"].isin(largest)], np.random.default_rng(seed))
        for ratio in self.ratios:
            hidden = frozenset(m.id for ladder in ladders for m in _hidden(ladder, ratio))
            exclude = history.exclude.model_copy(update={"models": history.exclude.models | hidden})
            name = f"{ratio} times smaller"
            yield fold_of(history, asked, name=name, group=name, exclude=exclude)

    def _ladders(self, history: History, told: frozenset[str]) -> list[Sequence[Model]]:
        """Members of each family whose reported sizes reach far enough."""
        found = [
            members
            for members in _families(history).values()
            if self._reaches([m.params_b for m in members if m.params_b and m.id in told])
            and any(m.id in told for m in _above(members, _top(members) / ALIKE))
        ]
        if not found:
            raise NotEnoughRecords(
                f"no family has scores of {self.sizes} sizes, one of them {max(self.ratios)} times smaller than the "
                "largest: import records or sizes of models, or ask for fewer sizes"
            )
        return found

    def _reaches(self, sizes: Sequence[float]) -> bool:
        ordered = sorted(sizes)
        steps = sum(b > ALIKE * a for a, b in pairwise(ordered))
        return bool(ordered) and steps + 1 >= self.sizes and ordered[0] * max(self.ratios) <= ordered[-1]


def _families(history: History) -> Mapping[str, Sequence[Model]]:
    found: dict[str, list[Model]] = defaultdict(list)
    for _, model in sorted(history.models.items()):
        if model.family:
            found[model.family].append(model)
    return dict(sorted(found.items()))


def _top(members: Sequence[Model]) -> float:
    return max(m.params_b or 0.0 for m in members)


def _above(members: Sequence[Model], size: float) -> list[Model]:
    return [m for m in members if m.params_b and m.params_b >= size]


def _hidden(members: Sequence[Model], ratio: int) -> list[Model]:
    """Members that may not be seen: above the largest size over the ratio, or of unknown size."""
    limit = _top(members) / ratio
    return [m for m in members if (m.params_b or math.inf) > limit]
