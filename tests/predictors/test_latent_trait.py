"""The latent trait model: its arithmetic by hand and by finite differences, and how it behaves."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.special import expit, logit

from predictors.asked import Asked, ask
from predictors.cells import Cells, Reports
from predictors.latent_trait import LatentTrait
from predictors.latent_trait.curve import FLOOR, floors, response, steepness, straightened
from predictors.latent_trait.design import Block, Design, directions, indicators, shared
from predictors.latent_trait.inference import abilities, curves, mean_squares, trait, trait_variance
from predictors.latent_trait.regression import Regression, Side
from predictors.news import News
from predictors.sums import Grouping
from records.metric import Metric
from records.model import Model
from records.question import Question

AS_OF = dt.date(2026, 6, 1)


def cells_of(world, **more) -> Cells:
    return Cells.of(Reports.of(world.history(**more)))


def side(rng: np.random.Generator, n: int, k: int, *, doubt: float) -> Side:
    root = rng.normal(0.0, 1.0, (n, k, k)) * np.sqrt(doubt / k)
    return Side(rng.normal(0.0, 1.0, (n, k)), root @ root.transpose(0, 2, 1))


@pytest.fixture
def small_world(make_world):
    rng = np.random.default_rng(8)
    truth = rng.normal(0, 0.7, 12)[:, None] + rng.normal(0, 0.8, 7)[None, :] + 0.3 * rng.normal(size=(12, 7))
    return make_world(truth, share=0.8, noise=0.05)


def test_the_curve_is_the_share_above_the_floor() -> None:
    at, floor = np.linspace(-6.0, 6.0, 25), np.full(25, 0.2)
    np.testing.assert_allclose(expit(response(at, floor)), 0.2 + 0.8 * expit(at))
    np.testing.assert_allclose(response(at, np.zeros(25)), at)


@pytest.mark.parametrize("floor", [0.0, 0.01, 0.25, 0.6])
def test_the_steepness_of_the_curve_is_that_of_finite_differences(floor) -> None:
    at = np.linspace(-5.0, 5.0, 41)
    floors_ = np.full(41, floor)
    central = (response(at + 1e-5, floors_) - response(at - 1e-5, floors_)) / 2e-5
    np.testing.assert_allclose(steepness(at, floors_), central, rtol=1e-6, atol=1e-9)


def test_newton_on_the_curve_finds_the_trait_of_a_score() -> None:
    floor, value = np.full(3, 0.2), logit(np.array([0.4, 0.6, 0.9]))
    found = np.zeros(3)
    for _ in range(12):
        found, _ = straightened(value, found, floor)
    np.testing.assert_allclose(0.2 + 0.8 * expit(found), [0.4, 0.6, 0.9])


def test_floors_follow_chance_and_direction(make_world) -> None:
    metrics = {
        0: Metric(name="four options", chance=25.0),
        1: Metric(name="errors", chance=60.0, higher_is_better=False),
    }
    made = make_world(np.zeros((2, 3)), metrics=metrics)
    np.testing.assert_allclose(floors(cells_of(made).benchmarks), [FLOOR * 0.25, FLOOR * 0.4, 0.0])


def expected_loss(ability: Side, curve: Side, row, column, told, weight, priors) -> float:
    """Negative expected log posterior of all means, up to what does not depend on them."""
    (mean_a, precision_a), (mean_c, precision_c) = priors
    a, c = Side(ability.mean[row], ability.covariance[row]), Side(curve.mean[column], curve.covariance[column])
    square = (told - trait(a.mean, c.mean)) ** 2 + trait_variance(a, c)
    away_a, away_c = ability.mean - mean_a, curve.mean - mean_c
    prior = np.einsum("ni,ij,nj->", away_a, precision_a, away_a) + np.einsum("ni,ij,nj->", away_c, precision_c, away_c)
    return 0.5 * float(weight @ square + prior)


@pytest.mark.parametrize("which", ["abilities", "curves"])
def test_a_newton_step_goes_where_the_gradient_of_finite_differences_vanishes(which) -> None:
    rng = np.random.default_rng(4)
    ability, curve = side(rng, 5, 2, doubt=0.3), side(rng, 4, 3, doubt=0.2)
    row, column = np.repeat(np.arange(5), 3), rng.integers(0, 4, 15)
    told, weight = rng.normal(0.0, 1.0, 15), rng.uniform(0.5, 3.0, 15)
    priors = (rng.normal(0, 1, (5, 2)), 2.0 * np.eye(2)), (rng.normal(0, 1, (4, 3)), np.diag([1.0, 3.0, 2.0]))
    if which == "abilities":
        found = abilities(Grouping(row, column, 5), curve, told, weight, mean=priors[0][0], precision=priors[0][1])
    else:
        found = curves(Grouping(column, row, 4), ability, told, weight, mean=priors[1][0], precision=priors[1][1])

    def loss(mean: np.ndarray) -> float:
        moved = Side(mean.reshape(found.mean.shape), found.covariance)
        pair = (moved, curve) if which == "abilities" else (ability, moved)
        return expected_loss(*pair, row, column, told, weight, priors)

    flat, step = found.mean.ravel(), 1e-4 * np.eye(found.mean.size)
    gradient = [(loss(flat + s) - loss(flat - s)) / 2e-4 for s in step]
    np.testing.assert_allclose(gradient, 0.0, atol=1e-6)
    curvature = [(loss(flat + s) - 2.0 * loss(flat) + loss(flat - s)) / 1e-8 for s in step]
    precision = np.diagonal(np.linalg.inv(found.covariance), axis1=1, axis2=2).ravel()
    np.testing.assert_allclose(curvature, precision, rtol=1e-4)


def test_the_variance_of_a_trait_is_that_of_draws() -> None:
    rng = np.random.default_rng(2)
    ability, curve = side(rng, 1, 2, doubt=0.4), side(rng, 1, 3, doubt=0.3)
    a = rng.multivariate_normal(ability.mean[0], ability.covariance[0], 400_000)
    c = rng.multivariate_normal(curve.mean[0], curve.covariance[0], 400_000)
    np.testing.assert_allclose(trait_variance(ability, curve), trait(a, c).var(), rtol=0.02)
    exact = trait_variance(ability, curve) + trait(ability.mean, curve.mean) ** 2
    np.testing.assert_allclose(mean_squares(ability, curve)[0], exact)


def test_the_regression_is_the_posterior_with_the_coordinates_integrated_out() -> None:
    rng = np.random.default_rng(6)
    features = rng.normal(0.0, 1.0, (30, 3))
    laid = Design((Block("all", lambda x: x, 0.5, learned=False),)).lay_out(features)
    own, noise = 0.3, rng.uniform(0.1, 2.0, 30)
    seen = features @ np.array([1.0, -0.5, 0.2]) + rng.normal(0.0, np.sqrt(own + noise))
    covariance = 1.0 / (1.0 / own + 1.0 / noise)
    start = Regression.start(laid, usual=np.zeros(1), scale=np.ones(1), own=np.array([[own]]))
    posterior = Side((covariance * seen / noise)[:, None], covariance[:, None, None])
    found = start.refitted(laid, posterior)
    weight = 1.0 / (own + noise)
    exact = np.linalg.solve((features.T * weight) @ features + 2.0 * np.eye(3), features.T @ (weight * seen))
    np.testing.assert_allclose(found.effects[:, 0], exact)
    np.testing.assert_allclose(found.doubt(laid)[0], np.linalg.inv((features.T * weight) @ features + 2.0 * np.eye(3)))


def test_members_without_scores_teach_nothing() -> None:
    rng = np.random.default_rng(7)
    features = rng.normal(0.0, 1.0, (20, 2))
    laid = Design((Block("all", lambda x: x, 1.0),)).lay_out(features)
    start = Regression.start(laid, usual=np.zeros(1), scale=np.ones(1), own=np.eye(1))
    mean, covariance = rng.normal(0, 1, (20, 1)), np.full((20, 1, 1), 0.1)
    mean[10:], covariance[10:] = 0.0, 1.0
    whole = start.refitted(laid, Side(mean, covariance))
    half = laid._replace(features=features[:10])
    part = Regression.start(half, usual=np.zeros(1), scale=np.ones(1), own=np.eye(1))
    np.testing.assert_allclose(whole.effects, part.refitted(half, Side(mean[:10], covariance[:10])).effects)


def test_what_one_member_alone_has_is_its_own_and_strangers_are_doubted() -> None:
    groups = np.array([3, 3, 5, 0])
    vocabulary = shared(groups)
    np.testing.assert_array_equal(vocabulary, [3])
    laid = Design((Block("group", lambda g: indicators(g, vocabulary), 0.4, groups=True),)).lay_out(groups)
    np.testing.assert_allclose(laid.of_strangers(laid.prior_variances(np.ones(1)))[:, 0], [0.0, 0.0, 0.4, 0.4])


def test_directions_keep_what_texts_have_in_common() -> None:
    texts = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    placed = texts @ directions(texts, most=2)
    np.testing.assert_allclose(placed @ placed.T, texts @ texts.T, atol=1e-12)


def test_news_is_what_training_has_not_seen(small_world) -> None:
    cells = cells_of(small_world)
    old = cells.keep(cells.row != 4)
    news = News.of(old, cells)
    np.testing.assert_array_equal(news.row, np.full(int((cells.row == 4).sum()), 4))
    np.testing.assert_allclose(news.value, cells.value[cells.row == 4])
    assert not len(News.of(cells, cells).row)


def test_slopes_and_floors_are_found_where_benchmarks_differ(make_world) -> None:
    rng = np.random.default_rng(3)
    ability = rng.normal(0.0, 1.0, 70)
    slopes = np.linspace(0.3, 1.8, 10)
    latent = slopes * (ability[:, None] - rng.normal(0.0, 0.5, 10))
    share = 0.25 * FLOOR + (1.0 - 0.25 * FLOOR) * expit(latent)
    metrics = {j: Metric(name="four options", chance=25.0) for j in range(10)}
    cells = cells_of(make_world(logit(share), metrics=metrics, noise=0.02))
    hidden = np.random.default_rng(1).random(len(cells)) < 0.2
    part = cells.keep(~hidden)
    fit = LatentTrait().learn(part)
    told = fit.predict(Asked.inside(part, cells.row[hidden], cells.column[hidden]))[:, 49]
    assert np.abs(told - cells.value[hidden]).mean() < 0.08
    learned = fit.fit.curve.mean[:, 1]
    assert np.corrcoef(learned, slopes)[0, 1] > 0.95


def test_a_new_row_is_moved_by_its_scores_and_doubted_less_with_each(small_world) -> None:
    cells = cells_of(small_world)
    old = cells.keep(cells.row != 0)
    own = np.flatnonzero(cells.row == 0)
    fit = LatentTrait().learn(old)
    doubts = []
    for k in range(len(own)):
        visible = cells.keep((cells.row != 0) | np.isin(np.arange(len(cells)), own[:k]))
        doubts.append(fit.abilities(visible, fit.fit.curve).covariance[0, 0, 0])
    assert np.all(np.diff(doubts) < 0.0)


def test_a_second_report_of_a_cell_moves_its_row(additive_world, make_report) -> None:
    history = additive_world.history()
    reports = Reports.of(history)
    cells = Cells.of(reports)
    fit = LatentTrait().learn(cells)
    record = additive_world.records[0]
    i, j = int(record.model[1:]), int(record.benchmark[1:])
    other = next(c for c in range(15) if c != j)
    known = make_report(additive_world.models[i], additive_world.benchmarks[j], min(record.value + 20.0, 99.0))
    question = Question(
        model=additive_world.models[i], benchmark=additive_world.benchmarks[other], as_of=AS_OF, cell_known=True
    )
    plain, moved = (
        fit.predict(ask([q], history=history, reports=reports, cells=cells))[0, 49]
        for q in (question, question.model_copy(update={"known": (known,)}))
    )
    assert moved > plain


def test_later_models_and_unknown_benchmarks_are_answered_from_their_priors(make_world) -> None:
    years = np.linspace(0, 1200, 60) / 365.25 - 1.5
    planted = make_world(np.repeat(years[:, None], 8, axis=1), noise=0.05)
    history = planted.history()
    reports = Reports.of(history)
    cells = Cells.of(reports)
    early, late = (Model(id=f"of{y}", name=str(y), released=dt.date(y, 4, 1)) for y in (2023, 2026))
    fresh = planted.benchmarks[0].model_copy(update={"id": "fresh", "name": "Fresh"})
    pairs = [(early, planted.benchmarks[0]), (late, planted.benchmarks[0]), (late, fresh)]
    questions = [Question(model=m, benchmark=b, as_of=AS_OF) for m, b in pairs]
    told = LatentTrait().learn(cells).predict(ask(questions, history=history, reports=reports, cells=cells))
    median, width = told[:, 49], told[:, 89] - told[:, 9]
    assert median[0] < -0.8
    assert median[1] > 0.8
    assert np.isfinite(median[2])
    assert width[2] > width[1]


def test_what_is_recalled_says_the_same(small_world) -> None:
    cells = cells_of(small_world)
    asked = Asked.inside(cells.keep(cells.row > 2), np.arange(12), np.arange(12) % 7, visible=cells)
    learned = LatentTrait(traits=2).learn(cells.keep(cells.row > 2))
    again = LatentTrait(traits=2).recall(cells.keep(cells.row > 2), learned.state())
    np.testing.assert_array_equal(again.predict(asked), learned.predict(asked))
