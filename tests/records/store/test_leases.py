"""Leases: one worker at a time, until it gives the job back or is silent for too long."""

from __future__ import annotations

import time

import pytest

from records.errors import LeaseLost, UsageError
from records.job import ItemState, Job, Settlement
from records.lease import Holder

JOB = "0" * 12


@pytest.fixture
def leases(store, now):
    """The leases of a store that has one job."""
    store.jobs.add(Job(id=JOB, name="plan", digest="a" * 64, made_at=now, changed_at=now, size=0), ())
    return store.leases


def worker(digit: str, *, place: str = "") -> Holder:
    return Holder(run=digit * 16, host=f"host-{digit}", process=7, place=(place or digit) * 16)


def test_nobody_takes_a_job_that_somebody_works_on_until_it_is_given_back(leases) -> None:
    leases.take(JOB, worker("1"), seconds=60.0)
    with pytest.raises(UsageError, match="process 7 on host-1"):
        leases.take(JOB, worker("2"), seconds=60.0)
    leases.give_back(JOB, worker("2").run)
    assert leases.of([JOB])[JOB].holder == worker("1")
    leases.give_back(JOB, worker("1").run)
    assert leases.of([JOB]) == {}
    assert 0.0 < leases.take(JOB, worker("2"), seconds=60.0).seconds_left <= 60.0


def test_a_lease_that_is_not_renewed_ends_and_who_had_it_can_write_nothing_more(store, leases, now) -> None:
    leases.take(JOB, worker("1"), seconds=0.1)
    time.sleep(0.15)
    assert leases.of([JOB]) == {}
    leases.renew(JOB, worker("1").run, seconds=0.1)  # late, but nobody else has come
    time.sleep(0.15)
    leases.take(JOB, worker("2"), seconds=60.0)
    with pytest.raises(LeaseLost, match="process 7 on host-2 goes on"):
        leases.renew(JOB, worker("1").run, seconds=60.0)
    settled = [Settlement(number=0, state=ItemState.ABSTAINED)]
    with pytest.raises(LeaseLost):
        store.jobs.settle(JOB, settled, [], at=now, spent='{"usd": 9}', run=worker("1").run)
    assert store.jobs.find(JOB).spent == "{}"
    store.jobs.settle(JOB, settled, [], at=now, run=worker("2").run)


def test_who_holds_the_lock_of_the_same_place_need_not_wait(leases) -> None:
    leases.take(JOB, worker("1"), seconds=60.0)
    leases.take(JOB, worker("2", place="1"), seconds=60.0)
    assert leases.of([JOB])[JOB].holder.run == worker("2").run
