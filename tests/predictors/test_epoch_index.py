"""The index finds a planted sigmoid, follows its gradient, and is silent where it has nothing to go by."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from predictors.epoch_index import _loss
from predictors.registry import METHODS, predictor
from records.forecast import Abstention


def planted(make_world):
    rng = np.random.default_rng(8)
    capability, difficulty, slope = rng.normal(0, 1, 50), rng.normal(0, 1, 16), rng.uniform(0.6, 1.6, 16)
    return make_world(slope * (capability[:, None] - difficulty), share=0.8, noise=0.03)


def test_slopes_that_differ_are_found_where_additive_cannot(make_world) -> None:
    world = planted(make_world)
    cells = [(i, (5 * i) % 16) for i in range(0, 50, 2)]
    history, questions = world.without(cells)
    error = {}
    for name in ("epoch-index", "additive"):
        answers = predictor(name).fit(history).forecast(questions)
        error[name] = np.mean(
            [abs(a.distribution.median - world.score(*c)) for a, c in zip(answers, cells, strict=True)]
        )
    assert error["epoch-index"] < 2.5
    assert error["epoch-index"] < 0.7 * error["additive"]


def test_the_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(1)
    row, column, goal = rng.integers(0, 6, 40), rng.integers(0, 4, 40), rng.uniform(0.1, 0.9, 40)
    values, centre = rng.normal(0, 1, 14), np.zeros(14)

    def loss(x):
        return _loss(x, centre, row, column, goal, (6, 4))[0]

    gradient = _loss(values, centre, row, column, goal, (6, 4))[1]
    assert np.allclose(gradient, optimize.approx_fprime(values, loss, 1e-7), atol=1e-5)


def test_a_benchmark_without_scores_is_left_unanswered(make_world) -> None:
    world = planted(make_world)
    history, questions = world.without([(i, 3) for i in range(50)])
    answer = predictor("epoch-index").fit(history).forecast(questions[:1])[0]
    assert isinstance(answer, Abstention)
    assert "no difficulty" in answer.reason


def test_it_is_no_member_of_the_pool() -> None:
    assert "epoch-index" not in METHODS
