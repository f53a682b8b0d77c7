"""Batch jobs in the store: frozen questions, and items that are settled together with their entries or not at all."""

from __future__ import annotations

import datetime as dt

import pytest

from records.distribution import Distribution
from records.errors import StoreError, UsageError
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from records.job import Cost, Item, ItemState, Job, JobState, Settlement
from records.ledger import Issued
from records.metric import PERCENT_ACCURACY

LATER = dt.timedelta(hours=1)


@pytest.fixture
def make_job(now):
    """Build a job."""

    def make(key: str = "0" * 12, **fields: object) -> Job:
        usual = {"id": key, "name": "plan.csv", "digest": "a" * 64, "made_at": now, "changed_at": now, "size": 3}
        return Job.model_validate(usual | fields)

    return make


@pytest.fixture
def items(make_question):
    """Two questions and a row that asks nothing."""
    question = make_question()
    return (
        Item(number=0, where="row 2", typed={"model": "A", "run": "=1+1"}, question=question, threshold=50.0),
        Item(number=1, where="row 3", typed={"model": "A", "run": 7}, question=question),
        Item(number=2, where="row 4", typed={"model": "?"}, state=ItemState.REFUSED, reason="model: who?"),
    )


@pytest.fixture
def entry(make_question, now) -> Issued:
    forecast = Forecast(
        question=make_question(),
        distribution=Distribution.from_location_scale(0.0, 0.5, PERCENT_ACCURACY),
        method="pool",
        evidence_level=EvidenceLevel(model_scores=3, benchmark_scores=9),
    )
    return Issued.of(forecast, issued_at=now)


def test_a_job_and_its_items_come_out_as_they_went_in(store, make_job, items) -> None:
    store.jobs.add(make_job(owner="k", options='{"a": 1}'), items)
    assert store.jobs.find("0000") == make_job(owner="k", options='{"a": 1}')
    assert store.jobs.items("0" * 12) == items
    assert store.jobs.items("0" * 12, after=0, limit=1) == items[1:2]
    assert store.jobs.items("0" * 12, states=[ItemState.REFUSED]) == items[2:]
    assert store.jobs.tally("0" * 12) == {ItemState.OPEN: 2, ItemState.REFUSED: 1}


def test_an_item_is_done_together_with_its_entry(store, make_job, items, entry, now) -> None:
    store.jobs.add(make_job(), items)
    cost = Cost(calls=2, tokens=3_000_000_000, usd=0.5)
    done = Settlement(number=0, state=ItemState.DONE, forecast_id=entry.id, cost=cost)
    state = store.jobs.settle("0" * 12, [done], [entry.entry], at=now + LATER, spent='{"usd": 1}')
    assert state is JobState.OPEN
    [first, *others] = store.jobs.each_outcome("0" * 12, at_once=2)
    assert (first.item.state, first.item.cost, first.stated.distribution) == (
        ItemState.DONE,
        cost,
        entry.forecast.distribution,
    )
    assert [one.stated for one in others] == [None, None]
    assert store.ledger.entry(entry.id) == entry
    assert (store.jobs.find("0" * 12).spent, store.jobs.find("0" * 12).changed_at) == ('{"usd": 1}', now + LATER)


def test_what_cannot_be_written_whole_is_not_written_at_all(store, make_job, items, entry, now) -> None:
    store.jobs.add(make_job(), items)
    broken = Settlement.model_construct(number=0, state=ItemState.DONE, reason=None, forecast_id=entry.id, cost=Cost())
    with pytest.raises(StoreError):
        store.jobs.settle("0" * 12, [broken], [entry.entry], at=now)
    assert store.ledger.entries() == ()
    assert store.jobs.items("0" * 12)[0].state is ItemState.OPEN


def test_an_item_is_settled_once(store, make_job, items, now) -> None:
    store.jobs.add(make_job(), items)
    for state in (ItemState.ABSTAINED, ItemState.NOT_DONE):
        store.jobs.settle("0" * 12, [Settlement(number=1, state=state, reason=state.value)], [], at=now)
    assert store.jobs.items("0" * 12)[1].reason == "abstained"
    assert store.jobs.reasons("0" * 12) == {"abstained": 1, "model: who?": 1}


def test_a_retry_opens_what_went_wrong_and_nothing_else(store, make_job, items, now) -> None:
    store.jobs.add(make_job(), items)
    settled = [Settlement(number=n, state=s, reason="r") for n, s in enumerate((ItemState.ABSTAINED, ItemState.FAILED))]
    store.jobs.settle("0" * 12, settled, [], at=now)
    store.jobs.set_state("0" * 12, JobState.DONE, at=now)
    assert store.jobs.reopen("0" * 12, at=now, options='{"b": 2}') == 1
    assert [one.state for one in store.jobs.items("0" * 12)] == ["abstained", "open", "refused"]
    assert store.jobs.find("0" * 12).state is JobState.OPEN
    assert store.jobs.find("0" * 12).options == '{"b": 2}'


def test_jobs_are_listed_newest_first_in_pages_and_by_owner(store, make_job, now) -> None:
    for number in range(5):
        made = make_job(f"{number}" * 12, made_at=now + number * LATER, owner="k" if number % 2 else "", size=0)
        store.jobs.add(made, ())
    assert [job.id[0] for job in store.jobs.all()] == ["4", "3", "2", "1", "0"]
    assert [job.id[0] for job in store.jobs.all(limit=2, before="3" * 12)] == ["2", "1"]
    assert [job.id[0] for job in store.jobs.all(owner="k")] == ["3", "1"]


def test_the_newest_job_of_a_plan_is_found_unless_it_was_cancelled(store, make_job, now) -> None:
    assert store.jobs.newest("a" * 64) is None
    store.jobs.add(make_job("1" * 12, size=0), ())
    store.jobs.add(make_job("2" * 12, size=0, made_at=now + LATER), ())
    store.jobs.set_state("2222", JobState.CANCELLED, at=now)
    assert store.jobs.newest("a" * 64).id == "1" * 12
    assert [job.id for job in store.jobs.all(state=JobState.CANCELLED)] == ["2" * 12]


@pytest.mark.parametrize("name", ["", "12", "zzzz", "9999"])
def test_a_job_that_is_not_there_is_told_with_what_to_do(store, name) -> None:
    with pytest.raises(UsageError, match="jobs list"):
        store.jobs.find(name)
