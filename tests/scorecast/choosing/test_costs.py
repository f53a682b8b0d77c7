"""Costs as a file tells them: whole or by the item, for a model or for all, and every bad line told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from records.errors import DataError, UsageError
from scorecast.choosing.costs import Costs, costs_of


@pytest.fixture
def told(tmp_path, catalogue):
    def read(text: str, **more) -> Costs:
        path = tmp_path / "costs.csv"
        path.write_text(text, encoding="utf-8")
        return costs_of(catalogue, path, **more)

    return read


def test_without_a_file_everything_costs_one(catalogue, make_benchmark) -> None:
    assert costs_of(catalogue, None).of(make_benchmark()) == 1


def test_a_model_has_its_own_cost_and_the_others_that_of_all(told, catalogue) -> None:
    costs = told("benchmark,model,cost\nGPQA Diamond,,0.10\nGPQA Diamond,o3 (high),12.50\n")
    gpqa = catalogue.benchmark("gpqa_diamond")
    assert costs.of(gpqa, "o3-high") == Decimal("12.50")
    assert costs.of(gpqa, "deepseek-r1") == Decimal("0.10")
    assert costs.of(catalogue.benchmark("aime_2024")) is None


def test_an_item_costs_what_the_file_says_or_what_is_said_beside_it(catalogue, make_benchmark) -> None:
    forty = make_benchmark("forty", items=40)
    costs = Costs({("", "other"): Decimal(3)}, Decimal("0.05"))
    assert costs.of(forty) == Decimal("2.00")
    assert costs.of(make_benchmark("untold")) is None
    assert costs_of(catalogue, None, per_item="0.1").of(forty) == Decimal("4.0")


def test_every_bad_line_is_told_at_once(told) -> None:
    with pytest.raises(DataError) as error:
        told(
            "benchmark,cost,per_item\nGPQA Diamond,2,\nnowhere,3,\naime_2024,cheap,\n"
            "swe_bench_verified,1,1\narena,,0.2\n"
        )
    said = str(error.value)
    assert "4 bad line(s)" in said
    assert "line 2" not in said
    assert all(f"line {number}:" in said for number in (3, 4, 5, 6))


@pytest.mark.parametrize("text", ["\n", "benchmark\nx\n", "benchmark,price\nx,3\n", "cost\n3\n"])
def test_a_file_without_the_columns_is_refused(told, text) -> None:
    with pytest.raises(DataError, match="needs the columns"):
        told(text)


def test_what_is_no_text_and_no_number_is_refused(tmp_path, catalogue) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes(b"benchmark,cost\n\xff\xfe,1\n")
    with pytest.raises(DataError, match="UTF-8"):
        costs_of(catalogue, path)
    with pytest.raises(UsageError, match="The cost of an item"):
        costs_of(catalogue, None, per_item="dear")
