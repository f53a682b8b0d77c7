"""The pool: weights that only honest forecasts can earn, and calibration that is passed in."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pytest

from calibration.registry import calibrator
from predictors.asked import Asked, find
from predictors.cells import Cells, Reports
from predictors.climatology import Climatology
from predictors.folds import cell_folds, given_away
from predictors.low_rank import LowRank
from predictors.pool import Pool
from predictors.registry import predictor
from predictors.rehearsal import rehearse
from predictors.spread import Spread
from predictors.stacking import EVERY, pooled
from records.metric import Floats
from records.quantiles import LEVELS
from records.stages import State


@dataclass(frozen=True)
class Memory:
    """A member that knows every cell it was shown by heart, and nothing else."""

    name: str = "memory"
    silence: str = "never"
    learns_spread: bool = False
    cells: Cells | None = None

    def learn(self, cells: Cells) -> Memory:
        return Memory(cells=cells)

    def recall(self, cells: Cells, state: State) -> Memory:
        return Memory(cells=cells)

    def predict(self, asked: Asked) -> Floats:
        place = find(self.cells, asked.row, asked.column)
        told = np.where(place >= 0, self.cells.value[place], -4.0)
        return told[:, None] + 1e-3 * (LEVELS - 0.5)

    def state(self) -> State:
        return {}


def test_a_member_that_memorises_earns_no_weight(additive_world) -> None:
    fitted = Pool(members=(Memory(), LowRank())).fit(additive_world.history())
    assert fitted.weights[EVERY][0] < 0.15
    assert max(weights[0] for weights in fitted.weights.values()) < 0.25


def test_no_rehearsal_learns_from_its_test_cells(additive_world) -> None:
    reports = Reports.of(additive_world.history())
    rehearsed = rehearse(reports, (Memory(),))
    fresh = rehearsed.cell_reports == 0
    assert fresh.all()  # every cell of this world has one report, so that none may be seen
    assert len(fresh) > len(reports)
    assert np.all(np.abs(rehearsed.quantiles[0, fresh, 49] + 4.0) < 1e-9)


@pytest.fixture(scope="module")
def fitted(additive_world):
    """The pool, fitted on the whole world."""
    return predictor("pool").fit(additive_world.history())


def test_weights_are_shares(fitted) -> None:
    for weights in fitted.weights.values():
        assert weights.min() >= 0.0
        assert weights.sum() == pytest.approx(1.0)


def test_components_carry_their_weight_distribution_and_reason(additive_world) -> None:
    history, questions = additive_world.without([(3, 4)])
    (answer,) = predictor("pool").fit(history).forecast(questions)
    assert 0.95 < sum(c.weight for c in answer.components) <= 1.0 + 1e-9
    assert "prior-reports" not in {c.name for c in answer.components}
    assert len({c.reason for c in answer.components}) == len(answer.components)
    assert "past forecasts" in answer.weighing


def test_a_pool_of_one_says_what_its_member_says(additive_world) -> None:
    history, questions = additive_world.without([(3, 4), (9, 9)])
    alone = predictor("climatology").fit(history).forecast(questions)
    of_one = Pool(members=(Climatology(),)).fit(history).forecast(questions)
    for one, other in zip(alone, of_one, strict=True):
        np.testing.assert_allclose(one.distribution.quantiles, other.distribution.quantiles, atol=1e-9)


def test_a_calibrated_pool_survives_the_disk(additive_world) -> None:
    history, questions = additive_world.without([(i, i % 15) for i in range(20)])
    made = predictor("pool", calibrator=calibrator())
    fitted = made.fit(history)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **fitted.state())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        restored = made.restore(history, {name: stored[name] for name in stored.files})
    assert restored.forecast(questions) == fitted.forecast(questions)


def test_a_few_records_more_need_no_new_rehearsals(additive_world) -> None:
    made = predictor("pool", calibrator=calibrator())
    part = additive_world.history(records=additive_world.records[:-5])
    history, questions = additive_world.without([(3, 4)])
    earlier = made.fit(part)
    again, anew = made.refit(history, earlier.state()), made.fit(history)
    assert again.weights.keys() == earlier.weights.keys()
    one, other = (fitted.forecast(questions)[0].distribution for fitted in (again, anew))
    assert abs(one.median - other.median) < 1.5
    assert again.state().keys() == earlier.state().keys()


def test_spreads_follow_their_columns_when_the_catalogue_changes() -> None:
    spread = Spread(np.zeros(5), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(spread.moved(np.array([2, 3, 0])).factors, [3.0, 1.0, 1.0])


def test_a_reported_cell_is_left_mostly_to_its_reports(additive_world, fitted) -> None:
    record = additive_world.records[0]
    i, j = int(record.model[1:]), int(record.benchmark[1:])
    (answer,) = fitted.forecast([additive_world.question(i, j, cell_known=True)])
    assert answer.evidence_level.group == "already reported"
    assert abs(answer.distribution.median - record.value) < 5.0


def test_whoever_abstains_passes_the_weight_on() -> None:
    members = np.zeros((3, 2, 99)) + np.array([1.0, 2.0, 3.0])[:, None, None]
    members[2, 0] = np.nan
    weights = np.array([[0.2, 0.2], [0.2, 0.2], [0.6, 0.6]])
    np.testing.assert_allclose(pooled(members, weights)[:, 0], [1.5, 2.4])
    assert np.isnan(pooled(np.full((1, 1, 99), np.nan), np.ones((1, 1)))).all()


def test_folds_take_efforts_and_related_benchmarks_along(make_world) -> None:
    planted = make_world(np.zeros((6, 4)))
    models = tuple(m.model_copy(update={"base_model": f"root{i // 2}"}) for i, m in enumerate(planted.models))
    whole, *parts = planted.benchmarks
    benchmarks = (whole, parts[0].model_copy(update={"part_of": ("b0",)}), *parts[1:])
    related = type(planted)(models, benchmarks, planted.truth, planted.records)
    reports = Reports.of(related.history())
    sides = reports.models, reports.benchmarks
    for train, test in cell_folds(*sides, reports.row, reports.column, folds=3, rng=np.random.default_rng(0)):
        shown = {(int(r) // 2, int(c)) for r, c in zip(reports.row[train], reports.column[train], strict=True)}
        for row, column in zip(reports.row[test], reports.column[test], strict=True):
            assert (int(row) // 2, int(column)) not in shown
            if column in (0, 1):
                assert (int(row) // 2, 1 - int(column)) not in shown
    first = np.arange(len(reports)) == 0
    assert given_away(*sides, reports.row, reports.column, first).sum() == 4
