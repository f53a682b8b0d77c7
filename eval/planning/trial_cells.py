"""Judging which cells to measure next: hidden models show cells one by one, and their scored cells are forecast.

A way of choosing sees no value of the models that it chooses for. Scored are the error and CRPS of each forecast, and
the Brier score and entropy of an event: that a score reaches the median of its benchmark, or that the first of two
models is ahead of the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from eval.planning.aims import Aimed, AimsOf, Cell, medians, profiles
from eval.planning.trial import ModelFold, Progress, model_folds
from records.forecast import Forecast
from records.history import History
from records.stages import FittedPredictor, HistorySource, Predictor

COLUMNS = (
    "forecaster", "way", "draw", "shown", "fold", "model", "benchmark", "unit", "error", "crps", "brier", "entropy",
)  # fmt: skip

CellChooser = Callable[[History, Aimed, int], Sequence[Cell]]
"""Given what is known, an aim, and how many: cells among the candidates, in the order in which to run them."""


class CellWay(NamedTuple):
    """A way of choosing; ``draw`` tells several random ones apart."""

    name: str
    choose: CellChooser
    draw: int = 0


@dataclass(frozen=True)
class CellTrial:
    """Ways of choosing cells, judged by one predictor.

    Attributes:
        source: of histories.
        everything: all there is; outcomes come from here.
        ways: of choosing.
        predictor: that forecasts the scored cells.
        shown: numbers of revealed cells.
        aims: what is aimed at in a fold.
        folds: of models.
        seed: of the deal, and of the parting of candidates and scored cells.
    """

    source: HistorySource
    everything: History
    ways: Sequence[CellWay]
    predictor: Predictor
    shown: Sequence[int]
    aims: AimsOf = profiles
    folds: int = 6
    seed: int = 0

    def run(self, progress: Progress = lambda _what, _done, _all: None) -> pd.DataFrame:
        """Judge every way; one row a forecast, or a pair of an order; columns as in ``COLUMNS``."""
        rows = list[tuple[object, ...]]()
        total, done = self.folds * len(self.ways), 0
        for fold in model_folds(self.source, self.everything, folds=self.folds, seed=self.seed, least=6):
            progress(f"fold {fold.number + 1}, fitting {self.predictor.name}", done, total)
            fitted = self.predictor.fit(fold.history)
            aims = list(self.aims(fold, self.seed))
            for way in self.ways:
                told = (self.predictor.name, way.name, way.draw)
                rows += [(*told, *row) for row in self._judge(fitted, fold, way, aims)]
                done += 1
                progress(f"fold {fold.number + 1}, {way.name}", done, total)
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _judge(
        self, fitted: FittedPredictor, fold: ModelFold, way: CellWay, aims: Sequence[Aimed]
    ) -> Iterator[tuple[object, ...]]:
        usual = medians(fold.history)
        chosen = [list(way.choose(fold.history, aim, max(self.shown))) for aim in aims]
        for shown in self.shown:
            revealed = [cells[:shown] for cells in chosen]
            for aim, told in zip(aims, _forecasts(fitted, fold, aims, revealed), strict=True):
                yield from ((shown, fold.number, *row) for row in _rows(aim, told, fold, usual))


def _forecasts(
    fitted: FittedPredictor, fold: ModelFold, aims: Sequence[Aimed], revealed: Sequence[Sequence[Cell]]
) -> list[dict[Cell, Forecast]]:
    """Forecast the scored cells of all aims at once; those on which the predictor is silent are left out."""
    asked = [
        (number, cell, [b for m, b in cells if m == cell[0]])
        for number, (aim, cells) in enumerate(zip(aims, revealed, strict=True))
        for cell in aim.scored
    ]
    found = list[dict[Cell, Forecast]]({} for _ in aims)
    answers = fitted.forecast([fold.question(*cell, known) for _, cell, known in asked])
    for (number, cell, _), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Forecast):
            found[number][cell] = answer
    return found


def _rows(
    aim: Aimed, told: Mapping[Cell, Forecast], fold: ModelFold, usual: Mapping[str, float]
) -> Iterator[tuple[object, ...]]:
    outcomes = {cell: fold.cells[cell[0]][cell[1]] for cell in told}
    if len(aim.models) == 1:
        for cell, answer in told.items():
            at, outcome = usual[cell[1]], outcomes[cell]
            event = _event(answer.distribution.exceedance(at), happened=outcome >= at)
            error = abs(answer.distribution.median - outcome)
            yield *cell, answer.question.metric.unit.value, error, answer.distribution.crps(outcome), *event
    elif len(told) == len(aim.scored):
        first, second = (told[cell] for cell in aim.scored)
        ahead = outcomes[aim.scored[0]] > outcomes[aim.scored[1]]
        event = _event(first.distribution.probability_above(second.distribution), happened=ahead)
        yield aim.name, aim.benchmark, first.question.metric.unit.value, np.nan, np.nan, *event


def _event(chance: float, *, happened: bool) -> tuple[float, float]:
    """Brier score and entropy of an event, the latter in bits."""
    inside = np.clip(chance, 1e-12, 1.0 - 1e-12)
    entropy = -(inside * np.log2(inside) + (1.0 - inside) * np.log2(1.0 - inside))
    return (chance - float(happened)) ** 2, float(entropy)
