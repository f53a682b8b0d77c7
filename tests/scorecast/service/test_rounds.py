"""Rounds: what meets is answered together, and nobody pays for another's fault."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import pytest

from predictors.registry import predictor
from records.errors import StoreError, UnknownName
from records.store import Store
from retrieval.nearest import NearestRecords
from scorecast.pipeline import Pipeline
from scorecast.service.asked import Asked
from scorecast.service.gathering import Gathering
from scorecast.service.orders import Once, Order, Told
from scorecast.service.refusal import Refusal, Why
from scorecast.service.rounds import Round

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


class Workshop:
    """Answers orders in capitals, notes its rounds, and fails where it is told to."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.open = asyncio.Event()

    async def work(self, orders):
        self.rounds.append(list(orders))
        await self.open.wait()
        if "crash" in orders:
            raise RuntimeError("all of them")
        return [ValueError(order) if order == "bad" else order.upper() for order in orders]


def gather(room: int = 10):
    workshop = Workshop()
    return workshop, Gathering(workshop.work, size=len, most=8, room=room)


async def began(workshop: Workshop) -> None:
    while not workshop.rounds:
        await asyncio.sleep(0)


def test_what_arrives_during_a_round_is_the_next_round_up_to_its_size() -> None:
    async def run() -> None:
        workshop, gathering = gather()
        asked = [asyncio.create_task(gathering.ask("a"))]
        await began(workshop)
        asked += [asyncio.create_task(gathering.ask(order)) for order in ("bb", "bad", "ccc", "dddddddddddd", "e")]
        await asyncio.sleep(0.01)
        workshop.open.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert workshop.rounds == [["a"], ["bb", "bad", "ccc"], ["dddddddddddd"], ["e"]]
        assert isinstance(told.pop(2), ValueError)
        assert told == ["A", "BB", "CCC", "DDDDDDDDDDDD", "E"]

    asyncio.run(run())


def test_who_has_left_takes_no_part_and_a_failed_round_ends_no_later_one() -> None:
    async def run() -> None:
        workshop, gathering = gather()
        asked = [asyncio.create_task(gathering.ask(order)) for order in ("crash", "b", "c")]
        await began(workshop)
        late = [asyncio.create_task(gathering.ask(order)) for order in ("left", "stays")]
        await asyncio.sleep(0.01)
        late[0].cancel()
        workshop.open.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [str(error) for error in told] == ["all of them"] * 3
        assert await late[1] == "STAYS"
        assert workshop.rounds[-1] == ["stays"]

    asyncio.run(run())


def test_too_many_waiting_are_told_to_come_back() -> None:
    async def run() -> None:
        workshop, gathering = gather(room=2)
        first = asyncio.create_task(gathering.ask("a"))
        await began(workshop)
        waiting = [asyncio.create_task(gathering.ask(order)) for order in "bc"]
        await asyncio.sleep(0.01)
        with pytest.raises(Refusal) as told:
            await gathering.ask("d")
        assert told.value.why is Why.BUSY
        workshop.open.set()
        assert await asyncio.gather(first, *waiting) == ["A", "B", "C"]

    asyncio.run(run())


@pytest.fixture
def opened(tmp_path, batch):
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.add(batch, imported_at=NOW)
        yield store


def order(*asked: dict[str, object], key: str = "", user: str = "ada", last: float | None = None) -> Order:
    questions = [Asked.model_validate(one) for one in asked]
    once = Once.of(key, repr(asked)) if key else None
    last = time.monotonic() + 60 if last is None else last
    return Order(questions, lambda replies: " ".join(_said(reply) for reply in replies), user, "owner", once, last)


def _said(reply) -> str:
    return f"{reply.issued.id}={reply.answer.distribution.median:.6f}"


def answered(store: Store, orders: list[Order], ledger: object = None) -> list[Told | Exception]:
    pipeline = Pipeline(store, predictor("additive"), NearestRecords(), version="1")
    return Round(pipeline, ledger or store.ledger, store.catalogue(), NOW, orders).answered()


GOOD = {"model": "qwen3-32b", "benchmark": "gpqa_diamond"}
OTHER = {"model": "gpt-4.1", "benchmark": "aime_2024", "withhold": True}


def test_orders_of_one_round_are_answered_as_each_alone_would_be(opened) -> None:
    orders = [order(GOOD), order(OTHER, GOOD), order({**GOOD, "strict_dates": True}), order(OTHER, user="bob")]
    together = answered(opened, orders)
    alone = [told for one in orders for told in answered(opened, [one])]
    medians = [[part.partition("=")[2] for part in told.body.split()] for told in together]
    assert medians == [[part.partition("=")[2] for part in told.body.split()] for told in alone]
    kept = {entry.id: entry for entry in opened.ledger.entries()}
    assert {key for told in together for key in told.entered} <= set(kept)
    assert kept[together[3].entered[0]].user == "bob"


def test_a_fault_is_told_to_its_own_client_only(opened) -> None:
    unknown, late = order({"model": "nobody", "benchmark": "gpqa_diamond"}), order(GOOD, last=time.monotonic() - 1.0)
    fine, wrong, over, more = answered(opened, [order(GOOD), unknown, late, order(GOOD, OTHER, user="bob")])
    assert isinstance(fine, Told)
    assert isinstance(wrong, UnknownName)
    assert isinstance(over, Refusal)
    assert over.why is Why.LATE
    assert {entry.id for entry in opened.ledger.entries()} == {*fine.entered, *more.entered}
    assert len(more.entered) == 2


def test_one_key_twice_in_a_round_is_answered_once_and_a_reused_one_is_refused(opened) -> None:
    first, again, reused = answered(opened, [order(GOOD, key="k"), order(GOOD, key="k"), order(OTHER, key="k")])
    assert again.body == first.body
    assert (first.new, again.new) == (True, False)
    assert isinstance(reused, Refusal)
    assert reused.why is Why.REUSED
    assert [entry.id for entry in opened.ledger.entries()] == list(first.entered)


class Narrow:
    """A ledger that takes the entries of one user only."""

    def __init__(self, ledger) -> None:
        self.ledger = ledger

    def receipt(self, owner, key):
        return self.ledger.receipt(owner, key)

    def issue_together(self, orders):
        if any(entry.user != "ada" for entries, _ in orders for entry in entries):
            raise StoreError("refused")
        return self.ledger.issue_together(orders)


def test_entries_that_the_ledger_refuses_keep_no_others_out(opened) -> None:
    taken, refused = answered(opened, [order(GOOD), order(GOOD, user="bob")], Narrow(opened.ledger))
    assert isinstance(refused, StoreError)
    assert [entry.id for entry in opened.ledger.entries()] == list(taken.entered)
