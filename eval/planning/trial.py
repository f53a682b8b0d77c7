"""Judging probes: benchmarks chosen on some models are revealed of others, and the rest of those is forecast.

In: a source of histories, ways of choosing and predictors, all as protocol-typed arguments. Out: one row a forecast.
Models are dealt into folds; a fold's scores are hidden, all of them, while probes are chosen and predictors fitted.
Then each hidden model shows its scores on the probes (where it has any), and every other score of it is forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from eval.suites.fold import hide, outcomes, own_reports
from records.errors import NotEnoughRecords
from records.forecast import Forecast
from records.history import History
from records.model import Model
from records.question import Question
from records.record import Record
from records.stages import FittedPredictor, HistorySource, Predictor

Chooser = Callable[[History, Sequence[str], int], Sequence[str]]
"""Given what is known, the ids of benchmarks to choose from, and how many: the ids chosen, the best first."""

Progress = Callable[[str, int, int], None]

COLUMNS = ("forecaster", "way", "draw", "k", "fold", "model", "benchmark", "revealed", "error")


class Way(NamedTuple):
    """A way of choosing; ``draw`` tells several random ones apart."""

    name: str
    choose: Chooser
    draw: int = 0


@dataclass(frozen=True)
class ModelFold:
    """Models whose scores are hidden together.

    Attributes:
        number: of the fold.
        history: without any of their scores.
        cells: of each of these models, its outcomes by benchmark.
        reports: of each cell, the records that reveal it.
        models: by id.
    """

    number: int
    history: History
    cells: Mapping[str, Mapping[str, float]]
    reports: Mapping[tuple[str, str], tuple[Record, ...]]
    models: Mapping[str, Model]

    @property
    def scored(self) -> list[str]:
        """Benchmarks that a visible model has a score on, by id."""
        return sorted(set(own_reports(self.history)["benchmark"]))

    def question(self, model: str, benchmark: str, shown: Sequence[str]) -> Question:
        """Ask for one cell, with this model's reports on the shown benchmarks."""
        near = self.history.kinship.relatives(self.history.benchmarks[benchmark])
        return Question(
            model=self.models[model],
            benchmark=self.history.benchmarks[benchmark],
            as_of=self.history.as_of,
            known=tuple(r for b in shown if b not in near for r in self.reports.get((model, b), ())),
        )


def model_folds(
    source: HistorySource, everything: History, *, folds: int, seed: int, least: int = 2
) -> Iterator[ModelFold]:
    """Deal the models with at least so many scores into folds; kin models are hidden together.

    Raises:
        NotEnoughRecords: there are fewer groups of kin models than folds, or than two.
    """
    table = outcomes(everything)
    counts = table.groupby("model")["benchmark"].size()
    asked = sorted(counts[counts >= least].index)
    groups = everything.kinship.groups
    kin = sorted({groups.get(model, model) for model in asked})
    if len(kin) < max(2, folds):
        raise NotEnoughRecords(f"{len(kin)} models with {least} scores or more cannot be dealt into {folds} folds.")
    dealt = np.array_split(np.random.default_rng(seed).permutation(len(kin)), folds)
    reports = own_reports(everything)
    for number, part in enumerate(dealt):
        mine = {kin[i] for i in part}
        held = [model for model in asked if groups.get(model, model) in mine]
        cells = {m: dict(zip(rows["benchmark"], rows["value"], strict=True)) for m, rows in _rows(table, held)}
        hidden = [(m, b) for m, told in cells.items() for b in told]
        yield ModelFold(
            number=number,
            history=source.history(as_of=everything.as_of, exclude=hide(everything, hidden)),
            cells=cells,
            reports=_reports(everything, reports[reports["model"].isin(held)]),
            models={m: everything.models[m] for m in held},
        )


def _rows(table: pd.DataFrame, models: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    for model, rows in table[table["model"].isin(models)].groupby("model", sort=True):
        yield str(model), rows


def _reports(history: History, frame: pd.DataFrame) -> dict[tuple[str, str], tuple[Record, ...]]:
    found: dict[tuple[str, str], tuple[Record, ...]] = {}
    for model, benchmark, key in zip(frame["model"], frame["benchmark"], frame["id"], strict=True):
        found[model, benchmark] = (*found.get((model, benchmark), ()), history.record(key))
    return found


@dataclass(frozen=True)
class ProbeTrial:
    """Ways of choosing probes, judged by predictors.

    Attributes:
        source: of histories.
        everything: all there is; outcomes come from here.
        ways: of choosing.
        predictors: that forecast the rest.
        shown: numbers of probes.
        folds: of models.
        seed: of the deal.
    """

    source: HistorySource
    everything: History
    ways: Sequence[Way]
    predictors: Sequence[Predictor]
    shown: Sequence[int]
    folds: int = 6
    seed: int = 0

    def run(self, progress: Progress = lambda _what, _done, _all: None) -> pd.DataFrame:
        """Judge every way; one row a forecast, columns as in ``COLUMNS``, revealed cells with an error of 0."""
        rows = list[tuple[object, ...]]()
        total, done = self.folds * len(self.predictors) * len(self.ways), 0
        for fold in model_folds(self.source, self.everything, folds=self.folds, seed=self.seed):
            chosen = [list(way.choose(fold.history, fold.scored, max(self.shown))) for way in self.ways]
            for predictor in self.predictors:
                progress(f"fold {fold.number + 1}, fitting {predictor.name}", done, total)
                fitted = predictor.fit(fold.history)
                for way, probes in zip(self.ways, chosen, strict=True):
                    for k in [k for k in self.shown if k <= len(probes)]:
                        told = (predictor.name, way.name, way.draw, k, fold.number)
                        rows += [(*told, *row) for row in _forecast(fitted, fold, probes[:k])]
                    done += 1
                    progress(f"fold {fold.number + 1}, {predictor.name}, {way.name}", done, total)
        return pd.DataFrame(rows, columns=list(COLUMNS))


def _forecast(fitted: FittedPredictor, fold: ModelFold, probes: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Every cell of the fold: revealed, or forecast from what is; those without a forecast have no error."""
    asked = [(m, b) for m, told in fold.cells.items() for b in told if b not in probes]
    answers = fitted.forecast([fold.question(m, b, probes) for m, b in asked])
    for (model, benchmark), answer in zip(asked, answers, strict=True):
        outcome = fold.cells[model][benchmark]
        error = abs(answer.distribution.median - outcome) if isinstance(answer, Forecast) else np.nan
        yield model, benchmark, False, error
    for model, told in fold.cells.items():
        yield from ((model, benchmark, True, 0.0) for benchmark in told if benchmark in probes)
