"""``text``: a benchmark that nobody has run, from what is told of it, and the model's ability elsewhere.

A score is level + ability + slope * (ability - place) + error. The ability of a model comes from its visible scores on
other benchmarks or, without any, from its traits (``predictors.effects``). Place, level, slope and the scatter of the
errors are numbers that each benchmark has (``predictors.column_summaries``); a Gaussian process over what is told of
benchmarks (``predictors.column_regression``) says what they will be where nobody has run it, and takes the column's own
scores in as they come. How far levels may be trusted is learned by leaving each column out with all its relatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from predictors.asked import Asked
from predictors.cells import Cells
from predictors.column_regression import ColumnRegression, tuned_weights, usual_weights
from predictors.column_summaries import Estimates, lines, places
from predictors.effects import Effects, Normal, fit_effects, layout
from predictors.likeness import LIKENESSES, Told, stacked
from predictors.models import Ints
from predictors.spread import DEGREES_OF_FREEDOM, student
from predictors.traits import Texts
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State

FEWEST = 8
"""Columns from which weights of kernels are tuned; with fewer they stay as they are."""

TUNED_ON = 300
"""Columns at most on which weights are tuned, drawn by seed: a bound on the time."""

SEED = 31_415

COVERED = 0.9
"""Share of left-out scores, each column counting alike, that shall lie in the central interval of this level."""

STRETCH = (0.25, 9.0)
"""Bounds of the factor on the variance of levels."""

PARTS = ("place", "level", "slope", "scatter")
"""What is regressed, in this order."""


@dataclass(frozen=True, eq=False)
class TextFit:
    """What was learned of models, and of how benchmarks follow from what is told of them.

    Attributes:
        effects: abilities.
        texts: how texts are weighed.
        told: of the training's benchmarks.
        regressions: one for each of ``PARTS``; none where no bounded benchmark has a score.
        stretch: factor on the variance of levels.
    """

    effects: Effects
    texts: Texts
    told: Told
    regressions: tuple[ColumnRegression, ...]
    stretch: float

    def predict(self, asked: Asked) -> Floats:
        """Put each model into the column that is expected."""
        if not self.regressions:
            return np.full((len(asked), len(LEVELS)), np.nan)
        columns, place = np.unique(asked.column, return_inverse=True)
        known = len(asked.benchmarks) == len(self.told.metric)
        told = self.told if known else Told.of(asked.benchmarks, self.texts)
        expected = [regression.predict(told.take(columns)) for regression in self.regressions]
        ability = self.effects.of_models(asked.visible)
        line = place_in(_rows(ability, asked.row), [_rows(part, place) for part in expected])
        quantiles = student(line.mean, line.variance + self.stretch * expected[1].variance[place])
        return np.where(asked.benchmarks.bounded[asked.column][:, None], quantiles, np.nan)

    def state(self) -> State:
        """Return abilities, weights and trust; the rest follows from the cells."""
        weights = [regression.log_weights for regression in self.regressions]
        return dict(self.effects.state()) | {
            "weights": np.array(weights).reshape(-1, len(LIKENESSES)),
            "stretch": np.array([self.stretch]),
        }


@dataclass(frozen=True)
class Text:
    """Description and setting, and ability."""

    name: str = "text"
    how: str = "what is told of this benchmark, against those like it, and the ability of this model"
    silence: str = "it speaks of bounded metrics only, once any of them has a score"
    learns_spread: bool = False

    def learn(self, cells: Cells) -> TextFit:
        """Fit abilities, then columns, then how far columns that were left out were missed."""
        return _fitted(cells, fit_effects(cells))

    def recall(self, cells: Cells, state: State) -> TextFit:
        """Return the fit of this state."""
        return _fitted(cells, Effects.recall(layout(cells), state), state)


def place_in(ability: Normal, expected: Sequence[Normal]) -> Normal:
    """Scores of models in columns, all of shape ``(n,)``; how unsure the level is, is left out of the variance."""
    place, level, slope, scatter = expected
    ahead = ability.mean - place.mean
    variance = (1.0 + slope.mean) ** 2 * ability.variance + slope.variance * ahead**2
    variance += np.exp(scatter.mean + 0.5 * scatter.variance)
    return Normal(level.mean + ability.mean + slope.mean * ahead, variance)


def _fitted(cells: Cells, effects: Effects, state: State | None = None) -> TextFit:
    texts = Texts.of((), cells.benchmarks.benchmarks)
    told = Told.of(cells.benchmarks, texts)
    seen = np.flatnonzero((cells.column_counts > 0) & cells.benchmarks.bounded)
    if not seen.size:
        return TextFit(effects, texts, told, (), 1.0)
    ability = effects.of_models(cells)
    regressions = _regressions(cells, ability.mean, told, seen, state)
    stretch = _stretch(cells, ability, regressions, seen) if state is None else float(state["stretch"][0])
    return TextFit(effects, texts, told, regressions, stretch)


def _regressions(
    cells: Cells, ability: Floats, told: Told, seen: Ints, state: State | None
) -> tuple[ColumnRegression, ...]:
    """Regress the place first, since the other parts are measured from there."""
    sample = _sample(seen)
    kernels = stacked(told.take(sample)) if state is None and len(seen) >= FEWEST else None

    def regressed(part: int, estimates: Estimates) -> ColumnRegression:
        weights = usual_weights() if state is None else state["weights"][part]
        if kernels is not None:
            weights = tuned_weights(kernels, _of(estimates, sample))
        return ColumnRegression(told.take(seen), _of(estimates, seen), weights)

    place = regressed(0, places(cells, ability))
    where = np.zeros(len(cells.benchmarks))
    where[seen] = place.predict(told.take(seen)).mean
    rest = [regressed(part, estimates) for part, estimates in enumerate(lines(cells, ability, where), start=1)]
    return (place, *rest)


def _stretch(cells: Cells, ability: Normal, regressions: Sequence[ColumnRegression], seen: Ints) -> float:
    """The factor on the variance of levels with which left-out columns are covered as they should be."""
    from scipy import optimize  # here: it takes a while to load, and a kept fit does without

    groups = cells.benchmarks.related[np.ix_(seen, seen)] > 0
    expected = [regression.left_out(groups) for regression in regressions]
    inside = np.isin(cells.column, seen)
    row, column = cells.row[inside], np.searchsorted(seen, cells.column[inside])
    line = place_in(_rows(ability, row), [_rows(part, column) for part in expected])
    square = (cells.value[inside] - line.mean) ** 2
    reach = stdtrit(DEGREES_OF_FREEDOM, 0.5 + COVERED / 2.0) ** 2 * (1.0 - 2.0 / DEGREES_OF_FREEDOM)
    weight = 1.0 / np.bincount(column)[column]

    def missing(stretch: float) -> float:
        hit = square <= reach * (line.variance + stretch * expected[1].variance[column])
        return float(COVERED - weight[hit].sum() / weight.sum())

    low, high = STRETCH
    if missing(low) <= 0.0 or missing(high) >= 0.0:
        return low if missing(low) <= 0.0 else high
    return float(optimize.bisect(missing, low, high, xtol=1e-2))


def _sample(seen: Ints) -> Ints:
    if len(seen) <= TUNED_ON:
        return seen
    return np.sort(np.random.default_rng(SEED).choice(seen, TUNED_ON, replace=False))


def _of(estimates: Estimates, columns: Ints) -> Estimates:
    return Estimates(estimates.value[columns], estimates.noise[columns])


def _rows(normal: Normal, rows: Ints) -> Normal:
    return Normal(normal.mean[rows], normal.variance[rows])
