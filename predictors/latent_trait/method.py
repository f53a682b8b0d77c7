"""``latent-trait``: the method, and what it answers.

score = curve(level_b + sum over k of slope_bk ability_mk) + error, with priors on abilities from release date, size,
compute, reasoning, name, maker and family, and on curves from release date, chance, domain and description. Abilities
and curves are normal posteriors; scores that training has not seen move the ability of their row by Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache

import numpy as np

from predictors.asked import Asked
from predictors.benchmarks import BenchmarkSide
from predictors.cells import Cells
from predictors.column_scale import usual_noise
from predictors.latent_trait.benchmark_design import KnownBenchmarks, benchmark_design
from predictors.latent_trait.curve import floors, response, steepness, straightened
from predictors.latent_trait.design import Design, Laid
from predictors.latent_trait.fitting import Fitted, fitted, robust
from predictors.latent_trait.inference import abilities, curve_variance, trait, trait_variance
from predictors.latent_trait.model_design import KnownModels, model_design
from predictors.latent_trait.regression import Regression, Side, inverse
from predictors.models import Ints, ModelSide, codes
from predictors.news import News
from predictors.spread import student
from predictors.sums import Grouping
from predictors.traits import Texts, read
from records.benchmark import Benchmark
from records.metric import Floats
from records.stages import State

TRAITS = 6
"""Coordinates of ability: the first is what every benchmark asks for, the others what they differ in."""

STEPS = 4
"""Newton steps for the ability of a row with news: more move its forecasts by 0.002 on average, standard scale."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Both sides of the training cells, laid out when first needed: a kept fit needs neither for what it has seen."""

    cells: Cells

    @property
    def texts(self) -> Texts:
        """How its names and descriptions are weighed."""
        return read(self.cells.models, self.cells.benchmarks.benchmarks)[0]

    @property
    def model_design(self) -> Design[KnownModels]:
        """The vocabulary of its models."""
        return _models(self.cells.models, self.cells.benchmarks.benchmarks)[0]

    @cached_property
    def benchmark_design(self) -> Design[KnownBenchmarks]:
        """The vocabulary of its benchmarks."""
        return benchmark_design(KnownBenchmarks.of(self.cells.benchmarks, self.texts))

    def of_models(self, models: ModelSide, rows: Ints) -> Laid:
        """Lay out some of any models."""
        if models is self.cells.models:
            return self.models.take(rows)
        return self.model_design.lay_out(KnownModels.of(models.take(rows), self.texts))

    def of_benchmarks(self, benchmarks: BenchmarkSide) -> Laid:
        """Lay out any benchmarks."""
        return self.benchmark_design.lay_out(KnownBenchmarks.of(benchmarks, self.texts))

    @property
    def models(self) -> Laid:
        """The models of the training cells."""
        return _models(self.cells.models, self.cells.benchmarks.benchmarks)[1]

    @cached_property
    def benchmarks(self) -> Laid:
        """The benchmarks of the training cells."""
        return self.of_benchmarks(self.cells.benchmarks)


@lru_cache(maxsize=2)
def _models(models: ModelSide, benchmarks: tuple[Benchmark, ...]) -> tuple[Design[KnownModels], Laid]:
    """Learn the vocabulary of models and lay them out on it; kept, since fits to parts of the same scores share it."""
    known = KnownModels(models, read(models, benchmarks)[1])
    design = model_design(known)
    return design, design.lay_out(known)


@dataclass(frozen=True, eq=False)
class Learned:
    """Posterior abilities and curves."""

    catalogue: Catalogue
    fit: Fitted

    def predict(self, asked: Asked) -> Floats:
        """Posterior of new reports of the asked cells."""
        curve, floor = self.curves(asked.benchmarks), floors(asked.benchmarks)[asked.column]
        ability, curve = self.abilities(asked.visible, curve).take(asked.row), curve.take(asked.column)
        middle = trait(ability.mean, curve.mean)
        noise = usual_noise(self.catalogue.cells) + self.fit.error
        variance = (
            steepness(middle, floor) ** 2 * trait_variance(ability, curve)
            + noise[np.minimum(asked.column, len(noise) - 1)]
        )
        return student(response(middle, floor), variance)

    def curves(self, benchmarks: BenchmarkSide) -> Side:
        """Curves of the training's benchmarks and of those that come after them."""
        known = len(self.catalogue.cells.benchmarks)
        if len(benchmarks) == known:
            return self.fit.curve
        prior = self.fit.benchmarks.prior(self.catalogue.of_benchmarks(benchmarks), self._benchmark_doubt)
        return _joined(self.fit.curve, prior.take(np.arange(known, len(benchmarks))))

    def abilities(self, visible: Cells, curve: Side) -> Side:
        """Abilities of the visible rows: as training left them, then given the news."""
        start = self._before_news(visible.models)
        news = News.of(self.catalogue.cells, visible)
        if not len(news.row):
            return start
        return self._moved(start, news, curve, floors(visible.benchmarks)[news.column])

    def state(self) -> State:
        """Return the posterior and what is usual."""
        sides = {"ability": self.fit.ability, "curve": self.fit.curve}
        usual = {"models": self.fit.models, "benchmarks": self.fit.benchmarks}
        found = {f"{name}_{part}": array for name, side in sides.items() for part, array in side._asdict().items()}
        for name, regression in usual.items():
            found |= {f"{name}_{part.name}": getattr(regression, part.name) for part in fields(Regression)}
        return found | {"error": self.fit.error, "tail": self.fit.tail}

    @classmethod
    def recall(cls, cells: Cells, state: State) -> Learned:
        """Return what was learned of these cells."""
        fit = Fitted(
            ability=_side(state, "ability"),
            curve=_side(state, "curve"),
            models=_regression(state, "models"),
            benchmarks=_regression(state, "benchmarks"),
            error=state["error"],
            tail=state["tail"],
        )
        return cls(Catalogue(cells), fit)

    @cached_property
    def _model_doubt(self) -> Floats:
        return self.fit.models.doubt(self.catalogue.models)

    @cached_property
    def _benchmark_doubt(self) -> Floats:
        return self.fit.benchmarks.doubt(self.catalogue.benchmarks)

    def _before_news(self, models: ModelSide) -> Side:
        """Posterior of rows that training has scores of, and the prior of the others."""
        cells = self.catalogue.cells
        place = codes(models.ids, cells.models.ids)
        seen = (place >= 0) & (cells.row_counts[place] > 0)
        start = self.fit.ability.take(place)
        if seen.all():
            return start
        prior = self.fit.models.prior(self.catalogue.of_models(models, np.flatnonzero(~seen)), self._model_doubt)
        start.mean[~seen], start.covariance[~seen] = prior
        return start

    def _moved(self, start: Side, news: News, curve: Side, floor: Floats) -> Side:
        """Newton steps with the curves' doubt counted as noise, so that a thin benchmark says little of a model."""
        error = self.fit.error[np.minimum(news.column, len(self.fit.error) - 1)] + news.noise
        by = Grouping(news.row, news.column, len(start.mean))
        certain, beside = Side(curve.mean, np.zeros_like(curve.covariance)), curve.take(news.column)
        precision, now, tail = inverse(start.covariance), start, np.ones(len(news.row))
        for _ in range(STEPS):
            ability = now.mean[news.row]
            told, slope = straightened(news.value, trait(ability, beside.mean), floor)
            variance = error / slope**2 + curve_variance(ability, beside)
            now = abilities(by, certain, told, tail / variance, mean=start.mean, precision=precision)
            away = told - trait(now.mean[news.row], beside.mean)
            tail = robust(away**2 / variance)
        return now


@dataclass(frozen=True)
class LatentTrait:
    """Abilities against curves."""

    name: str = "latent-trait"
    how: str = "abilities of this model, from its scores and from what it is, on the curve of this benchmark"
    silence: str = "nobody has a score on this open scale"
    learns_spread: bool = True
    traits: int = field(default=TRAITS, kw_only=True)

    def learn(self, cells: Cells) -> Learned:
        """Fit abilities and curves."""
        catalogue = Catalogue(cells)
        floor = floors(cells.benchmarks)
        return Learned(catalogue, fitted(cells, floor, catalogue.models, catalogue.benchmarks, traits=self.traits))

    def recall(self, cells: Cells, state: State) -> Learned:
        """Return the fit of this state."""
        return Learned.recall(cells, state)


def _side(state: State, name: str) -> Side:
    return Side(state[f"{name}_mean"], state[f"{name}_covariance"])


def _regression(state: State, name: str) -> Regression:
    return Regression(**{part.name: state[f"{name}_{part.name}"] for part in fields(Regression)})


def _joined(first: Side, second: Side) -> Side:
    return Side(*(np.concatenate(parts) for parts in zip(first, second, strict=True)))
