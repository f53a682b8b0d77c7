"""Joint forecasts of the Gaussian process: held against the textbook formula and against its own marginals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictors.asked import Asked, ask
from predictors.cells import Cells, Reports
from predictors.climatology import Climatology
from predictors.gaussian_process import GaussianProcess
from predictors.hyperparameters import covariance
from predictors.joint import JointProcess, jointly
from predictors.single import FittedMethod, MethodPredictor
from records.errors import LeakageError, UsageError
from records.joint import JointPredictor
from records.metric import Metric, Unit


@pytest.fixture
def small_world(make_world):
    rng = np.random.default_rng(8)
    truth = rng.normal(0, 0.7, 9)[:, None] + rng.normal(0, 0.8, 6)[None, :] + 0.3 * rng.normal(size=(9, 6))
    return make_world(truth, share=0.8, noise=0.05)


def with_kin(world):
    """The same world, every third model an effort of the one before it."""
    models = tuple(
        model.model_copy(update={"base_model": world.models[i - 1].id}) if i % 3 == 2 else model
        for i, model in enumerate(world.models)
    )
    return replace(world, models=models)


def fitted(history, **options) -> FittedMethod:
    reports = Reports.of(history)
    cells, method = Cells.of(reports), GaussianProcess(**options)
    return FittedMethod(method, history, reports, cells, method.learn(cells), None)


def unseen(world, history):
    return [
        world.question(i, j)
        for i in range(len(world.models))
        for j in range(len(world.benchmarks))
        if not history.shows(world.models[i], world.benchmarks[j])
    ]


def test_the_joint_posterior_is_the_textbook_formula_across_models(small_world) -> None:
    cells = Cells.of(Reports.of(small_world.history()))
    train = np.random.default_rng(0).random(len(cells)) < 0.7
    learned = GaussianProcess().learn(cells.keep(train))
    mean, found = jointly(learned, Asked.inside(cells.keep(train), cells.row[~train], cells.column[~train]))
    everything = learned.training._replace(row=cells.row, column=cells.column, value=cells.value, noise=cells.noise)
    whole, seen, asked = covariance(learned.hyper, everything), np.flatnonzero(train), np.flatnonzero(~train)
    gain = np.linalg.solve(whole[np.ix_(seen, seen)], whole[np.ix_(seen, asked)])
    expected = whole[np.ix_(asked, asked)] - whole[np.ix_(seen, asked)].T @ gain
    noise = cells.noise[asked] + learned.hyper.nugget * learned.scale.spread[cells.column[asked]] ** 2
    np.testing.assert_allclose(found, expected - np.diag(noise), atol=1e-8)
    np.testing.assert_allclose(mean, gain.T @ learned.training.value + learned.scale.centre, atol=1e-8)


def test_few_inducing_models_give_the_covariance_of_all_where_all_are_inducing(small_world) -> None:
    world = with_kin(small_world)
    history = world.history()
    questions = unseen(world, history)
    exact = JointProcess.of(fitted(history)).joint(questions)
    inducing = JointProcess.of(fitted(history, exact=0)).joint(questions)
    np.testing.assert_allclose(inducing.covariance, exact.covariance, atol=1e-5)
    np.testing.assert_allclose(inducing.mean, exact.mean, atol=1e-5)


@pytest.mark.parametrize("exact", [0, 2_500])
def test_the_diagonal_is_the_marginal_variance_known_scores_included(small_world, make_report, exact) -> None:
    world = with_kin(small_world)
    history = world.history()
    stranger = world.models[0].model_copy(update={"id": "own", "name": "Own", "base_model": ""})
    known = (make_report(stranger, world.benchmarks[0], 61.0),)
    questions = [
        world.question(0, j).model_copy(update={"model": stranger, "known": known, "cell_known": False})
        for j in range(1, 6)
    ]
    process = fitted(history, exact=exact)
    found = JointProcess.of(process).joint(questions)
    asked = ask(questions, history=history, reports=process.reports, cells=process.cells)
    told = process.learned.posterior(asked)
    np.testing.assert_allclose(np.diag(found.covariance), told.variance, atol=1e-8)
    np.testing.assert_allclose(found.mean, told.mean, atol=1e-8)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9


def test_conditioning_the_joint_is_bringing_the_score_along(small_world, make_report) -> None:
    history = small_world.history()
    own = small_world.models[0].model_copy(update={"id": "own", "name": "Own"})
    plain = [small_world.question(0, j).model_copy(update={"model": own}) for j in range(6)]
    process = fitted(history)
    before = JointProcess.of(process).joint(plain)
    known = (make_report(own, small_world.benchmarks[0], 61.0),)
    after = JointProcess.of(process).joint([q.model_copy(update={"known": known}) for q in plain[1:]])
    rest = before.covariance[1:, 1:]
    across = before.covariance[1:, 0]
    # The noise of that very report, not the usual one of the column: the only difference left.
    asked = ask(
        [plain[1].model_copy(update={"known": known})], history=history, reports=process.reports, cells=process.cells
    )
    noise = asked.visible.noise[0] + process.learned.hyper.nugget * process.learned.scale.spread[0] ** 2
    expected = rest - np.outer(across, across) / (before.covariance[0, 0] + noise)
    np.testing.assert_allclose(after.covariance, expected, atol=1e-9)


def test_an_error_rate_and_an_open_scale_keep_their_direction_and_unit(make_world) -> None:
    rng = np.random.default_rng(3)
    ability = rng.normal(0, 1, 12)
    truth = np.stack([ability, -ability, 1000 + 100 * ability], axis=1)
    metrics = {
        1: Metric(name="error rate", higher_is_better=False),
        2: Metric(name="rating", unit=Unit.RATING),
    }
    world = make_world(truth, metrics=metrics)
    history = world.history()
    new = world.models[0].model_copy(update={"id": "new", "name": "New"})
    found = JointProcess.of(fitted(history)).joint(
        [world.question(0, j).model_copy(update={"model": new}) for j in range(3)]
    )
    assert found.covariance[0, 1] < 0 < found.covariance[0, 2]
    assert found.mean[2] == pytest.approx(1000, abs=150)
    assert 30 < np.sqrt(found.covariance[2, 2]) < 400


def test_what_tells_no_covariance_and_what_may_not_be_asked_is_refused(small_world, make_report) -> None:
    history = small_world.history()
    with pytest.raises(UsageError, match="gaussian-process"):
        JointProcess.of(MethodPredictor(Climatology()).fit(history))
    process = JointProcess.of(fitted(history))
    assert isinstance(process, JointPredictor)
    with pytest.raises(UsageError, match="Between 1 and"):
        process.joint([])
    seen = small_world.records[0]
    i, j = int(seen.model[1:]), int(seen.benchmark[1:])
    with pytest.raises(LeakageError):
        process.joint([small_world.question(i, j)])
    own = small_world.models[0].model_copy(update={"id": "own", "name": "Own"})
    known = (make_report(own, small_world.benchmarks[0], 61.0),)
    first = small_world.question(0, 1).model_copy(update={"model": own})
    with pytest.raises(UsageError, match="different known scores"):
        process.joint([first, first.model_copy(update={"known": known})])
