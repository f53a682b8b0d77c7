"""Scores against compute: planted laws are found, chance stays flat, nothing is said where nothing tells the scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from predictors.asymptotes import Asymptotes
from predictors.benchmarks import BenchmarkSide
from predictors.capabilities import Evidence, Gaussians, Hierarchy, Variances, conditioned
from predictors.compute import COMPUTE_ORIGIN, ComputeRule, Scales
from predictors.curves import Curves
from predictors.models import ModelSide
from predictors.registry import predictor
from predictors.scaling import Scaling
from predictors.single import MethodPredictor
from records.benchmark import Benchmark
from records.errors import UsageError
from records.exclusion import Exclusion
from records.forecast import Abstention, Forecast
from records.kinship import Kinship
from records.metric import Metric, Unit
from records.model import Model
from records.question import Question

SIZES = (0.1, 0.3, 1.0, 3.0, 8.0, 30.0, 100.0)
FAMILIES = 8
CHOICE = Metric(name="accuracy", chance=25.0)
LOSS = Metric(name="bits per byte", unit=Unit.POINTS, lower=0.0, higher_is_better=False)

PLAIN = MethodPredictor(Scaling(learns_spread=False))
"""Fits once: the spread learned on held-out cells does not move what is looked at here."""


@pytest.fixture
def ladders(make_world):
    """Families of seven sizes on twelve four-way choices: capability is linear in log size, families differ."""

    def build(*, metrics=None, tokens=1.0, noise=0.02, difficulty=None):
        rng = np.random.default_rng(4)
        capability = np.add.outer(rng.normal(0, 0.7, FAMILIES), 1.4 * np.log10(SIZES)).ravel()
        hard = rng.normal(0.5, 0.8, 12) if difficulty is None else np.asarray(difficulty)
        grown = np.multiply.outer(capability, rng.uniform(0.8, 1.2, len(hard))) - hard
        truth = logit(0.25 + 0.75 * expit(grown))
        metrics = dict.fromkeys(range(len(hard)), CHOICE) | (metrics or {})
        planted = make_world(truth, metrics=metrics, noise=noise)
        models = tuple(
            model.model_copy(
                update={
                    "family": f"family {i // len(SIZES)}",
                    "params_b": SIZES[i % len(SIZES)],
                    "training_tokens_t": tokens,
                    "released": None,
                }
            )
            for i, model in enumerate(planted.models)
        )
        return replace(planted, models=models)

    return build


def largest(shown: int = len(SIZES) - 1) -> list[int]:
    """Positions of the models beyond the ``shown`` smallest of each family."""
    return [f * len(SIZES) + s for f in range(FAMILIES) for s in range(shown, len(SIZES))]


def forecasts(world, models, benchmarks, **more):
    """Medians of models that are hidden whole, shape ``(models, benchmarks)``."""
    history = world.history(Exclusion(models=frozenset(world.models[i].id for i in models)))
    questions = [world.question(i, j, **more) for i in models for j in benchmarks]
    answers = PLAIN.fit(history).forecast(questions)
    return np.array([a.distribution.median for a in answers]).reshape(len(models), len(benchmarks))


@pytest.mark.parametrize("shown", [6, 4])
def test_the_largest_models_are_forecast_from_smaller_ones_of_their_family(shown, ladders) -> None:
    world = ladders()
    models = largest(shown)
    truth = np.array([[world.score(i, j) for j in range(12)] for i in models])
    errors = np.abs(forecasts(world, models, range(12)) - truth)
    assert np.median(errors) < 3.0
    assert errors.mean() < 4.0


def test_families_without_tokens_are_measured_by_their_size(ladders) -> None:
    world = ladders(tokens=None)
    models = largest()
    truth = np.array([[world.score(i, j) for j in range(12)] for i in models])
    assert np.median(np.abs(forecasts(world, models, range(12)) - truth)) < 3.0


def test_no_line_is_drawn_on_through_scores_at_chance(ladders) -> None:
    hard = np.append(np.zeros(9), [7.0, 7.0, 7.0])
    world = ladders(difficulty=hard)
    models = largest(3)
    scores = forecasts(world, models[::4], [9, 10, 11])
    assert np.abs(scores - 25.0).max() < 3.0
    smallest = [f * len(SIZES) for f in range(FAMILIES)]
    assert forecasts(world, smallest, range(9)).min() > 22.0


def test_at_chance_the_upside_is_wider_than_the_downside() -> None:
    curves = Curves(Gaussians(np.array([[-4.0, 1.0]]), np.zeros((1, 2, 2))), np.array([0.01]))
    theta = Gaussians(np.zeros((1, 1)), np.full((1, 1, 1), 4.0))
    none = np.zeros(1, dtype=np.int64)
    share = expit(curves.quantiles(theta, none, none, Asymptotes.of(side(CHOICE))))[0]
    assert np.all(np.diff(share) > 0)
    assert share[94] - share[49] > 3.0 * (share[49] - share[4])


def test_an_enormous_model_stays_under_the_ceiling(ladders) -> None:
    world = ladders()
    giant = world.models[len(SIZES) - 1].model_copy(update={"id": "giant", "name": "Giant", "params_b": 50_000.0})
    question = Question(model=giant, benchmark=world.benchmarks[0], as_of=world.history().as_of)
    [answer] = PLAIN.fit(world.history()).forecast([question])
    assert 90.0 < answer.distribution.median <= 100.0


def test_an_unknown_size_is_made_up_for_by_visible_scores_or_family_and_else_met_with_silence(
    ladders, make_report
) -> None:
    world = ladders()
    as_of = world.history().as_of
    fitted = PLAIN.fit(world.history())
    nameless = Model(id="api", name="API")
    related = nameless.model_copy(update={"id": "kin", "name": "Kin", "family": "family 2"})

    def ask(model, known=()):
        return fitted.forecast([Question(model=model, benchmark=world.benchmarks[0], as_of=as_of, known=known)])[0]

    silent = ask(nameless)
    assert isinstance(silent, Abstention)
    assert "nothing tells the scale of this model" in silent.reason
    assert isinstance(ask(related), Forecast)
    assert isinstance(ask(nameless.model_copy(update={"params_b": 7.0})), Forecast)
    weak, strong = (len(SIZES) * 3, len(SIZES) * 4 - 1)
    for i in (weak, strong):
        known = tuple(make_report(nameless, world.benchmarks[j], world.score(i, j)) for j in range(1, 12))
        assert ask(nameless, known).distribution.median == pytest.approx(world.score(i, 0), abs=6.0)


def test_a_loss_tells_of_accuracy_where_compute_is_unknown(ladders, make_report) -> None:
    world = ladders(metrics={11: LOSS})
    told = []
    for record in world.records:
        i, j = int(record.model[1:]), int(record.benchmark[1:])
        told.append(record if j < 11 else record.model_copy(update={"value": loss_of(world, i)}))
    world = replace(world, records=tuple(told))
    history = world.history()
    fitted = PLAIN.fit(history)
    model = Model(id="mine", name="Mine")
    for i in (len(SIZES) + 1, len(SIZES) * 2 - 1):
        known = (make_report(model, world.benchmarks[11], loss_of(world, i)),)
        questions = [Question(model=model, benchmark=b, as_of=history.as_of, known=known) for b in world.benchmarks[:6]]
        medians = [a.distribution.median for a in fitted.forecast(questions)]
        assert np.mean(np.abs(np.array(medians) - [world.score(i, j) for j in range(6)])) < 6.0


def test_a_loss_never_falls_below_its_lower_bound() -> None:
    lowest = CURVES.curve(np.array([4]), np.array([1e6]))
    assert lowest[0] == pytest.approx(CURVES.reach[4])
    assert np.isinf(CURVES.reach[:4]).all()


def loss_of(world, i: int) -> float:
    """A loss that falls straight with the capability that the scores of a planted model share."""
    return 1.2 - 0.1 * float(np.mean(logit((expit(world.truth[i, :11]) - 0.25) / 0.75)))


def test_the_scores_of_a_model_are_not_counted_twice(ladders) -> None:
    """Its family knows them already: what the family says without it is what it says where it was never seen."""
    world = ladders(noise=0.0)
    target = 3
    history, questions = world.without([(target, j) for j in range(6)])
    lone = PLAIN.fit(history).forecast(questions)
    kept = [r for r in world.records if r.model != world.models[target].id]
    own = tuple(r for r in world.records if r.model == world.models[target].id and int(r.benchmark[1:]) >= 6)
    shown = [q.model_copy(update={"known": own}) for q in questions]
    other = PLAIN.fit(world.history(records=kept)).forecast(shown)
    for one, two in zip(lone, other, strict=True):
        assert one.distribution.median == pytest.approx(two.distribution.median, abs=1.5)


def side(*metrics: Metric) -> BenchmarkSide:
    benchmarks = [Benchmark(id=f"b{j}", name=f"B {j}", metric=metric) for j, metric in enumerate(metrics)]
    return BenchmarkSide.of(benchmarks, Kinship.of([], benchmarks))


CURVES = Asymptotes.of(
    side(
        Metric(name="accuracy"), CHOICE, Metric(name="error", chance=75.0, higher_is_better=False),
        Metric(name="rating", unit=Unit.RATING), LOSS,
    ).scaled_to(np.full(9, 4), np.linspace(1.0, 3.0, 9))
)  # fmt: skip


@given(st.integers(0, 4), st.floats(-8, 8))
def test_the_slope_is_the_derivative_of_the_curve(column, capability) -> None:
    at, column = np.array([capability]), np.array([column])
    numeric = (CURVES.curve(column, at + 1e-5) - CURVES.curve(column, at - 1e-5)) / 2e-5
    np.testing.assert_allclose(CURVES.slope(column, at), np.maximum(numeric, 1e-3), rtol=1e-4, atol=1e-6)


@given(st.floats(-30, 30))
def test_curves_lie_between_chance_and_ceiling_also_where_lower_is_better(capability) -> None:
    at = np.full(2, capability)
    share = expit(CURVES.curve(np.array([1, 2]), at))
    assert share[0] == pytest.approx(share[1])
    assert 0.25 - 1e-9 <= share[0] <= 0.995 + 1e-9


@given(st.integers(0, 4), st.floats(-2.5, 2.5))
def test_the_start_undoes_the_curve_away_from_the_asymptotes(column, capability) -> None:
    at, column = np.array([capability]), np.array([column])
    np.testing.assert_allclose(CURVES.start(column, CURVES.curve(column, at)), at, atol=1e-9)


def test_compute_is_told_or_follows_from_size_and_the_tokens_of_the_family() -> None:
    def model(name: str, size: float | None, tokens: float | None, family: str = "") -> Model:
        return Model(id=name, name=name, params_b=size, training_tokens_t=tokens, family=family)

    models = [model(f"o{i}", 1.0 + i, 0.1) for i in range(6)]
    models += [model("a", 1.0, 10.0, "rich"), model("b", 10.0, 10.0, "rich"), model("c", 100.0, None, "rich")]
    models += [model("d", None, None, "rich")]
    laid = ModelSide.of(models, Kinship.of(models, []))
    scales = ComputeRule.of(laid).of_models(laid)
    a, b, c = scales.scale[6:9]
    assert a == pytest.approx(np.log10(6e22) - COMPUTE_ORIGIN)
    assert b - a == pytest.approx(1.0)
    assert c - b == pytest.approx(1.0, abs=0.3)
    assert not scales.told[9]
    assert scales.scale[9] == 0.0


def test_the_hierarchy_is_the_exact_posterior_of_the_linear_model() -> None:
    rng = np.random.default_rng(2)
    rows, size, families = 14, 2, 3
    family = np.arange(rows) % families
    scale = rng.normal(size=rows)
    design = np.column_stack([np.ones(rows), scale, rng.normal(size=rows)])
    told = np.arange(rows) % 5 > 0
    scales = Scales(told, scale, design, family)
    root = rng.normal(size=(rows, size, size))
    evidence = Evidence(root @ root.transpose(0, 2, 1), rng.normal(size=(rows, size)))
    variances = Variances(0.3 * np.eye(size), 0.9 * np.eye(size), 0.5 * np.eye(size), 0.2 * np.eye(size))
    centre = np.array([0.1, -0.2, 0.0])
    hierarchy = Hierarchy.fit(scales, evidence, variances, centre)
    ours = conditioned(hierarchy.prior(scales, without=evidence), evidence)

    away = np.where(told, scale - centre[family], 0.0)
    lines = np.column_stack([np.eye(families)[family], away[:, None] * np.eye(families)[family]])
    full = np.kron(np.column_stack([design, lines, np.eye(rows)]), np.eye(size))
    prior = np.concatenate([np.full(3, 4.0), np.full(families, 0.5), np.full(families, 0.2), np.where(told, 0.3, 0.9)])
    precision = np.zeros((rows * size, rows * size))
    for r in range(rows):
        precision[r * size : (r + 1) * size, r * size : (r + 1) * size] = evidence.precision[r]
    normal = full.T @ precision @ full + np.diag(np.repeat(1.0 / prior, size))
    solution = np.linalg.solve(normal, full.T @ evidence.moment.ravel())
    np.testing.assert_allclose(ours.mean, (full @ solution).reshape(rows, size), atol=1e-8)
    np.testing.assert_allclose(hierarchy.shared.ravel(), solution[: 3 * size], atol=1e-8)
    fixed = np.linalg.inv(normal[3 * size :, 3 * size :])  # what is shared is taken as known
    around = full[:, 3 * size :] @ fixed @ full[:, 3 * size :].T
    for r in range(rows):
        own = slice(r * size, (r + 1) * size)
        np.testing.assert_allclose(ours.covariance[r], around[own, own], atol=1e-8)


def test_the_name_is_among_those_a_user_may_type() -> None:
    assert predictor("scaling").name == "scaling"
    with pytest.raises(UsageError, match="Did you mean scaling"):
        predictor("scalling")
