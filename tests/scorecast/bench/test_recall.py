"""Recall and speed of retrieval: the figures are shares, every way is measured, and the command tells them."""

from __future__ import annotations

import datetime as dt

import pytest

from records.batch import Batch, ImportReport
from records.errors import NotEnoughRecords
from records.store import Store
from retrieval.embedding import embedding
from retrieval.index import Index
from retrieval.vectors import embedded
from scorecast.bench.recall import Wanted, measure
from scorecast.bench.retrieval_speed import measure_speed

AS_OF = dt.date(2025, 6, 1)


@pytest.fixture
def opened(tmp_path):
    """An index in a temporary folder."""
    return Index(embedding(), embedded(tmp_path / "index", collection="recall"), lock=tmp_path / "lock")


@pytest.fixture
def store(tmp_path, make_model, make_benchmark, make_record, make_source):
    """Twelve models of two families on twelve benchmarks that all move together."""
    models = [
        make_model(f"{family}-{n}", family=family, released=dt.date(2024, n + 1, 1))
        for family in ("oak", "elm")
        for n in range(6)
    ]
    benchmarks = [make_benchmark(f"bench-{n}") for n in range(12)]
    records = [
        make_record(20.0 + 5 * m + b, model=model.id, benchmark=benchmark.id)
        for m, model in enumerate(models)
        for b, benchmark in enumerate(benchmarks)
    ]
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records)),
        sources=(make_source(),),
        models=tuple(models),
        benchmarks=tuple(benchmarks),
        records=tuple(records),
    )
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as there:
        there.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield there


def test_every_way_is_measured_in_every_state_of_knowledge(store, opened) -> None:
    found = measure(store, opened, as_of=AS_OF, questions=6, seed=0)
    assert len({(one.knowledge, one.way) for one in found}) == len(found) == 3 * 7
    for one in found:
        assert len(one.shares) == len(Wanted._fields)
        assert all(share is None or 0.0 <= share <= 1.0 for share in one.shares)
        assert one.questions == 6
    by_way = {one.way: one.shares for one in found if one.knowledge == "cell withheld"}
    assert by_way["nearest"][1] == 1.0
    assert by_way["hybrid, two queries"][1] > 0.5


def test_what_is_withheld_helps_nobody(store, opened) -> None:
    found = measure(store, opened, as_of=AS_OF, questions=4, seed=0)
    assert {one.shares[1:] for one in found if one.knowledge == "benchmark withheld"} == {(None, None)}
    assert {one.shares[0] for one in found if one.knowledge == "model withheld"} == {None}


def test_an_empty_store_is_told(tmp_path, opened) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as empty, pytest.raises(NotEnoughRecords):
        measure(empty, opened, as_of=AS_OF, questions=5, seed=0)


def test_speed_is_told_of_every_kind_of_work() -> None:
    found = measure_speed(records=300, seed=0, embeddings="wordllama")
    assert {"search", "keyword", "filter", "aggregate"} < {one.what for one in found}
    assert all(one.milliseconds > 0.0 for one in found)
