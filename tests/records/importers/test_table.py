"""Tables through a mapping: bad rows are refused one by one, the others are taken."""

import datetime as dt
import json

import pandas as pd
import pytest

from records.errors import ImportRefused
from records.importers import Mapping
from records.importers.detect import detect
from records.importers.rows import read_rows
from records.source import DateBasis

ORIGIN = {"id": "shelf", "name": "Shelf", "snapshot": "2026-03-01"}
WIDE = {"source": ORIGIN, "model": "model", "scores": {"quiz": {"benchmark": "Quiz", "scale": "percent"}}}
LONG = {"source": ORIGIN, "model": "model", "benchmark": "bench", "value": "score", "scale": "fraction"}


@pytest.fixture
def import_text(tmp_path, import_file):
    def run(text, mapping, name="table.csv", **changes):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return import_file(path, mapping=Mapping.model_validate(mapping | changes))

    return run


def test_a_wide_table_gives_a_record_for_each_score(import_text):
    batch = import_text("\ufeffmodel,quiz\nTiny 7B,71.5\nBig,60\nNone told,\n", WIDE)
    assert {(r.model, r.value, r.published, r.date_basis) for r in batch.records} == {
        ("tiny-7b", 71.5, dt.date(2026, 3, 1), DateBasis.SNAPSHOT),
        ("big", 60.0, dt.date(2026, 3, 1), DateBasis.SNAPSHOT),
    }
    assert batch.report.skipped == {"blank cells": 1}


def test_a_long_table_reads_fractions_as_the_mapping_says(import_text):
    (record,) = import_text("model,bench,score\nTiny 7B,Quiz,0.715\n", LONG).records
    assert record.value == 71.5


def test_bad_cells_are_refused_with_row_and_column_and_the_rest_is_taken(import_text):
    batch = import_text("model,quiz\nTiny 7B,71.5\nBig,high\n,50\nHuge,171\n", WIDE)
    assert batch.report.taken == 1
    assert [(r.where.partition(": ")[2], r.value) for r in batch.report.refused] == [
        ("row 3, column quiz", "high"),
        ("row 4, column quiz", "50.0"),
        ("row 5, column quiz", "171.0"),
    ]


@pytest.mark.parametrize(
    ("scale", "cell", "value"),
    [
        ("percent", "71.5", 71.5),
        ("percent", "71.5%", 71.5),
        ("text-percent", "71.5 %", 71.5),
        ("text-percent", "71.5", None),
        ("fraction", "0.715", 71.5),
        ("fraction", "71.5%", None),
        ("fraction", "71.5", None),
        ("native", "71.5", 71.5),
        ("percent", "1e2", 100.0),
        ("percent", "1,5", None),
        ("percent", "inf", None),
        ("percent", "0x10", None),
        ("percent", "=1+1", None),
    ],
)
def test_a_cell_is_a_number_in_the_declared_habit_or_refused(import_text, scale, cell, value):
    mapping = WIDE | {"scores": {"quiz": {"benchmark": "Quiz", "scale": scale}}}
    batch = import_text(f'model,quiz\nTiny 7B,"{cell}"\n', mapping)
    assert [r.value for r in batch.records] == ([] if value is None else [value])
    assert len(batch.report.refused) == (value is None)


def test_without_a_scale_nothing_is_guessed(import_text):
    report = import_text("model,quiz\nTiny 7B,0.5\n", WIDE | {"scores": {"quiz": {"benchmark": "Quiz"}}}).report
    assert "does not say the scale" in report.refused[0].reason


def test_an_unknown_benchmark_is_refused_once_with_its_number_of_scores(import_text):
    report = import_text("model,bench,score\nA,Riddle,0.1\nB,Riddle,0.2\nB,Quiz,0.3\n", LONG).report
    assert report.taken == 1
    assert ["'Riddle' is unknown" in r.reason and "(2 scores)" in r.reason for r in report.refused] == [True]


def test_an_unknown_benchmark_is_made_when_the_mapping_describes_its_metric(import_text):
    described = {"Riddle": {"benchmark": "Riddle", "metric": {"name": "f1"}}}
    batch = import_text("model,bench,score\nA,Riddle,0.1\n", LONG, benchmarks=described)
    assert [(b.id, b.metric.name) for b in batch.benchmarks] == [("riddle", "f1")]


def test_a_described_metric_that_is_not_the_headline_is_kept_apart(import_text):
    described = {"Quiz": {"benchmark": "Quiz", "metric": {"name": "f1"}}}
    (record,) = import_text("model,bench,score\nA,Quiz,0.1\n", LONG, benchmarks=described).records
    assert (record.benchmark, record.metric) == ("quiz", "f1")


def test_rows_are_kept_or_not_as_the_rules_say(import_text):
    rules = [{"column": "kind", "equals": ["full"]}, {"column": "model", "not_equals": ["Broken"]}]
    batch = import_text("model,kind,quiz\nA,full,1\nB,part,2\nBroken,full,3\n", WIDE, keep=rules)
    assert [r.model for r in batch.records] == ["a"]
    assert batch.report.skipped == {"rows that the mapping does not keep": 2}


def test_dates_follow_their_format_and_wrong_ones_are_refused(import_text):
    when = {"column": "when", "format": "%d.%m.%Y"}
    batch = import_text("model,when,quiz\nA,02.01.2026,1\nB,2026-01-02,2\nC,,3\n", WIDE, published=when)
    assert {(r.model, r.published, r.date_basis) for r in batch.records} == {
        ("a", dt.date(2026, 1, 2), DateBasis.REPORTED),
        ("c", dt.date(2026, 3, 1), DateBasis.SNAPSHOT),
    }
    assert "does not fit %d.%m.%Y" in batch.report.refused[0].reason


def test_effort_settings_items_errors_and_links_come_from_their_columns(import_text):
    columns = {
        "effort": "think",
        "items": "n",
        "standard_error": "",
        "url": "link",
        "setting_columns": {"shots": "shots", "harness": "tool"},
        "scores": {"quiz": {"benchmark": "Quiz", "scale": "percent", "standard_error": "se"}},
    }
    text = "model,think,n,se,link,shots,tool,quiz\nTiny 7B,high,400,2.0,https://example.org/x,5-shot,ours,50\n"
    (record,) = import_text(text, WIDE, **columns).records
    assert (record.model, record.items, record.standard_error) == ("tiny-7b-high", 400, 2.0)
    assert record.setting.told() == {"shots": 5, "effort": "high", "harness": "ours"}
    assert record.url == "https://example.org/x"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"model": "A", "s": {"quiz": 1}}\n{"model": "B", "s": {"quiz": 2}}\n'),
        ("a.json", '[{"model": "A", "s": {"quiz": 1}}, {"model": "B", "s": {"quiz": 2}}]'),
        ("a.yml", "- model: A\n  s: {quiz: 1}\n- model: B\n  s:\n    quiz: 2\n"),
        ("a.tsv", "model\ts.quiz\nA\t1\nB\t2\n"),
        ("no-ending", "model;s.quiz\nA;1\nB;2\n"),
    ],
)
def test_every_kind_of_table_gives_the_same_records(import_text, name, text):
    mapping = WIDE | {"scores": {"s.quiz": {"benchmark": "Quiz", "scale": "percent"}}}
    assert {(r.model, r.value) for r in import_text(text, mapping, name).records} == {("a", 1.0), ("b", 2.0)}


def test_the_keys_of_an_object_of_objects_are_a_column(import_text):
    mapping = WIDE | {"model": "@key"}
    assert import_text(json.dumps({"A": {"quiz": 1}}), mapping).records[0].model == "a"


def test_parquet_is_read_with_its_missing_cells(tmp_path, import_file):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"model": ["A", "B"], "quiz": [1.5, None]}).to_parquet(path)
    batch = import_file(path, mapping=Mapping.model_validate(WIDE))
    assert [(r.model, r.value) for r in batch.records] == [("a", 1.5)]


@pytest.mark.parametrize("keep", [4, 50, 300])
def test_a_truncated_parquet_file_is_refused(tmp_path, import_file, keep):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"model": ["A"], "quiz": [1.5]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ImportRefused, match="damaged Parquet file"):
        import_file(path, mapping=Mapping.model_validate(WIDE))


def test_a_parquet_file_of_too_many_rows_is_refused_unread(tmp_path, import_file):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"model": pd.Series(["A"] * 2_100_000, dtype="category")}).to_parquet(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(ImportRefused, match="2100000 rows"):
        import_file(path, mapping=Mapping.model_validate(WIDE))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("model,quiz,quiz\nA,1,2\n", "'quiz' stands twice"),
        ("quiz\n1\n", "fewer than two columns"),
        ('model,quiz\nA,"1\n', "no sound CSV"),
        ("model,score\nA,1\n", "has no column 'quiz'"),
        ("[1, 2]", "entry 1 is no object"),
        ('{"a": 1}', "line 1 is no object|no column|no table"),
        ("- &a {model: x}\n- *a\n", "YAML alias"),
        ("- {model: x, model: y}\n", "stands twice"),
        ("- model: [\n", "not valid YAML at line"),
        ("model," + "x" * 5_000_000 + "\n", "has 5000006 characters"),
    ],
)
def test_what_is_no_sound_table_is_refused(import_text, text, reason):
    with pytest.raises(ImportRefused, match=reason):
        import_text(text, WIDE)


def test_a_row_that_is_longer_than_the_header_is_refused(import_text):
    batch = import_text("model,quiz\nA,1,2\nB,3\n", WIDE)
    assert [r.model for r in batch.records] == ["b"]
    assert "more cells than the header" in batch.report.refused[0].reason


def test_a_formula_is_just_a_name(import_text):
    batch = import_text("model,quiz\n=cmd|calc,1\n", WIDE)
    assert batch.models[0].name == "=cmd|calc"


def test_a_name_that_differs_by_a_sign_is_another_benchmark(import_text):
    names = ["Quiz", "Quiz+", "Quiz*", "Quiz!", "quiz"]
    described = {name: {"benchmark": name, "metric": {"name": "accuracy"}} for name in names}
    rows = "".join(f"A,{name},0.{n}\n" for n, name in enumerate(names, start=1))
    batch = import_text("model,bench,score\n" + rows, LONG, benchmarks=described)
    ids = [r.benchmark for r in batch.records]
    assert (ids[0], ids[1], ids[4], len(set(ids))) == ("quiz", "quiz+", "quiz", 4)


def test_names_without_latin_letters_stay_apart(import_text):
    batch = import_text("model,quiz\n模型一,1\n模型二,2\n", WIDE)
    assert len({m.id for m in batch.models}) == 2


def test_a_spreadsheet_is_refused_with_what_to_do(tmp_path) -> None:
    path = tmp_path / "scores.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(64))
    for read in (read_rows, detect):
        with pytest.raises(ImportRefused, match=r"saved? .*as CSV in UTF-8"):
            read(path)
