"""Aggregates: figures by hand, copies counted once, and no mixture of scales."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import UnknownName, UsageError
from records.search import GroupBy, Where

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def search(planted, open_index, tmp_path_factory):
    """Search all that is public today."""
    return open_index(folder=tmp_path_factory.mktemp("aggregates")).on(planted.history(as_of=TODAY))


def test_figures_of_a_benchmark_are_those_worked_out_by_hand(search) -> None:
    [told] = search.aggregate(Where(benchmarks=("poems",)))
    assert (told.count, told.models, told.benchmarks, told.group) == (10, 10, 1, "")
    assert told.quantiles[0.0] == 32.0
    assert told.quantiles[0.5] == 50.0
    assert told.quantiles[1.0] == told.best == 68.0
    assert search.history.record(told.best_record).model == "elm-4"


def test_the_best_error_rate_is_the_lowest(search) -> None:
    [told] = search.aggregate(Where(benchmarks=("dictation",)))
    assert told.best == told.quantiles[0.0] == 4.5


def test_a_copy_counts_once(search) -> None:
    [told] = search.aggregate(Where(models=("oak-1",), benchmarks=("algebra",)))
    assert told.count == 1


def test_the_trend_is_the_change_a_year_of_release(search) -> None:
    [told] = search.aggregate(Where(families=("oak", "elm"), benchmarks=("poems",)))
    days = np.array([dt.date(2024, month, day).toordinal() for day in (1, 15) for month in range(1, 6)])
    slope = np.polyfit(days / 365.25, [32.0 + 4.0 * m for m in range(10)], 1)[0]
    assert told.trend == pytest.approx(slope)
    assert search.aggregate(Where(models=("oak-1", "oak-2"), benchmarks=("poems",)))[0].trend is None


def test_releases_of_a_few_months_make_no_trend(search) -> None:
    [told] = search.aggregate(Where(families=("oak",), benchmarks=("poems",)))
    assert (told.count, told.trend) == (5, None)


def test_groups_come_largest_first_and_add_up(search) -> None:
    families = search.aggregate(Where(benchmarks=("algebra",)), by=GroupBy.FAMILY)
    assert [f.group for f in families] == ["oak", "elm"]
    assert sum(f.count for f in families) == search.aggregate(Where(benchmarks=("algebra",)))[0].count


@pytest.mark.parametrize("by", list(GroupBy))
def test_every_grouping_counts_every_record_once(search, by) -> None:
    where = Where(domains=("mathematics", "writing"))
    groups = search.aggregate(where, by=by, limit=100)
    assert sum(group.count for group in groups) == search.aggregate(where)[0].count


def test_percent_of_several_benchmarks_is_one_scale_and_a_rating_is_its_own(search) -> None:
    [told] = search.aggregate(Where(benchmarks=("algebra", "poems")))
    assert told.benchmarks == 2
    with pytest.raises(UsageError, match=r"rating of arena.*group by benchmark"):
        search.aggregate(Where(benchmarks=("algebra", "arena")))
    with pytest.raises(UsageError, match="lower is better"):
        search.aggregate(Where(benchmarks=("algebra", "dictation")))
    assert len(search.aggregate(Where(), by=GroupBy.BENCHMARK)) == 6


def test_nothing_under_the_conditions_is_no_group(search) -> None:
    assert search.aggregate(Where(benchmarks=("poems",), published_to=dt.date(2020, 1, 1))) == ()


@given(
    low=st.floats(0.5, 20.0),
    days=st.integers(0, 40),
    shots=st.sampled_from([0, 5, 10]),
    family=st.sampled_from(["oak", "Elm"]),
)
def test_conditions_mean_what_they_say(search, low, days, shots, family) -> None:
    since = dt.date(2025, 1, 1) + dt.timedelta(days=days)
    where = Where(families=(family,), params_b_from=low, published_from=since, setting={"shots": shots})
    found = {p.record.id for p in search.filter(where, limit=100)}
    frame, models = search.history.records, search.history.models
    meant = {
        row.id
        for row in frame.itertuples()
        if models[row.model].family == family.casefold()
        and (models[row.model].params_b or 0.0) >= low
        and row.published.date() >= since
        and row.shots == shots
    }
    assert found == meant


def test_conditions_on_models_hold(search) -> None:
    def models(**conditions):
        return {p.record.model for p in search.filter(Where(benchmarks=("poems",), **conditions), limit=100)}

    assert models(reasoning=True) == {"oak-3", "oak-4"}
    assert models(organisations=("nursery",)) == {f"elm-{i}" for i in range(5)}
    assert models(released_to=dt.date(2024, 1, 31)) == {"oak-0", "elm-0"}
    assert models(params_b_to=1.0) == {"oak-0", "elm-0"}
    assert models(sources=("source-a",), models=("Oak 2",)) == {"oak-2"}


def test_a_metric_that_is_named_is_looked_for_and_the_headline_otherwise(search) -> None:
    assert {p.record.benchmark for p in search.filter(Where(metrics=("Rating",)), limit=100)} == {"arena"}
    assert search.filter(Where(metrics=("bleu",))) == ()


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Where(families=("oaks",)), "nearest known: oak"),
        (Where(domains=("math",)), "mathematics"),
        (Where(organisations=("Arboretums",)), "Arboretum"),
        (Where(setting={"temperature": 0}), "no field temperature; it has shots"),
    ],
)
def test_a_condition_that_nothing_could_meet_says_what_could(search, where, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        search.filter(where)
    with pytest.raises(UnknownName):
        search.aggregate(where.model_copy(update={"models": ("nobody",), "families": ()}))


def test_a_filter_gives_the_newest_first(search) -> None:
    dates = [p.published for p in search.filter(Where(), limit=100)]
    assert dates == sorted(dates, reverse=True)
