"""Sharing among clients: no history crosses a date, an exclusion or an import, and nobody pays for another's fault."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from records.exclusion import Exclusion
from records.store import Store
from scorecast.shared_fits import FitNeeded, Histories, Recent, Shared

DAY = dt.date(2025, 6, 1)
CELL = Exclusion(cells=frozenset({("deepseek-r1", "aime_2024")}))


@pytest.fixture
def histories(tmp_path, batch):
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield Histories(store)


class Told:
    """A fit that says nothing."""

    name = "told"

    def __init__(self, history) -> None:
        self.history = history


class Counting:
    """A predictor that counts its fits."""

    name = "told"

    def __init__(self) -> None:
        self.fits = 0

    def fit(self, history):
        self.fits += 1
        return Told(history)

    def restore(self, history, state):
        return Told(history)


def test_a_history_is_kept_and_crosses_neither_dates_nor_exclusions_nor_strictness(histories) -> None:
    first = histories.history(as_of=DAY)
    assert histories.history(as_of=DAY) is first
    others = [
        histories.history(as_of=dt.date(2025, 4, 1)),
        histories.history(as_of=DAY, exclude=CELL),
        histories.history(as_of=DAY, strict_dates=True),
    ]
    assert len({id(history) for history in (first, *others)}) == 4
    assert others[0].records["published"].max().date() <= dt.date(2025, 4, 1)
    assert ("deepseek-r1", "aime_2024") not in others[1].shown_cells
    assert first.shown_cells > others[1].shown_cells


def test_an_import_is_seen_at_once(histories, batch, make_record) -> None:
    before = histories.history(as_of=DAY)
    record = make_record(12.0, model="old-1", benchmark="aime_2024", published=dt.date(2025, 5, 2))
    more = type(batch)(batch.report, batch.sources, batch.models, batch.benchmarks, (record,))
    histories.store.add(more, imported_at=dt.datetime(2025, 6, 1, 1, tzinfo=dt.UTC))
    assert len(histories.history(as_of=DAY)) == len(before) + 1


def test_each_history_is_fitted_once_however_many_ask(histories) -> None:
    predictor = Counting()
    shared, history = Shared(predictor), histories.history(as_of=DAY)
    threads = [threading.Thread(target=shared.fit, args=(history,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert predictor.fits == 1
    shared.fit(histories.history(as_of=DAY, exclude=CELL))
    assert predictor.fits == 2


def test_who_has_no_time_is_never_made_to_wait_for_a_fit(histories) -> None:
    shared, history = Shared(Counting()), histories.history(as_of=DAY)
    with pytest.raises(FitNeeded):
        shared.ready().fit(history)
    fitted = shared.fit(history)
    assert shared.ready().fit(history) is fitted
    assert fitted.history is history


def test_only_a_few_fits_are_kept(histories) -> None:
    shared = Shared(Counting())
    days = [dt.date(2025, 3, day) for day in range(1, 21)]
    fitted = [shared.fit(histories.history(as_of=day)) for day in days]
    kept = [one for one in fitted if shared.at_hand(one.history) is one]
    assert kept == fitted[-len(kept) :]
    assert 1 <= len(kept) <= 6


def test_who_has_no_time_is_told_what_has_to_be_fitted(histories) -> None:
    with pytest.raises(FitNeeded) as told:
        histories.ready().history(as_of=DAY, exclude=CELL)
    assert told.value == FitNeeded(DAY, CELL, strict_dates=False)
    made = told.value.history(histories)
    assert histories.ready().history(as_of=DAY, exclude=CELL) is made
    with pytest.raises(FitNeeded) as again:
        Shared(Counting()).ready().fit(made)
    assert {told.value: "one"}[again.value] == "one"


def test_the_least_recently_used_goes_first() -> None:
    recent: Recent[str] = Recent(most=2)
    recent.put("a", "1")
    recent.put("b", "2")
    assert recent.get("a") == "1"
    assert recent.put("a", "other") == "1"
    recent.put("c", "3")
    assert [recent.get(key) for key in "abc"] == ["1", None, "3"]
