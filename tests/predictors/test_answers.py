"""From working-scale quantiles to the unit: bounds can be reached, and what lies at one is that bound."""

from __future__ import annotations

import numpy as np
import pytest

from predictors.caveats import SETTING_UNHEEDED
from predictors.registry import predictor
from records.metric import EDGE
from records.setting import Setting


@pytest.mark.parametrize("bound", [0.0, 100.0])
def test_where_everybody_scores_at_the_bound_the_forecast_reaches_it(make_world, bound) -> None:
    world = make_world(np.full((30, 4), -9.0 if bound == 0.0 else 9.0), noise=0.01)
    history, questions = world.without([(3, 0), (17, 2)])
    for answer in predictor("climatology").fit(history).forecast(questions):
        low, high = answer.distribution.interval(90)
        assert low <= bound <= high


def test_no_quantile_lies_where_the_working_scale_tells_nothing_apart(additive_world) -> None:
    history, questions = additive_world.without([(0, 0), (1, 1), (2, 2)])
    for name in ("climatology", "additive", "low-rank"):
        for answer in predictor(name).fit(history).forecast(questions):
            shares = np.array(answer.distribution.quantiles) / 100.0
            inside = shares[(shares > 0.0) & (shares < 1.0)]
            assert np.all((inside > EDGE) & (inside < 1.0 - EDGE))


def test_a_setting_that_is_not_heeded_and_a_known_score_below_one_percent_are_told(additive_world, make_report) -> None:
    history, [question] = additive_world.without([(0, 0)])
    known = make_report(question.model, additive_world.benchmarks[1], 0.71)
    doubtful = question.model_copy(update={"setting": Setting(shots=5), "known": (known,)})
    plain, told = predictor("climatology").fit(history).forecast([question, doubtful])
    assert told.caveats[:2] == ("a known score was read as 0.71 percent: for 71 percent tell 71", SETTING_UNHEEDED)
    assert told.caveats[2:] == plain.caveats
