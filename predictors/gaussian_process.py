"""``gaussian-process``: scores as one Gaussian process over models and benchmarks.

The covariance is in ``predictors.kernels``, its weights in ``predictors.hyperparameters``, exact inference for small
matrices in ``predictors.exact``, that for large ones in ``predictors.inducing``. Scores that a question brings along,
or that training has not seen, are conditioned on exactly, given the rest: the Schur complement of that row's new cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from predictors.asked import Asked, find
from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells
from predictors.column_scale import ColumnScale, usual_noise
from predictors.effects import Normal
from predictors.exact import ExactProcess, Process, Projection, Where
from predictors.hyperparameters import OWN, Hyperparameters, Training, model_grid, tuned
from predictors.inducing import InducingProcess
from predictors.models import Ints, ModelSide, codes
from predictors.spread import student
from predictors.traits import BenchmarkTraits, Texts, read
from records.metric import Floats
from records.stages import State

EXACT = 2_500
"""Cells up to which inference is exact: a third of a second of Cholesky factorisation, and 50 MB."""

SEED = 31_415

AT_ONCE = 256
"""Rows that are forecast at a time, which bounds the memory."""


class News(NamedTuple):
    """Visible cells that training has not seen, or seen measured worse: coordinates, values, noise variances."""

    row: Ints
    column: Ints
    value: Floats
    noise: Floats

    def keep(self, mask: np.ndarray) -> News:
        """Return only some of them."""
        return News(self.row[mask], self.column[mask], self.value[mask], self.noise[mask])


@dataclass(frozen=True, eq=False)
class Learned:
    """A process that has seen its cells.

    Attributes:
        cells: what it has seen.
        scale: of the columns.
        hyper: weights of the kernels.
        texts: how names and descriptions are weighed.
        process: what has been inferred.
        training: the cells as the process sees them.
    """

    cells: Cells
    scale: ColumnScale
    hyper: Hyperparameters
    texts: Texts
    process: Process
    training: Training

    def predict(self, asked: Asked) -> Floats:
        """Posterior of new reports of the asked cells."""
        told = self.posterior(asked)
        noise = usual_noise(self.cells) + self.hyper.nugget * self.scale.spread**2
        return student(told.mean, told.variance + noise[np.minimum(asked.column, len(noise) - 1)])

    def posterior(self, asked: Asked) -> Normal:
        """Mean and variance of the latent scores, standard scale, shape ``(n,)``."""
        news = self._news(asked.visible)
        benchmarks = self._between_benchmarks(asked.benchmarks)
        mean, variance = np.empty(len(asked)), np.empty(len(asked))
        for rows in _chunks(np.unique(asked.row)):
            mine = np.isin(asked.row, rows)
            part = news.keep(np.isin(news.row, rows))
            where = self._where(
                asked.models,
                rows,
                benchmarks,
                np.searchsorted(rows, np.append(asked.row[mine], part.row)),
                np.append(asked.column[mine], part.column),
            )
            told = condition(self.process.project(where), part, asked.row[mine], self._excess(part))
            mean[mine], variance[mine] = told.mean + self.scale.centre, told.variance
        return Normal(mean, variance)

    def laid_out(self, asked: Asked) -> tuple[Where, News, tuple[Floats, Floats]]:
        """Return the asked cells and then the news, the news itself, and its values around zero with their noise."""
        news, rows = self._news(asked.visible), np.unique(asked.row)
        where = self._where(
            asked.models,
            rows,
            self._between_benchmarks(asked.benchmarks),
            np.searchsorted(rows, np.append(asked.row, news.row)),
            np.append(asked.column, news.column),
        )
        return where, news, self._excess(news)

    def state(self) -> State:
        """Return the weights of the kernels and what the process has learned."""
        return {"log_weights": self.hyper.log_weights} | self.scale.state() | dict(self.process.state())

    def _between_benchmarks(self, benchmarks: BenchmarkSide) -> list[Floats]:
        if len(benchmarks) == len(self.cells.benchmarks):
            return self._own_benchmarks
        traits = _traits(self.texts, self.scale, benchmarks)
        return self.hyper.between_benchmarks(traits, traits)

    @cached_property
    def _own_benchmarks(self) -> list[Floats]:
        return self.hyper.between_benchmarks(self.training.benchmarks, self.training.benchmarks)

    def _where(self, models: ModelSide, rows: Ints, benchmarks: list[Floats], row: Ints, column: Ints) -> Where:
        if models is self.cells.models:
            every, shared = model_grid(self.hyper, self.training.models)
            alone = [np.diag(part)[rows] for part in every]
            across, shared = ([part[:, rows] for part in grid] for grid in (every, shared))
            return Where(across, alone, benchmarks, shared, self.training.models.root[rows], row, column, compared=True)
        traits = self.texts.of_models(models.take(rows))
        across = self.hyper.between_models(self.training.models, traits)
        own = self.hyper.between_models(self.training.models, traits, only=OWN)
        shared = [every - alone for every, alone in zip(across, own, strict=True)]
        return Where(across, self.hyper.of_models(traits), benchmarks, shared, traits.root, row, column)

    def _excess(self, news: News) -> tuple[Floats, Floats]:
        spread = self.scale.spread[np.minimum(news.column, len(self.scale.spread) - 1)]
        return news.value - self.scale.centre, news.noise + self.hyper.nugget * spread**2

    def _news(self, visible: Cells) -> News:
        """What is visible beyond the training cells; a better measured cell tells what it adds to the known one."""
        known_row = codes(visible.models.ids, self.cells.models.ids)[visible.row]
        inside = (known_row >= 0) & (visible.column < len(self.cells.benchmarks))
        place = np.where(inside, find(self.cells, known_row, visible.column), -1)
        precision, moment = 1.0 / visible.noise, visible.value / visible.noise
        known = place >= 0
        precision[known] -= 1.0 / self.cells.noise[place[known]]
        moment[known] -= self.cells.value[place[known]] / self.cells.noise[place[known]]
        more = precision > 1e-6 / visible.noise
        return News(visible.row[more], visible.column[more], moment[more] / precision[more], 1.0 / precision[more])


def condition(projection: Projection, news: News, row: Ints, excess: tuple[Floats, Floats]) -> Normal:
    """Condition the asked cells, which come first in the projection, on the news of their own row."""
    value, noise = excess
    n = len(row)
    mean, variance = projection.mean[:n].copy(), projection.variance[:n].copy()
    for one in np.unique(news.row):
        asked, told = np.flatnonzero(row == one), np.flatnonzero(news.row == one)
        if not asked.size:
            continue
        joint = projection.block(np.append(asked, n + told))
        k = len(asked)
        factor = linalg.cho_factor(joint[k:, k:] + np.diag(noise[told]), lower=True, check_finite=False)
        gain = linalg.cho_solve(factor, joint[k:, :k], check_finite=False)
        mean[asked] += (value[told] - projection.mean[n + told]) @ gain
        variance[asked] = np.maximum(np.diag(joint)[:k] - np.einsum("ta,ta->a", joint[k:, :k], gain), 0.0)
    return Normal(mean, variance)


def _chunks(rows: Ints) -> Iterator[Ints]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


@dataclass(frozen=True)
class GaussianProcess:
    """One process over models and benchmarks."""

    name: str = "gaussian-process"
    silence: str = "nobody has a score on this open scale"
    how: str = "a Gaussian process over what is known of models and benchmarks, given all visible scores"
    learns_spread: bool = True
    hyper: Hyperparameters = field(default_factory=Hyperparameters.default, kw_only=True)
    exact: int = field(default=EXACT, kw_only=True)
    tune: int = field(default=0, kw_only=True)
    """Cells at most on which the weights of the kernels are tuned first; 0 takes them as they are."""

    def learn(self, cells: Cells) -> Learned:
        """Condition the process on cells, exactly where they are few enough."""
        scale = ColumnScale.of(cells)
        texts, training = _laid_out(cells, scale)
        hyper = tuned(_sample(training, self.tune), start=self.hyper) if self.tune else self.hyper
        exact = len(cells) <= self.exact
        process = ExactProcess(hyper, training) if exact else InducingProcess.of(hyper, training)
        return Learned(cells, scale, hyper, texts, process, training)

    def recall(self, cells: Cells, state: State) -> Learned:
        """Return the fit of this state."""
        scale = ColumnScale.recall(state)
        texts, training = _laid_out(cells, scale)
        hyper = Hyperparameters(state["log_weights"])
        exact = "factor" not in state
        process = ExactProcess(hyper, training) if exact else InducingProcess.recall(hyper, training, state)
        return Learned(cells, scale, hyper, texts, process, training)


def _laid_out(cells: Cells, scale: ColumnScale) -> tuple[Texts, Training]:
    texts, models = read(cells.models, cells.benchmarks.benchmarks)
    training = Training(
        models,
        _traits(texts, scale, cells.benchmarks),
        cells.row,
        cells.column,
        cells.value - scale.centre,
        cells.noise,
    )
    return texts, training


def _sample(training: Training, most: int) -> Training:
    """The cells of models at random, as many models as have ``most`` cells together."""
    order = np.random.default_rng(SEED).permutation(len(training.models.model))
    count = np.bincount(training.row, minlength=len(order))
    kept = order[np.cumsum(count[order]) <= most]
    mask = np.isin(training.row, kept) if kept.size else np.ones(len(training.row), dtype=bool)
    return training._replace(
        row=training.row[mask], column=training.column[mask], value=training.value[mask], noise=training.noise[mask]
    )


def _traits(texts: Texts, scale: ColumnScale, benchmarks: BenchmarkSide) -> BenchmarkTraits:
    place = scale.place(benchmarks)
    return texts.of_benchmarks(benchmarks, scale.spread[place], scale.loadings[place])
