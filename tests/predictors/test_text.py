"""``text``: a benchmark that nobody has run, from what is told of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from predictors.cells import Cells, Reports
from predictors.column_regression import ColumnRegression, _misfit, usual_weights
from predictors.column_summaries import Estimates, lines, places
from predictors.likeness import LIKENESSES, Told, likeness, stacked
from predictors.registry import predictor
from predictors.traits import Texts
from records.benchmark import Benchmark
from records.forecast import Abstention, Forecast
from records.metric import Metric, Unit

HARD, EASY = "Expert olympiad proofs graded by a checker", "Everyday questions with four choices"
OPEN_ENDED, CHANCE = Metric(name="accuracy"), Metric(name="accuracy", chance=25.0)


def kinds(world):
    """Every other benchmark is hard, says so, and is scored low."""
    benchmarks = tuple(
        Benchmark(
            id=f"{'proof' if j % 2 else 'quiz'}{j}-b", name=f"Benchmark {j}", description=HARD if j % 2 else EASY,
            answer_format="short_answer" if j % 2 else "multiple_choice", metric=OPEN_ENDED if j % 2 else CHANCE,
            released=dt.date(2025 if j % 2 else 2020, 1, 1), items=100 if j % 2 else None,
        )
        for j in range(len(world.benchmarks))
    )  # fmt: skip
    renamed = {old.id: new.id for old, new in zip(world.benchmarks, benchmarks, strict=True)}
    records = tuple(r.model_copy(update={"benchmark": renamed[r.benchmark]}) for r in world.records)
    return replace(world, benchmarks=benchmarks, records=records)


def truth(rows: int = 30, columns: int = 16) -> np.ndarray:
    rng = np.random.default_rng(5)
    level = np.where(np.arange(columns) % 2, -1.5, 1.2) + rng.normal(0, 0.2, columns)
    return rng.normal(0, 0.6, rows)[:, None] + level[None, :]


@pytest.fixture
def two_kinds(make_world):
    return kinds(make_world(truth(), share=0.8, noise=0.05))


def columns(*chosen: int):
    return [(i, j) for i in range(30) for j in chosen]


def medians(answers) -> np.ndarray:
    assert all(isinstance(answer, Forecast) for answer in answers)
    return np.array([answer.distribution.median for answer in answers])


@pytest.fixture
def regression(two_kinds) -> ColumnRegression:
    cells = Cells.of(Reports.of(two_kinds.history()))
    told = Told.of(cells.benchmarks, Texts.of((), cells.benchmarks.benchmarks))
    ability = np.random.default_rng(0).normal(size=len(cells.models))
    return ColumnRegression(told, places(cells, ability), usual_weights())


def test_a_benchmark_nobody_has_run_is_placed_by_what_is_told_of_it(two_kinds) -> None:
    history, questions = two_kinds.without(columns(14, 15))
    answers = predictor("text").fit(history).forecast(questions)
    actual = np.array([two_kinds.score(i, j) for i, j in columns(14, 15)])
    assert np.median(np.abs(medians(answers) - actual)) < 8
    assert np.mean([a.distribution.interval(90)[0] <= v <= a.distribution.interval(90)[1]
                    for a, v in zip(answers, actual, strict=True)]) > 0.8  # fmt: skip


def test_scores_of_the_benchmark_overrule_what_is_told_of_it(make_world) -> None:
    odd = truth()
    odd[:, 15] += 3.0
    world = kinds(make_world(odd, share=1.0, noise=0.05))
    missed = []
    for shown in (0, 3, 20):
        asked = [(i, 15) for i in range(shown, 30)]
        history, questions = world.without(asked)
        actual = np.array([world.score(i, j) for i, j in asked])
        missed.append(float(np.median(np.abs(medians(predictor("text").fit(history).forecast(questions)) - actual))))
    assert missed[0] > 30 > missed[1] > missed[2]
    assert missed[2] < 5


def test_it_says_nothing_of_open_scales(make_world) -> None:
    rating = Metric(name="rating", unit=Unit.RATING)
    history, questions = make_world(truth(), metrics={0: rating}, share=0.8).without([(0, 0), (0, 1)])
    first, second = predictor("text").fit(history).forecast(questions)
    assert isinstance(first, Abstention)
    assert isinstance(second, Forecast)


def test_kernels_are_symmetric_and_positive_semidefinite(regression) -> None:
    n = len(regression.told.metric)
    for name, kernel in zip(LIKENESSES, stacked(regression.told), strict=True):
        matrix = kernel.reshape(n, n)
        np.testing.assert_allclose(matrix, matrix.T, atol=1e-12, err_msg=name)
        assert np.linalg.eigvalsh(matrix).min() > -1e-8, name


def test_the_closed_form_equals_a_fit_without_the_group(regression) -> None:
    n = len(regression.told.metric)
    groups = np.eye(n, dtype=bool)
    groups[3, [1, 3, 6]] = True
    kept = np.setdiff1d(np.arange(n), [1, 3, 6])
    value, noise = regression.estimates.value, regression.estimates.noise
    # The mean of all columns is the centre in both.
    centre = value.mean()
    weights = np.exp(regression.log_weights)
    told = regression.told
    across = likeness(weights, told.take(kept), told.take(np.array([3])))[:, 0]
    gain = np.linalg.solve(likeness(weights, told.take(kept), told.take(kept)) + np.diag(noise[kept]), across)
    own = likeness(weights, told.take(np.array([3])), told.take(np.array([3])))[0, 0]
    left = regression.left_out(groups)
    np.testing.assert_allclose(left.mean[3], centre + gain @ (value[kept] - centre), atol=1e-8)
    np.testing.assert_allclose(left.variance[3], own - gain @ across, atol=1e-8)


def test_the_gradient_of_the_likelihood_is_right(regression) -> None:
    kernels, (value, noise) = stacked(regression.told), regression.estimates
    start = np.random.default_rng(1).normal(-2, 0.5, len(LIKENESSES))
    slope = optimize.approx_fprime(start, lambda w: _misfit(w, kernels, value - value.mean(), noise)[0], 1e-6)
    np.testing.assert_allclose(_misfit(start, kernels, value - value.mean(), noise)[1], slope, atol=1e-4)


def test_lines_are_found_in_columns(make_world) -> None:
    rng = np.random.default_rng(2)
    ability = rng.normal(size=60)
    planted = np.array([-1.0, 0.0, 1.0]) + ability[:, None] * np.array([0.5, 1.0, 1.5])
    cells = Cells.of(Reports.of(make_world(planted, noise=0.02).history()))
    order = [int(model[1:]) for model in cells.models.ids]
    level, slope, _ = lines(cells, ability[order], np.zeros(3))
    assert isinstance(level, Estimates)
    np.testing.assert_allclose(level.value, [-1.0, 0.0, 1.0], atol=0.1)
    np.testing.assert_allclose(slope.value, [-0.5, 0.0, 0.5], atol=0.1)
