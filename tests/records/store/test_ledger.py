"""The ledger: what was forecast stays as it was issued, and every outcome is kept beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import text

from records.distribution import Distribution
from records.errors import DataError, StoreError, UsageError
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from records.ledger import Issued, Selection
from records.metric import PERCENT_ACCURACY
from records.question import Question
from records.resolution import Resolution
from records.store import Store
from records.store import engine as engines

LEVEL = EvidenceLevel(model_scores=3, benchmark_scores=9)


@pytest.fixture
def make_forecast(make_model, make_benchmark) -> Callable[..., Forecast]:
    """Build a forecast about one of many cells."""

    def make(benchmark: str = "quiz", *, median: float = 0.0, **question) -> Forecast:
        told = {"model": make_model("newcomer"), "benchmark": make_benchmark(benchmark), "as_of": dt.date(2025, 6, 1)}
        return Forecast(
            question=Question(**told | question),
            distribution=Distribution.from_location_scale(median, 0.5, PERCENT_ACCURACY),
            method="pool",
            evidence_level=LEVEL,
        )

    return make


def outcome(forecast: Forecast, value: float = 60.0, *, published=dt.date(2025, 7, 1), **more) -> Resolution:
    return Resolution(question_id=forecast.question.id, value=value, published=published, source="lab", **more)


def test_a_forecast_comes_out_word_for_word_as_it_was_issued(store, make_forecast, now) -> None:
    [issued] = store.ledger.issue([make_forecast()], issued_at=now, user="ada")
    assert store.ledger.entry(issued.id) == issued
    assert store.ledger.entry(issued.id[:6].upper()) == issued
    assert issued.forecast == make_forecast()


def test_issuing_the_same_at_the_same_moment_twice_enters_it_once(store, make_forecast, now) -> None:
    for _ in range(2):
        store.ledger.issue([make_forecast(), make_forecast()], issued_at=now)
    assert len(store.ledger.entries()) == 1


def test_the_hash_tells_a_changed_forecast_moment_or_user(make_forecast, now) -> None:
    first = Issued.of(make_forecast(), issued_at=now)
    others = [
        Issued.of(make_forecast(median=0.01), issued_at=now),
        Issued.of(make_forecast(), issued_at=now + dt.timedelta(microseconds=1)),
        Issued.of(make_forecast(), issued_at=now, user="ada"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4
    with pytest.raises(ValueError, match="changed afterwards"):
        Issued(id=first.id, issued_at=first.issued_at, forecast=make_forecast(median=0.3))


def test_an_entry_is_kept_as_it_would_be_told_whole(make_forecast, now) -> None:
    entry = Issued.of(make_forecast(), issued_at=now + dt.timedelta(microseconds=40), user='ada "the first"')
    assert entry.document == entry.model_dump_json()
    assert Issued.model_validate_json(entry.document) == entry


def test_the_same_moment_in_another_zone_is_the_same_entry(make_forecast, now) -> None:
    away = now.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert Issued.of(make_forecast(), issued_at=now) == Issued.of(make_forecast(), issued_at=away)


def test_a_moment_without_a_zone_is_refused(make_forecast) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Issued.of(make_forecast(), issued_at=dt.datetime(2025, 6, 1))  # noqa: DTZ001


def test_a_name_that_the_ledger_could_not_read_back_is_refused(make_forecast, now) -> None:
    with pytest.raises(ValueError, match="128 characters; found 129"):
        Issued.of(make_forecast(), issued_at=now, user="a" * 129)


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE forecasts SET document = '{}'",
        "DELETE FROM forecasts",
        "UPDATE resolutions SET document = '{}'",
        "DELETE FROM resolutions",
    ],
)
def test_the_database_itself_refuses_to_change_the_ledger(store, make_forecast, now, attempt) -> None:
    [issued] = store.ledger.issue([make_forecast()], issued_at=now)
    store.ledger.resolve(issued.id, outcome(issued.forecast), resolved_at=now)
    with pytest.raises(StoreError, match="append-only"), store._transaction(engines.writing) as connection:
        connection.execute(text(attempt))
    assert store.ledger.entry(issued.id) == issued


def test_an_entry_that_was_changed_behind_the_ledgers_back_is_told(tmp_path, make_forecast, now) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        [issued] = store.ledger.issue([make_forecast()], issued_at=now)
        with store._transaction(engines.writing) as connection:
            connection.execute(text("DROP TRIGGER forecasts_refuse_UPDATE"))
            connection.execute(text("UPDATE forecasts SET document = replace(document, 'pool', 'luck')"))
        with pytest.raises(DataError, match="changed afterwards"):
            store.ledger.entry(issued.id)


def test_a_resolution_settles_and_the_latest_correction_holds(store, make_forecast, now) -> None:
    [issued] = store.ledger.issue([make_forecast()], issued_at=now)
    assert [one.id for one in store.ledger.waiting()] == [issued.id]
    store.ledger.resolve(issued.id, outcome(issued.forecast, 60.0), resolved_at=now)
    corrected = store.ledger.resolve(issued.id, outcome(issued.forecast, 61.0), resolved_at=now)
    assert store.ledger.settled() == (corrected,)
    assert corrected.resolution.value == 61.0
    assert store.ledger.waiting() == ()


def test_only_what_was_issued_before_the_outcome_counts_as_foresight(store, make_forecast, now) -> None:
    late = now + dt.timedelta(days=60)
    unreported = make_forecast("open", cell_known=True)
    reported = make_forecast("known", cell_known=True).model_copy(
        update={"evidence_level": LEVEL.model_copy(update={"cell_reports": 1})}
    )
    asked = [(make_forecast(), now), (make_forecast("late"), late), (reported, now), (unreported, now)]
    for forecast, moment in asked:
        [issued] = store.ledger.issue([forecast], issued_at=moment)
        store.ledger.resolve(issued.id, outcome(forecast), resolved_at=late)
    assert [settled.foresight for settled in store.ledger.settled()] == [True, False, False, True]
    assert [settled.horizon for settled in store.ledger.settled()] == [30, 30, 30, 30]


def test_a_value_that_cannot_be_a_score_is_refused_by_its_bounds(store, make_forecast, now) -> None:
    [issued] = store.ledger.issue([make_forecast()], issued_at=now)
    with pytest.raises(DataError, match="at 0 or above and at 100 or below"):
        store.ledger.resolve(issued.id, outcome(issued.forecast, 130.0), resolved_at=now)
    assert store.ledger.settled() == ()


def test_the_outcome_of_another_question_settles_nothing(store, make_forecast, now) -> None:
    [issued] = store.ledger.issue([make_forecast()], issued_at=now)
    with pytest.raises(DataError, match="is of question"):
        store.ledger.resolve(issued.id, outcome(make_forecast("other")), resolved_at=now)


@pytest.mark.parametrize("wrong", ["", "xyz", "abc", "g" * 20, "a" * 21, "'; DROP TABLE forecasts"])
def test_what_is_no_id_is_told(store, wrong) -> None:
    with pytest.raises(UsageError, match="is no id of a forecast"):
        store.ledger.entry(wrong)


def test_an_id_that_nobody_has_is_told(store) -> None:
    with pytest.raises(UsageError, match="ledger list"):
        store.ledger.entry("abcd")


def test_entries_are_listed_newest_first_by_page_and_by_what_is_asked(store, make_forecast, now) -> None:
    made = []
    for day, benchmark in enumerate("abcde"):
        moment = now + dt.timedelta(days=day)
        made += store.ledger.issue(
            [make_forecast(f"quiz-{benchmark}")], issued_at=moment, user="ada" if day % 2 else ""
        )
    store.ledger.resolve(made[0].id, outcome(made[0].forecast), resolved_at=now)
    ledger = store.ledger
    assert ledger.entries(limit=2) == (made[4], made[3])
    assert ledger.entries(limit=2, before=made[3].id) == (made[2], made[1])
    assert ledger.entries(Selection(user="ada")) == (made[3], made[1])
    assert ledger.entries(Selection(benchmark="quiz-c")) == (made[2],)
    assert ledger.entries(Selection(resolved=True)) == (made[0],)
    day = (now + dt.timedelta(days=3)).date()
    assert ledger.entries(Selection(issued_from=day)) == (made[4], made[3])
    assert ledger.entries(Selection(issued_to=day, resolved=False)) == (made[3], made[2], made[1])
