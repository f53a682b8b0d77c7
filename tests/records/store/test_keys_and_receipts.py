"""Keys and receipts in the store, on both databases: kept as they are, revoked for good, answered once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from records.access_key import AccessKey, Scope
from records.distribution import Distribution
from records.errors import StoreError, UsageError
from records.evidence import EvidenceLevel
from records.forecast import Forecast
from records.ledger import Issued
from records.receipt import RETENTION, Receipt

DAY = dt.timedelta(days=1)


def key(key_id: str = "00c0ffee", **fields: object) -> AccessKey:
    told = {"name": "ann", "scope": Scope.READ, "digest": "a" * 64, "per_minute": 60}
    return AccessKey(id=key_id, **(told | {"made_at": dt.datetime(2025, 6, 1, tzinfo=dt.UTC)} | fields))


def receipt(now: dt.datetime, **fields: object) -> Receipt:
    told = {"owner": "ann", "key": "k", "digest": "b" * 64, "answer": "{}", "made_at": now}
    return Receipt(**(told | fields))


@pytest.fixture
def entry(make_question, now):
    stated = Distribution(quantiles=tuple(float(i) for i in range(1, 100)), lower=0.0, upper=100.0)
    level = EvidenceLevel(model_scores=0, benchmark_scores=0)

    def make(minutes: int = 0) -> Issued:
        forecast = Forecast(question=make_question(), distribution=stated, method="pool", evidence_level=level)
        return Issued.of(forecast, issued_at=now + dt.timedelta(minutes=minutes))

    return make


def test_a_key_comes_back_as_it_was_kept(store, now) -> None:
    store.keys.add(key(made_at=now))
    assert store.keys.find("00c0ffee") == key(made_at=now)
    assert store.keys.find("ffffffff") is None
    assert store.keys.all() == (key(made_at=now),)


def test_a_revoked_key_stays_revoked_since_the_first_time(store, now) -> None:
    store.keys.add(key())
    first = store.keys.revoke("00c0ffee", revoked_at=now)
    assert store.keys.revoke("00c0ffee", revoked_at=now + DAY) == first
    assert (first.live, first.revoked_at) == (False, now)
    with pytest.raises(UsageError, match="No key has the id 'ffffffff'"):
        store.keys.revoke("ffffffff", revoked_at=now)


def test_no_key_takes_the_place_of_another(store) -> None:
    store.keys.add(key())
    with pytest.raises(StoreError):
        store.keys.add(key(name="mallory", scope=Scope.ADMIN))
    assert store.keys.all() == (key(),)


@pytest.mark.parametrize("wide", list(Scope))
@pytest.mark.parametrize("narrow", list(Scope))
def test_scopes_hold_those_before_them(wide, narrow) -> None:
    order = [Scope.READ, Scope.FORECAST, Scope.ADMIN]
    assert wide.holds(narrow) == (order.index(wide) >= order.index(narrow))


def test_forecasts_and_their_receipt_are_entered_once(store, entry, now) -> None:
    first = store.ledger.issue_once([entry()], receipt(now, answer="first"))
    again = store.ledger.issue_once([entry(minutes=1)], receipt(now, answer="second"))
    assert (first.answer, again.answer) == ("first", "first")
    assert store.ledger.entries() == (entry(),)
    assert store.ledger.receipt("ann", "k") == first
    assert store.ledger.receipt("ben", "k") is None


def test_of_requests_at_once_one_is_entered(store, entry, now) -> None:
    told: list[str] = []

    def ask(number: int) -> None:
        kept = store.ledger.issue_once([entry(minutes=number)], receipt(now, answer=str(number)))
        told.append(kept.answer)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 6
    assert len(set(told)) == 1
    assert store.ledger.entries() == (entry(minutes=int(told[0])),)


def test_old_receipts_are_forgotten_and_young_ones_are_not(store, now) -> None:
    store.ledger.issue_once([], receipt(now, key="old"))
    store.ledger.issue_once([], receipt(now + DAY, key="young"))
    store.ledger.issue_once([], receipt(now + RETENTION + DAY / 2, key="new"))
    assert store.ledger.receipt("ann", "old") is None
    assert store.ledger.receipt("ann", "young") is not None


def test_the_revision_changes_with_what_a_history_could_show(store, make_batch, make_record, now) -> None:
    before = store.revision()
    assert store.revision() == before
    store.add(make_batch(make_record()), imported_at=now)
    assert store.revision() != before
