"""Judging which cells to measure next: a hidden model shows cells one by one, and its other scores are forecast.

Each hidden model's scores are parted into candidates, which may be revealed, and scored cells, which never are; a way
of choosing sees neither values. Targets: the whole profile of a model, or whether one scored cell reaches the median
of its benchmark. Scored are error, CRPS, and Brier score and entropy of reaching that median.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from eval.planning.trial import ModelFold, Progress, model_folds
from eval.suites.fold import own_reports
from records.forecast import Forecast
from records.history import History
from records.model import Model
from records.stages import FittedPredictor, HistorySource, Predictor

COLUMNS = (
    "forecaster", "way", "draw", "shown", "fold", "model", "benchmark", "unit", "error", "crps", "brier", "entropy",
)  # fmt: skip


class Aimed(NamedTuple):
    """What a choice is made for: a model's profile, or whether its score on a benchmark reaches a threshold."""

    model: Model
    candidates: tuple[str, ...]
    benchmark: str = ""
    threshold: float = np.nan


CellChooser = Callable[[History, Aimed, int], Sequence[str]]
"""Given what is known, an aim, and how many: benchmarks among the candidates, in the order in which to run them."""


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
        thresholds: whether the aim is each scored cell's threshold, rather than the model's profile.
        folds: of models.
        seed: of the deal, and of the parting of candidates and scored cells.
        targets: scored cells of a model at most that are aimed at one by one.
    """

    source: HistorySource
    everything: History
    ways: Sequence[CellWay]
    predictor: Predictor
    shown: Sequence[int]
    thresholds: bool = False
    folds: int = 6
    seed: int = 0
    targets: int = 6

    def run(self, progress: Progress = lambda _what, _done, _all: None) -> pd.DataFrame:
        """Judge every way; one row a forecast, columns as in ``COLUMNS``."""
        rows = list[tuple[object, ...]]()
        total, done = self.folds * len(self.ways), 0
        for fold in model_folds(self.source, self.everything, folds=self.folds, seed=self.seed, least=6):
            progress(f"fold {fold.number + 1}, fitting {self.predictor.name}", done, total)
            fitted = self.predictor.fit(fold.history)
            aims = list(self._aims(fold))
            for way in self.ways:
                told = (self.predictor.name, way.name, way.draw)
                rows += [(*told, *row) for row in self._judge(fitted, fold, way, aims)]
                done += 1
                progress(f"fold {fold.number + 1}, {way.name}", done, total)
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _aims(self, fold: ModelFold) -> Iterator[tuple[Aimed, tuple[str, ...]]]:
        """Every aim with the cells that are scored for it."""
        usual = own_reports(fold.history).groupby("benchmark")["value"].median()
        rng = np.random.default_rng([self.seed, fold.number])
        for model, told in fold.cells.items():
            order = [str(b) for b in rng.permutation([b for b in sorted(told) if b in usual.index])]
            candidates, scored = tuple(sorted(order[::2])), tuple(sorted(order[1::2]))
            candidates = tuple(b for b in candidates if not self._gives_away(fold.history, b, scored))
            if not self.thresholds:
                yield Aimed(fold.models[model], candidates), scored
                continue
            for benchmark in order[1::2][: self.targets]:
                yield Aimed(fold.models[model], candidates, benchmark, float(usual[benchmark])), (benchmark,)

    @staticmethod
    def _gives_away(history: History, benchmark: str, scored: Sequence[str]) -> bool:
        return not history.kinship.relatives(history.benchmarks[benchmark]).isdisjoint(scored)

    def _judge(
        self, fitted: FittedPredictor, fold: ModelFold, way: CellWay, aims: Sequence[tuple[Aimed, tuple[str, ...]]]
    ) -> Iterator[tuple[object, ...]]:
        usual = own_reports(fold.history).groupby("benchmark")["value"].median()
        orders = [list(way.choose(fold.history, aim, max(self.shown))) for aim, _ in aims]
        for shown in self.shown:
            cells = [
                (aim.model.id, benchmark, order[:shown])
                for (aim, scored), order in zip(aims, orders, strict=True)
                for benchmark in scored
            ]
            answers = fitted.forecast([fold.question(*cell) for cell in cells])
            for (model, benchmark, _), answer in zip(cells, answers, strict=True):
                if isinstance(answer, Forecast):
                    outcome = fold.cells[model][benchmark]
                    scores = _scores(answer, outcome, float(usual[benchmark]))
                    yield shown, fold.number, model, benchmark, answer.question.metric.unit.value, *scores


def _scores(answer: Forecast, outcome: float, threshold: float) -> tuple[float, float, float, float]:
    """Error and CRPS in the unit; Brier score and entropy of reaching the threshold, the latter in bits."""
    told = answer.distribution
    chance = told.exceedance(threshold)
    inside = np.clip(chance, 1e-12, 1.0 - 1e-12)
    entropy = -(inside * np.log2(inside) + (1.0 - inside) * np.log2(1.0 - inside))
    brier = (chance - float(outcome >= threshold)) ** 2
    return abs(told.median - outcome), told.crps(outcome), brier, float(entropy)
