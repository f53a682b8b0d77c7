"""What every predictor must do, whatever it learns."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable

import numpy as np
import pytest

from predictors.registry import PREDICTORS, predictor
from records.benchmark import Benchmark
from records.errors import LeakageError, NotEnoughRecords, UsageError
from records.evidence import EvidenceLevel
from records.forecast import Abstention, Forecast
from records.metric import Metric, Unit
from records.model import Model
from records.question import Question
from records.record import Record
from records.stages import FittedPredictor, Predictor

AS_OF = dt.date(2026, 6, 1)
FRESH = [name for name in PREDICTORS if name != "prior-reports"]


@pytest.fixture(params=sorted(PREDICTORS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


WITHHELD = [(3, 4), (0, 1), (39, 14), (0, 2), *((i, i % 15) for i in range(0, 40, 3))]


@pytest.fixture(scope="module")
def fitted(additive_world) -> Callable[[str], FittedPredictor]:
    """The fit of a predictor to the whole world, made once."""
    return functools.cache(lambda name: predictor(name).fit(additive_world.history()))


@pytest.fixture(scope="module")
def fitted_without(additive_world) -> Callable[[str], FittedPredictor]:
    """The fit of a predictor to the world without some cells, made once."""
    return functools.cache(lambda name: predictor(name).fit(additive_world.without(WITHHELD)[0]))


def known(model: Model, benchmark: Benchmark, value: float) -> Record:
    return Record(
        model=model.id, benchmark=benchmark.id, value=value, published=AS_OF, date_basis="reported", source="me"
    )


def medians(answers) -> np.ndarray:
    return np.array([a.distribution.median if isinstance(a, Forecast) else np.nan for a in answers])


def test_it_keeps_the_contract(name, fitted) -> None:
    made = predictor(name)
    assert isinstance(made, Predictor)
    assert made.name == fitted(name).name == name


def test_it_answers_in_order_and_counts_what_is_known(name, additive_world, fitted_without) -> None:
    history, questions = additive_world.without(WITHHELD)
    answers = fitted_without(name).forecast(questions)
    assert [a.question for a in answers] == questions
    for answer in answers:
        if isinstance(answer, Forecast):
            frame = history.records
            assert answer.method == name
            assert answer.provenance.history == history.fingerprint
            assert answer.evidence_level == EvidenceLevel(
                model_scores=int((frame["model"] == answer.question.model.id).sum()),
                benchmark_scores=int((frame["benchmark"] == answer.question.benchmark.id).sum()),
            )


def test_the_order_of_the_records_does_not_matter(name, additive_world, fitted_without) -> None:
    history, questions = additive_world.without(WITHHELD)
    shuffled = additive_world.history(history.exclude, records=additive_world.records[::-1])
    one, other = (fitted.forecast(questions) for fitted in (fitted_without(name), predictor(name).fit(shuffled)))
    np.testing.assert_allclose(medians(one), medians(other), atol=1e-6)


def test_a_restored_fit_forecasts_the_same(name, additive_world, fitted_without) -> None:
    history, questions = additive_world.without(WITHHELD)
    fitted = fitted_without(name)
    state = fitted.state()
    assert all(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in state.values())
    assert predictor(name).restore(history, state).forecast(questions) == fitted.forecast(questions)


def test_it_refuses_a_cell_that_the_history_shows(name, additive_world, fitted) -> None:
    record = additive_world.records[0]
    i, j = int(record.model[1:]), int(record.benchmark[1:])
    with pytest.raises(LeakageError):
        fitted(name).forecast([additive_world.question(i, j)])


def test_it_refuses_a_question_older_than_its_history(name, additive_world, fitted_without) -> None:
    question = additive_world.question(*WITHHELD[0])
    with pytest.raises(LeakageError):
        fitted_without(name).forecast([question.model_copy(update={"as_of": dt.date(2026, 1, 1)})])


def test_an_empty_history_is_not_enough(name, additive_world) -> None:
    with pytest.raises(NotEnoughRecords, match="nothing to learn from"):
        predictor(name).fit(additive_world.history(records=[]))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_handful_of_records_is_answered_sanely(name, additive_world, count) -> None:
    history = additive_world.history(records=additive_world.records[:count])
    stranger = Model(id="stranger", name="Stranger")
    questions = [Question(model=stranger, benchmark=b, as_of=AS_OF) for b in additive_world.benchmarks[:3]]
    for answer in predictor(name).fit(history).forecast(questions):
        if isinstance(answer, Forecast):
            low, high = answer.distribution.interval(90)
            assert 0.0 <= low < high <= 100.0
        else:
            assert answer.reason


def test_no_question_gives_no_answer(name, fitted) -> None:
    assert fitted(name).forecast([]) == []


@pytest.mark.parametrize("name", FRESH)
def test_a_model_that_no_history_knows_is_forecast_from_the_scores_its_asker_gives(
    name, additive_world, fitted
) -> None:
    target, *others = additive_world.benchmarks
    model = Model(id="mine", name="Mine", released=dt.date(2024, 6, 1))
    scores = {value: tuple(known(model, b, value) for b in others[:8]) for value in (10.0, 90.0)}
    low, high = (
        fitted(name).forecast([Question(model=model, benchmark=target, as_of=AS_OF, known=scores[v])])[0]
        for v in scores
    )
    assert low.evidence_level.model_scores == 8
    if name in {"additive", "neighbours", "low-rank", "gaussian-process", "latent-trait", "pool"}:
        assert low.distribution.median < 35 < 65 < high.distribution.median


def test_a_known_score_of_the_asked_benchmark_itself_is_refused(name, additive_world, fitted) -> None:
    target = additive_world.benchmarks[0]
    model = Model(id="mine", name="Mine", released=dt.date(2024, 6, 1))
    with pytest.raises(LeakageError):
        fitted(name).forecast(
            [Question(model=model, benchmark=target, as_of=AS_OF, known=(known(model, target, 99.0),))]
        )


def test_a_benchmark_that_nobody_ran_is_answered_or_declined_with_a_reason(name, additive_world, fitted) -> None:
    percent = Benchmark(id="fresh", name="Fresh", metric=Metric(name="accuracy"))
    rating = Benchmark(id="arena", name="Arena", metric=Metric(name="rating", unit=Unit.RATING))
    model = additive_world.models[3]
    answers = fitted(name).forecast([Question(model=model, benchmark=b, as_of=AS_OF) for b in (percent, rating)])
    assert isinstance(answers[1], Abstention)
    if name in {"climatology", "benchmark-trend", "additive", "gaussian-process", "latent-trait", "text", "pool"}:
        assert isinstance(answers[0], Forecast)
        assert answers[0].evidence_level.group.endswith("new benchmark")
    else:
        assert isinstance(answers[0], Abstention)
    assert all(a.reason for a in answers if isinstance(a, Abstention))


METRICS = {
    1: Metric(name="word error rate", higher_is_better=False),
    2: Metric(name="rating", unit=Unit.RATING),
    3: Metric(name="money", unit=Unit.USD, lower=0.0),
    4: Metric(name="mark", unit=Unit.POINTS, lower=1.0, upper=10.0),
}


@pytest.mark.parametrize("name", ["additive", "neighbours", "low-rank", "gaussian-process", "latent-trait", "pool"])
def test_error_rates_ratings_and_money_are_forecast_in_their_own_unit_and_direction(name, make_world) -> None:
    ability = np.random.default_rng(3).normal(0, 1, 60)
    truth = np.column_stack([ability + 0.2 * j for j in range(10)])
    truth[:, 1] = -ability
    truth[:, 2] = 1200 + 150 * ability
    truth[:, 3] = np.maximum(4000 + 1200 * ability, 0)
    truth[:, 4] = 0.8 * ability
    planted = make_world(truth, metrics=METRICS)
    ends = int(np.argsort(ability)[3]), int(np.argsort(ability)[-4])
    history, questions = planted.without([(i, j) for i in ends for j in METRICS])
    answers = predictor(name).fit(history).forecast(questions)
    for weak, strong, (j, metric) in zip(answers[:4], answers[4:], METRICS.items(), strict=True):
        turned = 1 if metric.higher_is_better else -1
        assert turned * (strong.distribution.median - weak.distribution.median) > 0, metric.name
        low, high = metric.bounds
        for i, answer in zip(ends, (weak, strong), strict=True):
            assert low <= answer.distribution.quantiles[0] <= answer.distribution.quantiles[-1] <= high
            spread = np.ptp([planted.score(m, j) for m in range(60)])
            assert abs(answer.distribution.median - planted.score(i, j)) < 0.2 * spread


def test_an_unknown_name_is_met_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"Did you mean low-rank\?.*climatology"):
        predictor("lowrank")


def test_ten_thousand_questions_are_answered_in_order(additive_world, fitted) -> None:
    models = [Model(id=f"x{i}", name=f"X {i}", released=dt.date(2025, 1, 1)) for i in range(700)]
    questions = [Question(model=m, benchmark=b, as_of=AS_OF) for m in models for b in additive_world.benchmarks][
        :10_000
    ]
    answers = fitted("pool").forecast(questions)
    assert [a.question for a in answers] == questions
