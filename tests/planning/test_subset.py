"""Subsets: what is told of each pick, every way of choosing, and data too small to choose from."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from planning.belief import Belief
from planning.clusters import unlikeness
from planning.limits import Limits
from planning.subset import Way, subset
from records.errors import NotEnoughRecords, UsageError
from records.joint import Joint
from records.metric import PERCENT_ACCURACY, Metric, Unit


def limits(count: int, **more) -> Limits:
    return Limits([str(i) for i in range(count)], [Decimal(1)] * count, **more)


@pytest.mark.parametrize("way", [Way.ERROR, Way.INFORMATION, Way.CLUSTERS])
def test_every_way_lowers_the_error_pick_by_pick_and_every_benchmark_has_one_to_stand_for_it(make_belief, way) -> None:
    belief = make_belief(8, seed=1)
    found = subset(belief, limits(8, size=3), way=way)
    assert len(found.picks) == 3
    assert all(pick.adds > 0 for pick in found.picks)
    assert found.picks[-1].mean_error < found.mean_error
    stood_for = [item for pick in found.picks for item in pick.stands_for]
    picked = [pick.item for pick in found.picks]
    assert sorted(stood_for + picked) == list(range(8))
    assert all(0 <= share <= 1 for pick in found.picks for share in pick.explains)
    assert [pick.spent for pick in found.picks] == [1, 2, 3]


def test_groups_that_go_together_get_one_pick_each() -> None:
    block = np.full((3, 3), 0.95) + 0.05 * np.eye(3)
    covariance = 100.0 * np.kron(np.eye(3), block)
    belief = Belief(np.full(9, 50.0), covariance, np.ones(9))
    for way in (Way.ERROR, Way.INFORMATION, Way.CLUSTERS):
        found = subset(belief, limits(9, size=3), way=way)
        assert {pick.item // 3 for pick in found.picks} == {0, 1, 2}
        for pick in found.picks:
            assert {item // 3 for item in pick.stands_for} == {pick.item // 3}


def test_clusters_of_texts_take_their_distances_and_refuse_without(make_belief) -> None:
    belief = make_belief(6)
    apart = unlikeness(make_belief(6, seed=9).correlation)
    assert len(subset(belief, limits(6, size=2), way=Way.TEXTS, distances=apart).picks) == 2
    with pytest.raises(UsageError, match="distances"):
        subset(belief, limits(6, size=2), way=Way.TEXTS)


def test_too_little_to_choose_from_is_said(make_belief) -> None:
    with pytest.raises(NotEnoughRecords, match="at least 2"):
        subset(make_belief(1), limits(1, size=1))
    with pytest.raises(NotEnoughRecords, match="No benchmark may be picked"):
        subset(make_belief(3), limits(3, budget=Decimal("0.5")))


def test_points_are_those_of_the_metric_and_open_scales_count_like_the_others() -> None:
    joint = Joint(np.array([0.0, 2.0, 1500.0]), np.diag([0.04, 0.04, 900.0]), np.zeros(3), np.array([0.5, 0.5, 300.0]))
    metrics = [PERCENT_ACCURACY, PERCENT_ACCURACY, Metric(name="rating", unit=Unit.RATING)]
    told = Belief.of(joint, metrics)
    share = 1 / (1 + np.exp(-2.0))
    slopes = np.array([25.0, 100 * share * (1 - share)])
    np.testing.assert_allclose(np.sqrt(told.variance[:2]), 0.2 * slopes)
    # A tenth of the open spread is a tenth of the usual step between models on the bounded ones.
    assert np.sqrt(told.variance[2]) == pytest.approx(0.1 * np.median(0.5 * slopes))
