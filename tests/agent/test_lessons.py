"""Lessons are dated memory: shown only where the outcome may be known and nothing withheld went into the forecast."""

from __future__ import annotations

import datetime as dt

import pytest

from agent.lessons import MOST, PastForecasts
from agent.remembered import Conversations, Remembered, seen_models
from agent.resolving import outcome
from agent.track_record import TrackRecord
from records.distribution import Distribution
from records.history import Exclusion
from records.metric import PERCENT_ACCURACY

STATED = Distribution.from_location_scale(0.0, 0.4, PERCENT_ACCURACY)
EARLIER = dt.date(2025, 2, 1)
"""Before the records of the planted store were published."""


def remembered(question, *, model, seen=(), as_of=EARLIER, **fields) -> Remembered:
    asked = question.model_copy(update={"model": model, "as_of": as_of})
    usual = {
        "question": asked, "llm": "fn", "group": "new model / 5-19 models", "history": "h", "seen": seen,
        "agent": STATED, "statistics": STATED, "stated": STATED,
    }  # fmt: skip
    return Remembered.model_validate(usual | fields)


@pytest.fixture
def memory(tmp_path):
    """A memory of these forecasts."""

    def made(*told: Remembered) -> PastForecasts:
        folder = Conversations(tmp_path / "conversations")
        for one in told:
            folder.keep(one)
        return PastForecasts(folder)

    return made


@pytest.fixture
def other(everything):
    return everything.models["m-3"]


def test_an_earlier_forecast_on_the_same_benchmark_teaches(memory, question, history, other) -> None:
    [lesson] = memory(remembered(question, model=other)).lessons(question, history)
    assert (lesson.model, lesson.outcome, lesson.published) == ("m-3", 45.0, dt.date(2025, 3, 1))
    assert "came out at 45" in str(lesson)


def test_an_outcome_that_the_history_does_not_show_teaches_nothing(memory, question, store, other) -> None:
    past = memory(remembered(question, model=other))
    early = store.history(as_of=EARLIER, exclude=Exclusion(cells=frozenset({question.cell})))
    assert past.lessons(question.model_copy(update={"as_of": EARLIER}), early) == ()
    hidden = store.history(as_of=question.as_of, exclude=Exclusion(cells=frozenset({question.cell, ("m-3", "b-0")})))
    assert past.lessons(question, hidden) == ()


@pytest.mark.parametrize("seen", [("m-5",), ("m-5-high",)])
def test_a_forecast_that_saw_the_withheld_cell_or_a_sibling_teaches_nothing(
    memory, question, history, other, seen
) -> None:
    assert memory(remembered(question, model=other, seen=seen)).lessons(question, history) == ()


def test_a_forecast_that_saw_other_cells_teaches(memory, question, history, other) -> None:
    assert memory(remembered(question, model=other, seen=("m-1",))).lessons(question, history)


def test_later_forecasts_other_benchmarks_and_the_asked_model_teach_nothing(
    memory, question, history, everything, other
) -> None:
    late = remembered(question, model=other, as_of=dt.date(2025, 7, 1))
    elsewhere = remembered(question.model_copy(update={"benchmark": everything.benchmarks["b-1"]}), model=other)
    itself = remembered(question, model=question.model)
    silent = remembered(question, model=other, stated=None)
    assert memory(late, elsewhere, itself, silent).lessons(question, history) == ()


def test_a_few_lessons_are_enough(memory, question, history, everything) -> None:
    days = [EARLIER - dt.timedelta(days=day) for day in range(3)]
    many = [remembered(question, model=everything.models[f"m-{i}"], as_of=day) for i in range(5) for day in days]
    assert len(memory(*many).lessons(question, history)) == MOST


def test_words_of_earlier_conversations_are_not_carried_along(memory, question, history, other) -> None:
    past = remembered(question, model=other, opinions=[{"framing": "base_rate", "failure": "SECRET 61"}])
    assert not any("SECRET" in str(lesson) for lesson in memory(past).lessons(question, history))


def test_what_is_seen_is_told_with_relatives(question, history) -> None:
    assert seen_models(history, question) == ("m-0", "m-1", "m-2", "m-3", "m-4")


def test_a_known_cell_is_resolved_by_later_reports_only(question, everything) -> None:
    model = everything.models["m-4"]
    asked = question.model_copy(update={"model": model})
    assert outcome(asked, everything).value == pytest.approx((50.0 + 77.7) / 2)
    later = outcome(asked.model_copy(update={"cell_known": True}), everything)
    assert later == (77.7, dt.date(2025, 9, 1))


def test_the_track_record_is_learned_from_what_is_remembered_and_resolved(question, everything, other) -> None:
    unspoken = remembered(question, model=everything.models["m-2"], agent=None)
    unresolved = remembered(question, model=everything.models["m-2"].model_copy(update={"id": "nobody"}))
    learned = TrackRecord.learn([remembered(question, model=other), unspoken, unresolved], everything)
    [entry] = learned.entries
    assert (entry.model, entry.value, entry.resolved) == ("m-3", pytest.approx((45 + 66.6) / 2), dt.date(2025, 3, 1))


def test_what_was_said_without_knowing_the_statistics_is_no_record_of_the_agent(question, everything, other) -> None:
    one = remembered(question, model=other)
    alone = one.model_copy(update={"settings": one.settings | {"alone": True}})
    assert len(TrackRecord.learn([one], everything).entries) == 1
    assert TrackRecord.learn([alone], everything).entries == ()


def test_a_folder_keeps_one_file_a_forecast_and_passes_over_what_it_cannot_read(tmp_path, question, other) -> None:
    folder = Conversations(tmp_path / "conversations")
    one = remembered(question, model=other)
    assert folder.keep(one) == folder.keep(one)
    folder.keep(remembered(question, model=other, llm="another"))
    (folder.folder / "b-0--broken.json").write_text("{")
    assert {told.llm for told in folder.all()} == {"fn", "another"}
    assert len(list(folder.folder.iterdir())) == 3
