"""Prices: hand-worked costs, whose row wins, and no guess where no row fits."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.access.prices import PACKAGED, Price, price_of, read_prices
from agent.access.usage import Usage, bytes_of, read_usage, tokens_in_bytes, worst_prompt
from records.errors import DataError

PRICE = Price(host="*", model="m", prompt=2.0, cached_prompt=0.5, completion=8.0, listed=dt.date(2026, 1, 1))
HEAD = "host,model,prompt,cached_prompt,completion,listed,source\n"


def test_a_reply_costs_what_hand_and_table_say():
    assert PRICE.of(Usage(prompt=1000, cached_prompt=400, completion=50)) == pytest.approx(0.0018)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 1))
def test_no_reply_costs_more_than_its_worst_case(prompt, completion, share):
    usage = Usage(prompt=prompt, cached_prompt=int(share * prompt), completion=completion)
    assert PRICE.of(usage) <= PRICE.worst(prompt=prompt, completion=completion) + 1e-12


def test_the_packaged_table_reads_and_tells_source_and_day():
    rows = read_prices(PACKAGED)
    assert len(rows) > 10
    assert all(row.source and row.listed > dt.date(2026, 1, 1) and 0 < row.prompt < row.completion for row in rows)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("gpt-4o", 2.5),
        ("gpt-4o-mini", 0.15),
        ("gpt-4o-mini-2024-07-18", 0.15),
        ("gpt-4o-2024-08-06", 2.5),
        ("gpt-5-mini", 0.25),
    ],
)
def test_dated_names_have_the_price_of_their_model(model, prompt):
    price = price_of(model, host="api.openai.com", own=None)
    assert price is not None
    assert price.prompt == prompt


@pytest.mark.parametrize(
    ("model", "host"),
    [("gpt-5-pro", "api.openai.com"), ("gpt-4o", "127.0.0.1:8000"), ("gpt-4o-audio", "api.openai.com")],
)
def test_a_model_or_host_in_no_row_has_no_price(model, host):
    assert price_of(model, host=host, own=None) is None


def test_the_users_rows_win_and_the_longest_pattern_among_them(tmp_path):
    own = tmp_path / "prices.csv"
    own.write_text(HEAD + "*,gpt-*,9,9,9,2026-02-02,\n*,gpt-4o*,7,7,7,2026-02-02,\n")
    assert [price_of(m, host="api.openai.com", own=own).prompt for m in ("gpt-4o", "gpt-9")] == [7.0, 9.0]
    assert price_of("o3", host="api.openai.com", own=own).prompt == 2.0
    assert price_of("o3", host="api.openai.com", own=tmp_path / "missing.csv").prompt == 2.0


@pytest.mark.parametrize("row", ["*,m,dear,1,1,2026-01-01,", "*,m,-1,1,1,2026-01-01,", "*,m,1,1,1,soon,", "*,m"])
def test_a_wrong_row_is_named_by_its_line(tmp_path, row):
    own = tmp_path / "prices.csv"
    own.write_text(HEAD + f"*,ok,1,1,1,2026-01-01,\n{row}\n")
    with pytest.raises(DataError, match=r"prices\.csv, line 3: .*Columns: host, model"):
        read_prices(own)


@pytest.mark.parametrize(
    "told", [None, {}, "many", {"prompt_tokens": -1, "completion_tokens": 2}, {"prompt_tokens": 3}]
)
def test_usage_that_makes_no_sense_is_estimated_and_marked(told):
    usage = read_usage(told, request_bytes=400, reply_bytes=40)
    assert usage == Usage(prompt=100, completion=10, estimated=True)


def test_usage_keeps_cached_and_reasoning_tokens():
    told = {
        "prompt_tokens": 90,
        "completion_tokens": 40,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }
    assert read_usage(told, request_bytes=1, reply_bytes=1) == Usage(
        prompt=90, completion=40, cached_prompt=64, reasoning=30
    )


@given(st.text())
def test_the_worst_prompt_is_more_than_the_estimate(text):
    size = bytes_of({"content": text})
    assert worst_prompt(size) > tokens_in_bytes(size)
