"""Issuing: what is shown is in the ledger, word for word; what cannot be entered is shown all the same."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

import pytest

from predictors.registry import predictor
from records.errors import StoreError
from records.forecast import Abstention
from records.store import Store
from records.store.ledger import Ledger
from retrieval.nearest import NearestRecords
from scorecast.ledger.issuing import issued
from scorecast.pipeline import Pipeline, Reply

NOW = dt.datetime(2025, 6, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def own_store(tmp_path, batch):
    """A store that nothing was issued from."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        opened.add(batch, imported_at=NOW)
        yield opened


@pytest.fixture
def replies(own_store, make_question):
    """A forecast of two models on one benchmark."""
    pipeline = Pipeline(own_store, predictor("additive"), NearestRecords(), version="1")
    catalogue = own_store.catalogue()
    return [
        pipeline.forecast(
            make_question(
                model=catalogue.model(name), benchmark=catalogue.benchmark("gpqa_main"), as_of=dt.date(2025, 6, 1)
            )
        )
        for name in ("gpt-4.1", "deepseek-r1")
    ]


def test_what_is_shown_is_in_the_ledger_word_for_word(own_store, replies) -> None:
    shown = issued(replies, own_store.ledger, now=NOW, tell=pytest.fail)
    for reply in shown:
        kept = own_store.ledger.entry(reply.issued.id)
        assert kept.forecast == reply.answer
        assert kept.issued_at == NOW
    assert len(own_store.ledger.waiting()) == 2


def test_an_abstention_is_not_entered(own_store, replies, make_question) -> None:
    silent = Reply(Abstention(question=make_question(), method="pool", reason="nothing is known"))
    [first, second] = issued([silent, replies[0]], own_store.ledger, now=NOW, tell=pytest.fail)
    assert first == silent
    assert second.issued.forecast == replies[0].answer
    assert issued([silent], own_store.ledger, now=NOW, tell=pytest.fail) == (silent,)


def test_a_ledger_that_cannot_be_written_costs_the_entry_and_not_the_forecast(own_store, replies) -> None:
    @contextmanager
    def refused():
        raise StoreError("the disk is full")
        yield

    said: list[str] = []
    shut = Ledger(reading=refused, writing=refused)
    assert issued(replies, shut, now=NOW, tell=said.append) == tuple(replies)
    assert said == ["Not entered in the ledger: the disk is full"]
    assert own_store.ledger.waiting() == ()
