"""What is kept beside a history for finding near records says what reckoning anew would say."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from records.batch import Batch, ImportReport
from records.store import Store
from retrieval.near import MOST, Kept, Near, near
from retrieval.nearest import NearestRecords

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def history(tmp_path_factory, make_model, make_benchmark, make_record, make_source):
    """Models of which all, some and none of the facts are known; each has a few scores."""
    told = itertools.product((None, dt.date(2024, 3, 1), dt.date(2025, 2, 1)), (None, 7.0, 70.5), (None, True, False))
    models = tuple(
        make_model(f"m-{i}", released=released, params_b=size, reasoning=reasoning, family="oak" if i % 2 else "")
        for i, (released, size, reasoning) in enumerate(told)
    )
    benchmarks = tuple(make_benchmark(f"b-{j}") for j in range(6))
    records = tuple(
        make_record(value=10.0 + 2 * i + j, model=m.id, benchmark=b.id)
        for (i, m), (j, b) in itertools.product(enumerate(models), enumerate(benchmarks))
        if (i + j) % 4
    )
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records)),
        sources=(make_source("source-a"),),
        models=models,
        benchmarks=benchmarks,
        records=records,
    )
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('near') / 'store.db'}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened.history(as_of=TODAY)


def alike(one, other) -> float:
    """The same by hand, one pair at a time."""
    parts = [0.3]
    if one.released and other.released:
        parts = [np.exp(-abs((one.released - other.released).days) / 365.25)]
    if one.params_b:
        parts.append(np.exp(-abs(np.log(one.params_b / other.params_b))) if other.params_b else 0.3)
    if one.reasoning is not None and other.reasoning is not None:
        parts.append(1.0 if one.reasoning == other.reasoning else 0.3)
    return float(np.mean(parts))


def test_models_resemble_each_other_by_what_is_known_of_both(history) -> None:
    models = list(history.models.values())
    kept = Near(history)
    for one in models:
        assert kept.alike(one).tolist() == pytest.approx([alike(one, other) for other in models], abs=1e-15)


def test_a_history_is_kept_once_and_answers_the_second_question_as_the_first(history, make_question) -> None:
    def asked():
        for model, benchmark in itertools.product(history.models.values(), history.benchmarks.values()):
            question = make_question(model=model, benchmark=benchmark, cell_known=True)
            yield NearestRecords().evidence(question, history)

    first = list(asked())
    assert near(history) is near(history)
    assert list(asked()) == first
    assert any(first)


def test_ids_that_the_history_does_not_show_are_left_out(history) -> None:
    shown = history.records["id"].iloc[0]
    found = Near(history).records([shown, "no-such-id"])
    assert found == {shown: history.record(shown)}


def test_what_askers_make_up_is_not_remembered_without_end() -> None:
    kept: Kept[int, str] = Kept()
    assert [kept.of(number, lambda: "made") for number in range(3 * MOST)] == ["made"] * 3 * MOST
    assert len(kept) <= MOST
    assert kept.of(3 * MOST - 1, lambda: "made again") == "made"
