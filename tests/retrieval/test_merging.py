"""Merging: one measurement is one hit, and settings that differ are not one measurement."""

from __future__ import annotations

import datetime as dt

import pytest

from records.search import Where
from records.setting import Setting
from retrieval.merging import Hit, merged, near_duplicates


def test_the_same_number_under_settings_that_agree_is_one_measurement(make_record) -> None:
    one = make_record(70.43, setting=Setting(shots=5))
    assert near_duplicates(one, make_record(70.4, setting=Setting(harness="lm-eval"), source="source-b"))
    assert near_duplicates(make_record(112_000.0), make_record(111_999.0, source="source-b"))


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 70.6},
        {"setting": Setting(shots=0)},
        {"model": "model-b"},
        {"benchmark": "bench-b"},
        {"metric": "f1"},
    ],
)
def test_another_value_setting_cell_or_metric_is_another_measurement(make_record, fields) -> None:
    usual = {"value": 70.43, "setting": Setting(shots=5)}
    assert not near_duplicates(make_record(**usual), make_record(**usual | fields))


def test_the_original_stands_for_its_copies_at_the_place_of_the_first(make_record) -> None:
    original = make_record(50.0)
    copy = make_record(50.9, source="source-b", duplicate_of=original.id)
    other = make_record(10.0, model="model-b")
    found = merged([Hit(0, 1.0, copy), Hit(1, 0.9, other), Hit(2, 0.8, original)], limit=5)
    assert [(hit.record.id, hit.merged) for hit in found] == [(original.id, (copy.id,)), (other.id, ())]


def test_no_more_is_read_than_it_takes(make_record) -> None:
    hits = iter([Hit(n, 1.0, make_record(float(n))) for n in range(50)])
    assert len(merged(hits, limit=3)) == 3
    assert len(list(hits)) == 46


def test_models_and_benchmarks_are_never_merged() -> None:
    assert len(merged([Hit(7, 1.0), Hit(8, 1.0)], limit=5)) == 2


def test_a_search_gives_one_hit_for_a_record_and_its_copy(planted, open_index, tmp_path) -> None:
    search = open_index(folder=tmp_path).on(planted.history(as_of=dt.date(2025, 6, 1)))
    [hit] = search.filter(Where(models=("oak-1",), benchmarks=("algebra",)))
    assert hit.record.duplicate_of == ""
    assert len(hit.merged) == 1
    assert "1 more reports" in hit.text
