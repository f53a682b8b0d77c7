"""Scenes of rehearsals: what each withholds, and from whom."""

from __future__ import annotations

import numpy as np
import pytest

from predictors.cells import Reports
from predictors.folds import families, kin
from predictors.scenes import FAMILY_FOLDS, FOLDS, Scene, scenes

KINDS = {"cells": range(FOLDS), "family cells": [FOLDS], "newest": [FOLDS + 1], "before": [FOLDS + 2],
         "families": [FOLDS + 3], "benchmarks": [FOLDS + 4]}  # fmt: skip


@pytest.fixture
def reports(additive_world) -> Reports:
    models = tuple(m.model_copy(update={"family": f"family {i % 8}"}) for i, m in enumerate(additive_world.models))
    benchmarks = tuple(
        b.model_copy(update={"released": additive_world.models[2 * j].released})
        for j, b in enumerate(additive_world.benchmarks)
    )
    planted = type(additive_world)(models, benchmarks, additive_world.truth, additive_world.records)
    return Reports.of(planted.history())


@pytest.fixture
def drawn(reports) -> list[Scene]:
    return list(scenes(reports, np.random.default_rng(0)))


def cells(reports: Reports) -> set[tuple[int, int]]:
    return set(zip(reports.row.tolist(), reports.column.tolist(), strict=True))


def test_no_scene_trains_on_what_it_asks_for(drawn) -> None:
    assert len(drawn) == FOLDS + 5
    for training, tests in drawn:
        for test, visible in tests:
            assert len(test)
            assert not cells(test) & (cells(training) | cells(visible))


def test_no_relative_is_seen_on_the_asked_benchmark(reports, drawn) -> None:
    family = families(reports.models)
    training, ((test, _),) = drawn[KINDS["family cells"][0]]
    seen = set(zip(family[training.row].tolist(), training.column.tolist(), strict=True))
    assert not seen & set(zip(family[test.row].tolist(), test.column.tolist(), strict=True))
    assert abs(len(test) / len(reports) - 1 / FAMILY_FOLDS) < 0.1


def test_nothing_released_after_the_newest_models_is_learned_from(reports, drawn) -> None:
    for name in ("newest", "before"):
        training, tests = drawn[KINDS[name][0]]
        earliest = min(reports.models.released[test.row].min() for test, _ in tests)
        assert reports.models.released[training.row].max() <= earliest


def test_whole_families_are_asked_for_with_few_scores_shown(reports, drawn) -> None:
    family = families(reports.models)
    training, tests = drawn[KINDS["families"][0]]
    assert not set(family[training.row]) & set(family[tests[0][0].row])
    assert [int(np.bincount(visible.row).max(initial=0)) for _, visible in tests] == [0, 1, 2, 4]


def test_half_of_the_new_benchmarks_are_the_newest(reports, drawn) -> None:
    _, ((test, _),) = drawn[KINDS["benchmarks"][0]]
    assert {13, 14} <= set(test.column.tolist())


def test_kin_are_of_one_family_and_models_of_none_are_alone(make_world) -> None:
    planted = make_world(np.zeros((5, 3)))
    told = [("a", "x"), ("a", ""), ("", "x"), ("", ""), ("", "")]
    models = tuple(
        m.model_copy(update={"base_model": root, "family": family})
        for m, (root, family) in zip(planted.models, told, strict=True)
    )
    side = Reports.of(type(planted)(models, planted.benchmarks, planted.truth, planted.records).history()).models
    found = families(side)
    assert found[0] == found[1] == found[2]
    assert len(set(found[2:])) == 3
    assert len(set(kin(side))) == 4
