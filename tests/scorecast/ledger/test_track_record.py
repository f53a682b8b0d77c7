"""From issued forecasts to a track record: records settle what was open, and only foresight is scored."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from eval.track_record import By, horizon
from predictors.registry import predictor
from records.errors import NotEnoughRecords, UsageError
from records.exclusion import Exclusion
from records.ledger import Selection
from records.question import Question
from records.source import DateBasis
from records.store import Store
from scorecast.ledger.resolving import resolve, resolve_from_records
from scorecast.ledger.track_record import track_record

NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2025, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path, batch):
    """A store of its own for each test, since forecasts are entered."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        opened.add(batch, imported_at=NOON)
        yield opened


@pytest.fixture
def issue(store):
    """Issue forecasts by one method for every cell that the batch left empty; returns the entries."""

    def run(method: str = "additive", *, moment: dt.datetime = NOON, user: str = "", **question):
        history = store.history(as_of=NOON.date())
        asked = [
            Question(model=model, benchmark=benchmark, as_of=NOON.date(), **question)
            for model in history.models.values()
            for benchmark in history.benchmarks.values()
            if benchmark.metric.bounded and not history.shows(model, benchmark)
        ]
        hidden = Exclusion(cells=frozenset(one.cell for one in asked))
        answers = predictor(method).fit(store.history(as_of=NOON.date(), exclude=hidden)).forecast(asked)
        return store.ledger.issue(answers, issued_at=moment, user=user)

    return run


@pytest.fixture
def report(store, batch, make_record):
    """Report scores of the cells of some entries, some points above what was forecast."""

    def run(entries, *, published=dt.date(2025, 7, 1), above: float = 2.0, **fields) -> None:
        records = tuple(
            make_record(
                value=min(entry.forecast.distribution.median + above, 100.0),
                model=entry.cell[0],
                benchmark=entry.cell[1],
                published=published,
                **fields,
            )
            for entry in entries
        )
        store.add(replace(batch, records=records), imported_at=LATER)

    return run


def test_records_that_come_in_later_settle_the_open_forecasts_of_their_cells(store, issue, report) -> None:
    entries = issue()
    report(entries[:3])
    settled = resolve_from_records(store, now=LATER)
    assert {one.issued.id for one in settled} == {entry.id for entry in entries[:3]}
    assert all(one.foresight and one.resolution.record_id for one in settled)
    assert resolve_from_records(store, now=LATER) == ()
    assert len(store.ledger.waiting()) == len(entries) - 3


@pytest.mark.parametrize(
    "fields",
    [
        {"published": dt.date(2025, 5, 20)},
        {"published": NOON.date()},
        {"date_basis": DateBasis.RELEASE},
        {"metric": "pass@8"},
    ],
    ids=["before", "the same day", "a date that is no date of the score", "another metric"],
)
def test_a_record_that_may_be_older_or_another_thing_settles_nothing(store, issue, report, fields) -> None:
    report(issue()[:1], **fields)
    assert resolve_from_records(store, now=LATER) == ()


def test_the_first_report_after_the_forecast_settles_it(store, issue, report) -> None:
    [entry, *_] = issue()
    report([entry], published=dt.date(2025, 8, 1), above=9.0)
    report([entry], published=dt.date(2025, 7, 1), above=1.0)
    [settled] = resolve_from_records(store, now=LATER)
    assert settled.resolution.published == dt.date(2025, 7, 1)


def test_an_outcome_from_the_future_is_refused(store, issue) -> None:
    [entry, *_] = issue()
    with pytest.raises(UsageError, match="after today"):
        resolve(store, entry.id, 50.0, now=NOON, published=LATER.date())


def test_the_track_record_scores_each_forecaster_beside_climatology(store, issue, report) -> None:
    entries = issue("additive")
    issue("neighbours")
    report(entries)
    resolve_from_records(store, now=LATER)
    additive, neighbours = track_record(store, Selection())
    assert additive.told.forecaster == "additive"
    assert neighbours.told.forecaster == "neighbours"
    scores = additive.result.forecasters
    assert set(scores) == {"additive", "climatology"}
    assert scores["additive"].mae == pytest.approx(2.0, abs=0.3)
    assert scores["additive"].mae < scores["climatology"].mae


def test_climatology_itself_is_held_against_itself_under_another_name(store, issue, report) -> None:
    report(issue("climatology"))
    resolve_from_records(store, now=LATER)
    [track] = track_record(store, Selection())
    one, other = (scores.crps for scores in track.result.forecasters.values())
    assert one == pytest.approx(other)


def test_hindsight_and_repeats_are_counted_and_not_scored(store, issue, report) -> None:
    entries = issue()
    issue(moment=NOON + dt.timedelta(hours=1))
    issue(moment=LATER - dt.timedelta(days=1))
    report(entries)
    for entry in store.ledger.waiting():
        resolve(store, entry.id, 50.0, now=LATER, published=dt.date(2025, 7, 1))
    [track] = track_record(store, Selection())
    assert (len(track.told.counted), track.told.repeated, track.told.hindsight) == (len(entries),) * 3


def test_users_can_be_told_apart_and_picked(store, issue, report) -> None:
    entries = issue(user="ada")
    issue("neighbours", user="ben")
    report(entries)
    resolve_from_records(store, now=LATER)
    [track] = track_record(store, Selection(user="ben"), by=By.USER)
    assert track.told.forecaster == "neighbours"
    assert set(track.judged[0].table["group"]) == {"ben"}


def test_without_an_outcome_the_next_step_is_told(store, issue) -> None:
    entries = issue()
    with pytest.raises(NotEnoughRecords, match=f"wait for their outcome: {len(entries)}. `scorecast resolve"):
        track_record(store, Selection())


@pytest.mark.parametrize(
    ("days", "name"), [(1, "within 30 days"), (31, "31 to 90 days"), (365, "91 to 365 days"), (366, "over a year")]
)
def test_horizons_are_told_in_steps(days, name) -> None:
    assert horizon(days) == name
