"""Saved suites: what is read is what was written, and nothing that was changed in between is believed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from eval.suites import Suite, load, make, save
from eval.suites.fold import Fold
from records.errors import DataError
from records.history import Exclusion

TODAY = dt.date(2025, 6, 1)


@pytest.fixture
def suite(store) -> Suite:
    return make("cells", store, as_of=TODAY, exclude=Exclusion(sources=frozenset({"source-b"})), strict_dates=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "suite.json"


def test_what_is_loaded_is_what_was_saved(suite, path) -> None:
    save(suite, path)
    again, once_more = load(path), load(path)
    assert again.hash == once_more.hash == suite.hash
    assert again.folds == suite.folds
    told = (again.name, again.rule, dict(again.parameters), again.seed, again.history)
    assert told == (suite.name, suite.rule, dict(suite.parameters), suite.seed, suite.history)


def test_folds_that_hide_by_model_or_hide_more_than_they_ask_keep_what_they_hide(suite, path) -> None:
    by_model = Exclusion(models=frozenset({"m00"}), benchmarks=frozenset({"b1"}))
    fold = suite.folds[0]
    more = fold.exclude.model_copy(update={"cells": fold.exclude.cells | {("m11", "b7")}})
    folds = tuple(
        Fold(str(i), fold.as_of, exclude, fold.questions, fold.outcomes, group=str(i))
        for i, exclude in enumerate((by_model, more))
    )
    save(Suite("x", "x", {}, 0, "", folds), path)
    assert load(path).folds == folds


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["folds"][0]["questions"][0].__setitem__(2, 99.5),
        lambda told: told["folds"][1]["questions"].pop(),
        lambda told: told["folds"][0].__setitem__("as_of", "2024-06-01"),
        lambda told: told["folds"][0].__setitem__("hides_questions", False),
        lambda told: told["folds"][0].__setitem__("group", "k = 5"),
        lambda told: told["benchmarks"][0].__setitem__("description", "Easy."),
        lambda told: told.__setitem__("seed", 1),
    ],
)
def test_a_file_that_was_changed_is_refused(suite, path, change) -> None:
    save(suite, path)
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))
    with pytest.raises(DataError, match=r"was changed after it was saved.*anew"):
        load(path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"format": "scorecast-suite-1"}', "\x00", "[" * 5000, '{"format": NaN}']
)
def test_a_file_that_is_no_suite_is_refused_in_one_sentence(path, content) -> None:
    path.write_text(content)
    with pytest.raises(DataError, match=r"suite\.json"):
        load(path)


def test_a_question_about_a_model_that_the_file_does_not_describe_is_refused(suite, path) -> None:
    save(suite, path)
    told = json.loads(path.read_text())
    told["models"].pop()
    path.write_text(json.dumps(told))
    with pytest.raises(DataError, match="is asked for and not described"):
        load(path)


def test_a_missing_file_is_refused(path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load(path)


def test_a_person_can_read_each_question_on_a_line_of_its_own(suite, path) -> None:
    save(suite, path)
    fold = suite.folds[0]
    line = json.dumps([*fold.questions[0].cell, fold.outcomes[0]])
    assert line in {told.rstrip(",") for told in path.read_text().splitlines()}


def test_two_models_of_one_id_are_no_suite(suite) -> None:
    fold = suite.folds[0]
    other = fold.questions[0].model.model_copy(update={"name": "Another"})
    questions = (fold.questions[0].model_copy(update={"model": other}), *fold.questions[1:])
    with pytest.raises(DataError, match="two different things called m0"):
        Suite("x", "x", {}, 0, "", (Fold("a", fold.as_of, fold.exclude, questions, fold.outcomes),))


def test_thirty_thousand_questions_are_saved_and_loaded_whole(suite, path) -> None:
    many = [
        Fold(f"{fold.name} {i}", fold.as_of, fold.exclude, fold.questions, fold.outcomes, fold.strict_dates)
        for i in range(290)
        for fold in suite.folds
    ]
    large = Suite("large", "cells", {}, 0, "", tuple(many))
    assert len(large) > 30_000
    save(large, path)
    assert load(path).hash == large.hash
