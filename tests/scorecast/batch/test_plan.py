"""Plans: every fault of every row is told at once with its place; what is sound asks what a single forecast asks."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import UsageError
from records.importers.rows import Row, Rows
from records.job import ItemState
from scorecast.batch.plan import MOST_ITEMS, frame_rows, grid, plan_file, read_plan, table_of
from scorecast.questions.planned import plan

TODAY = dt.date(2025, 6, 1)
TEXT = "Which lemma follows? Proofs in words, graded by experts."


@pytest.fixture(scope="session")
def read(catalogue):
    """Read rows given as mappings."""

    def reading(*rows: dict[str, object], **how):
        return read_plan(table_of(rows), catalogue, name="plan.csv", today=TODAY, **how)

    return reading


def test_a_row_asks_what_the_same_options_ask(read, catalogue) -> None:
    told = read({"model": "Qwen3 32B", "benchmark": "GPQA Diamond", "shots": 5.0, "as_of": "2025-05-30", "run": "a"})
    asked = plan(
        catalogue,
        model="qwen3-32b",
        benchmark="gpqa_diamond",
        as_of=dt.date(2025, 5, 30),
        today=TODAY,
        setting=["shots=5"],
    )
    assert told.items[0].question == asked
    assert told.items[0].typed["run"] == "a"
    assert told.faults == ()


def test_columns_are_known_in_any_case_and_keep_their_names_in_the_output(read) -> None:
    told = read({"Model": "gpt-4.1", "BENCHMARK": "aime_2024", "As of": "2025-05-30", "Threshold": 50})
    assert told.items[0].question.as_of == dt.date(2025, 5, 30)
    assert told.items[0].threshold == 50.0
    assert set(told.items[0].typed) == {"Model", "BENCHMARK", "As of", "Threshold"}
    assert told.remarks == ()
    two = read({"model": "gpt-4.1", "Model": "mine", "benchmark": "aime_2024"})
    assert two.items[0].question.model.id == "gpt-4.1"


def test_rows_have_the_numbers_of_a_spreadsheet_and_empty_ones_ask_nothing(tmp_path, catalogue) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("\ufeffmodel;benchmark\r\n\r\n;\r\ngpt-4.1;nonsense\r\n; ;\r\n", encoding="utf-8")
    told = read_plan(plan_file(path), catalogue, name="plan.csv", today=TODAY)
    assert [fault.where for fault in told.faults] == ["row 4"]
    assert len(told.items) == 1


def test_all_faults_of_all_rows_are_told_with_row_column_value_and_near_names(read) -> None:
    told = read(
        {"model": "Qwen3 23B", "benchmark": "GPQA", "threshold": "many", "as_of": "soon", "shots": "few"},
        {"model": "gpt-4.1", "benchmark": "gpqa_diamond", "threshold": 140, "as_of": "2031-01-01"},
        {"model": "", "benchmark": None},
        {"model": "gpt-4.1", "benchmark": "aime_2024"},
    )
    found = {(fault.where, fault.column): fault for fault in told.faults}
    assert set(found) == {
        *(("row 1", column) for column in ("model", "benchmark", "threshold", "as_of", "shots")),
        ("row 2", "as_of"),
        *(("row 3", column) for column in ("model", "benchmark")),
    }
    assert "qwen3-32b" in found["row 1", "model"].reason
    assert "gpqa_main" in found["row 1", "benchmark"].reason
    assert found["row 1", "threshold"].value == "many"
    assert [item.state for item in told.items] == [*[ItemState.REFUSED] * 3, ItemState.OPEN]


def test_a_threshold_that_cannot_be_reached_is_a_fault(read) -> None:
    [fault] = read({"model": "gpt-4.1", "benchmark": "gpqa_diamond", "threshold": 140}).faults
    assert (fault.column, fault.value) == ("threshold", "140")
    assert "between 0 and 100" in fault.reason


def test_own_models_and_benchmarks_are_asked_about_by_what_is_told_of_them(read) -> None:
    told = read(
        {"model": "my model", "benchmark": "gpqa_diamond", "params_b": 32, "known": "aime_2024=40; gpqa_main=50"},
        {"model": "gpt-4.1", "benchmark": "Loom Proofs", "description": TEXT, "chance": 0.0, "metric": "error-rate"},
        {"model": "gpt-4.1", "benchmark": "aime_2024", "params_b": 1000, "description": TEXT},
    )
    assert told.faults == ()
    first, second, third = (item.question for item in told.items)
    assert (first.model.params_b, {r.benchmark: r.value for r in first.known}) == (
        32.0,
        {"aime_2024": 40.0, "gpqa_main": 50.0},
    )
    assert (second.benchmark.id, second.metric.higher_is_better) == ("loom_proofs", False)
    assert third.model.params_b is None
    assert sorted(remark.split("'")[1] for remark in told.remarks) == ["description", "params_b"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"model": "my model", "benchmark": "gpqa_diamond", "known": "gpqa_diamond=50"}, "known"),
        ({"model": "my model", "benchmark": "gpqa_diamond", "known": "aime_2024=500"}, "known"),
        ({"model": "my model", "benchmark": "gpqa_diamond", "params_b": "big"}, "params_b"),
        ({"model": "my model", "benchmark": "gpqa_diamond", "released": "then"}, "released"),
        ({"model": "gpt-4.1", "benchmark": "Loom Proofs", "description": "short"}, "benchmark"),
        ({"model": "gpt-4.1", "benchmark": "Loom Proofs", "description": TEXT, "metric": "smiles"}, "metric"),
        ({"model": "gpt-4.1", "benchmark": "Loom Proofs", "description": TEXT, "items": 1.5}, "items"),
        ({"model": "o3-high", "benchmark": "gpqa_diamond", "effort": "medium"}, "effort"),
        ({"model": "gpt-4.1", "benchmark": "gpqa_diamond", "shots": -1}, "shots"),
        ({"model": "gpt-4.1", "benchmark": "gpqa_diamond", "note": "x" * 2_000}, "note"),
    ],
)
def test_what_cannot_be_is_told_of_its_column(read, row, column) -> None:
    [fault] = read(row).faults
    assert fault.column == column
    assert "--" not in fault.reason


def test_a_column_that_is_nearly_known_is_remarked_on(read) -> None:
    told = read({"model": "gpt-4.1", "benchmark": "gpqa_diamond", "treshold": 60, "run": 1})
    assert ["treshold" in remark and "threshold" in remark for remark in told.remarks] == [True]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((), "no rows"),
        (({"model": "x"},), "no column benchmark"),
        (({"model": "x", "benchmark": "y", "median": 1},), "rename"),
    ],
)
def test_what_is_no_plan_is_refused_as_a_whole(read, rows, says) -> None:
    with pytest.raises(UsageError, match=says):
        read(*rows)


def test_plans_have_a_size_that_is_told(catalogue) -> None:
    row = Row("row 1", {"model": "gpt-4.1", "benchmark": "aime_2024"})
    with pytest.raises(UsageError, match="100,000"):
        read_plan(Rows(("model", "benchmark"), (row,) * (MOST_ITEMS + 1)), catalogue, name="p", today=TODAY)
    with pytest.raises(UsageError, match="100,000"):
        grid(["m"] * 400, ["b"] * 400, {})


def test_a_grid_combines_everything_in_order() -> None:
    rows = grid(["a", "b"], ["x", "y"], {"shots": ["0", "5"]}).rows
    assert [tuple(row.cells.values()) for row in rows[:3]] == [("a", "x", "0"), ("a", "x", "5"), ("a", "y", "0")]
    assert len(rows) == 8
    with pytest.raises(UsageError, match="both"):
        grid(["a"], [], {})


def test_a_data_frame_reads_as_the_same_rows_do(read, catalogue) -> None:
    rows = [
        {"model": "gpt-4.1", "benchmark": "aime_2024", "shots": 5, "as_of": "2025-05-01"},
        {"model": "o3-low", "benchmark": "arena"},
    ]
    frame = pd.DataFrame(rows).assign(as_of=lambda f: pd.to_datetime(f["as_of"]))
    told = read_plan(frame_rows(frame), catalogue, name="frame", today=TODAY)
    assert [i.question for i in told.items] == [i.question for i in read(*rows).items]


def test_the_digest_tells_plans_apart_and_days_not(catalogue) -> None:
    def digest(cell: object, day: dt.date = TODAY, **how) -> str:
        rows = table_of([{"model": "gpt-4.1", "benchmark": "aime_2024", "run": cell}])
        return read_plan(rows, catalogue, name="p", today=day, **how).digest

    assert digest(1) == digest(1, dt.date(2025, 7, 1))
    assert len({digest(1), digest("1"), digest(2), digest(1, withhold=True), digest(1, as_of=TODAY)}) == 5


CELL = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.dates()
    | st.lists(st.integers())
)
COLUMN = st.sampled_from(
    ["model", "benchmark", "threshold", "as_of", "known", "shots", "params_b", "description", "run"]
)


@given(st.lists(st.dictionaries(COLUMN, CELL), min_size=1, max_size=4))
def test_no_cell_breaks_the_reading(catalogue, rows) -> None:
    whole = [{"model": None, "benchmark": None} | row for row in rows]
    told = read_plan(table_of(whole), catalogue, name="p", today=TODAY)
    for item in told.items:
        assert (item.question is None) == (item.state is ItemState.REFUSED) == bool(item.reason)
