"""What the trials of next cells aim at: the profile of a hidden model, a threshold on one score of it, or an order.

Scores of hidden models are parted into candidates, which may be revealed, and scored cells, which never are. An aim is
about one model, or about two that are hidden together; whoever chooses for it sees none of their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from eval.planning.trial import ModelFold
from eval.suites.fold import own_reports
from records.history import History
from records.model import Model

TARGETS = 6
"""Scored cells of a model, or of a pair of models, that are aimed at one by one, at most."""

Cell = tuple[str, str]
"""Ids of a model and of a benchmark."""


class Aimed(NamedTuple):
    """What a choice is made for.

    Attributes:
        models: that it is about: one, or the two of an order.
        candidates: cells that may be revealed.
        scored: cells that tell how good the choice was.
        benchmark: of a threshold or an order; empty for a profile.
        threshold: in the unit; NaN for anything else.
    """

    models: tuple[Model, ...]
    candidates: tuple[Cell, ...]
    scored: tuple[Cell, ...]
    benchmark: str = ""
    threshold: float = np.nan

    @property
    def name(self) -> str:
        """The models in one word, which is what bootstraps draw."""
        return " | ".join(model.id for model in self.models)


AimsOf = Callable[[ModelFold, int], Iterator[Aimed]]
"""Given a fold and a seed: its aims."""


def profiles(fold: ModelFold, seed: int) -> Iterator[Aimed]:
    """All scored cells of each model at once."""
    for model, order in _shuffled(fold, seed):
        yield _of_one(fold, model, order, order[1::2])


def thresholds(fold: ModelFold, seed: int) -> Iterator[Aimed]:
    """Whether a scored cell reaches the median of its benchmark, for up to ``TARGETS`` cells of each model."""
    usual = medians(fold.history)
    for model, order in _shuffled(fold, seed):
        told = _of_one(fold, model, order, order[1::2])
        for benchmark in order[1::2][:TARGETS]:
            yield told._replace(scored=((model, benchmark),), benchmark=benchmark, threshold=usual[benchmark])


def orders(fold: ModelFold, seed: int) -> Iterator[Aimed]:
    """Which of two models is ahead on a benchmark that both have; each model is in one pair, ties are left out."""
    usual = medians(fold.history)
    rng = np.random.default_rng([seed, fold.number, 1])
    dealt = [str(model) for model in rng.permutation(sorted(fold.cells))]
    for pair in zip(dealt[::2], dealt[1::2], strict=False):
        first, second = (fold.cells[model] for model in pair)
        common = [b for b in sorted(first) if b in second and b in usual and first[b] != second[b]]
        asked = [str(b) for b in rng.permutation(common)[: min(TARGETS, len(common) // 2)]]
        free = [(m, b) for m in pair for b in sorted(fold.cells[m]) if b in usual and b not in asked]
        candidates = tuple(cell for cell in free if not _gives_away(fold.history, cell[1], asked))
        models = tuple(fold.models[model] for model in pair)
        for benchmark in asked:
            yield Aimed(models, candidates, tuple((m, benchmark) for m in pair), benchmark)


BY_NAME: dict[str, AimsOf] = {"profile": profiles, "threshold": thresholds, "order": orders}
"""The kinds of aims, as a user types them."""


def medians(history: History) -> dict[str, float]:
    """The median of each benchmark's visible reports, in its unit."""
    found = own_reports(history).groupby("benchmark")["value"].median()
    return {str(benchmark): float(value) for benchmark, value in found.items()}


def _shuffled(fold: ModelFold, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Each model's benchmarks that others have scores on, in a random order: every other one is a candidate."""
    usual = medians(fold.history)
    rng = np.random.default_rng([seed, fold.number])
    for model, told in fold.cells.items():
        yield model, [str(b) for b in rng.permutation([b for b in sorted(told) if b in usual])]


def _of_one(fold: ModelFold, model: str, order: Sequence[str], scored: Sequence[str]) -> Aimed:
    candidates = tuple((model, b) for b in sorted(order[::2]) if not _gives_away(fold.history, b, scored))
    return Aimed((fold.models[model],), candidates, tuple((model, b) for b in sorted(scored)))


def _gives_away(history: History, benchmark: str, scored: Sequence[str]) -> bool:
    return not history.kinship.relatives(history.benchmarks[benchmark]).isdisjoint(scored)
