"""Search: near in meaning and in words first, conditions exact, hits dated, sourced and merged."""

from __future__ import annotations

import datetime as dt

import pytest

from records.errors import UnknownName, UsageError
from records.search import PassageKind, Where

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def search(planted, open_index, tmp_path_factory):
    """Search all that is public today."""
    return open_index(folder=tmp_path_factory.mktemp("search")).on(planted.history(as_of=TODAY))


def records_of(passages):
    """Return the records among some hits."""
    return [p.record for p in passages if p.record]


@pytest.mark.parametrize("way", ["search", "keyword"])
def test_of_all_records_that_of_the_named_model_and_benchmark_comes_first(search, way: str) -> None:
    first, *_ = records_of(getattr(search, way)("Oak 3 on geometry"))
    assert first.cell == ("oak-3", "geometry")


@pytest.mark.parametrize("way", ["search", "keyword", "semantic"])
def test_what_a_benchmark_asks_brings_the_benchmark_first(search, way: str) -> None:
    first, *_ = getattr(search, way)("triangles circles")
    assert first.id == "benchmark:geometry"


def test_every_record_hit_is_dated_and_sourced_and_the_most_relevant_comes_first(search) -> None:
    found = search.search("Oak geometry lm-eval", limit=30)
    assert len(found) == 30
    assert [p.relevance for p in found] == sorted((p.relevance for p in found), reverse=True)
    for passage in found:
        if passage.kind is PassageKind.RECORD:
            assert passage.record is not None
            assert passage.published == passage.record.published
            assert passage.source == passage.record.source
            assert str(passage.published) in passage.text


def test_a_setting_is_found_by_its_words(search) -> None:
    first, *_ = search.search("10 shots lm-eval", where=Where(models=("oak-0",)), limit=1)
    assert first.kind is PassageKind.SETTING or first.record.setting.shots == 10


@pytest.mark.parametrize("query", ["", "   ", "\u200b\u0007"])
def test_an_empty_query_is_refused(search, query: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        search.search(query)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_is_bounded(search, limit: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 100"):
        search.filter(Where(), limit=limit)


def test_words_that_nothing_holds_find_nothing(search) -> None:
    assert search.keyword("xylophone") == ()


def test_names_are_described_in_any_spelling(search) -> None:
    assert search.describe_model("OAK-3").id == "model:oak-3"
    assert "8B parameters" in search.describe_model("Oak 3").text
    assert search.describe_benchmark("Dictation").id == "benchmark:dictation"
    assert "lower is better" in search.describe_benchmark("dictation").text


def test_an_unknown_name_offers_near_ones(search) -> None:
    with pytest.raises(UnknownName, match="oak-3"):
        search.describe_model("oak 33")
    with pytest.raises(UnknownName, match="algebra"):
        search.filter(Where(benchmarks=("algebras",)))
