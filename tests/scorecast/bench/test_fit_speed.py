"""What fitting takes is measured on histories that are made up, of any size and the same every time."""

from __future__ import annotations

import pytest

from records.errors import UsageError
from scorecast.bench.fit_speed import QUESTIONS, fit_costs, made_up


def test_a_made_up_history_has_the_size_that_was_asked_for_and_asks_what_it_hides() -> None:
    history, questions = made_up(400, seed=3)
    assert len(history) == 400
    assert len(questions) == QUESTIONS
    assert not any(history.shows(question.model, question.benchmark) for question in questions)


def test_the_same_seed_makes_the_same_history() -> None:
    one, same, other = (made_up(200, seed=seed)[0].content_fingerprint for seed in (1, 1, 2))
    assert one == same != other


def test_each_fit_is_measured_by_itself() -> None:
    [small, large] = fit_costs(["climatology"], [300, 150], seed=0)
    assert (small.records, large.records) == (150, 300)
    assert small.fit_seconds > 0
    assert 0 <= small.megabytes < 500


def test_a_name_that_nobody_has_is_told() -> None:
    with pytest.raises(UsageError, match="there are climatology"):
        next(fit_costs(["crystal-ball"], [100], seed=0))
