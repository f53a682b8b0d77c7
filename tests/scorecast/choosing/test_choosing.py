"""Choosing on the user's records: pools, known cells, variants, targets and what cannot be asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.subset import Way
from predictors.joint import JointProcess, predictor
from records.errors import NotEnoughRecords, UsageError
from scorecast.choosing.benchmarks import (
    Subject,
    Wishes,
    choose_subset,
    new_release,
    pool,
    published_cards,
)
from scorecast.choosing.cells import Kind, Wanted, choose_cells
from scorecast.choosing.costs import Costs
from scorecast.questions.planned import OwnModel, subject_of

TODAY = date(2025, 6, 1)


@pytest.fixture(scope="module")
def history(store):
    return store.history(as_of=TODAY)


@pytest.fixture(scope="module")
def process(history):
    return JointProcess.of(predictor().fit(history))


@pytest.fixture(scope="module")
def everything(history):
    return pool(history, least=2)


def chosen(process, history, benchmarks, subject=None, **more):
    wishes = {name: more.pop(name) for name in list(more) if name in Wishes.__dataclass_fields__}
    found = choose_subset(process, history, benchmarks, Wishes(**wishes), subject=subject or new_release(TODAY), **more)
    return found, [found.benchmarks[pick.item].id for pick in found.found.picks]


@pytest.mark.parametrize("way", [Way.ERROR, Way.INFORMATION, Way.CLUSTERS])
def test_variants_of_a_benchmark_are_not_chosen_together(process, history, everything, way) -> None:
    _, names = chosen(process, history, everything, size=6, way=way)
    assert len({"gpqa_diamond", "gpqa_main"} & set(names)) == 1
    assert len(names) == 5


def test_what_the_model_has_scores_on_is_left_out(process, history, everything) -> None:
    record = history.records.iloc[0]
    subject = Subject(history.models[record["model"]])
    found, _ = chosen(process, history, everything, subject, size=1)
    known = set(history.records[history.records["model"] == record["model"]]["benchmark"])
    assert known
    assert known.isdisjoint(b.id for b in found.benchmarks)


def test_a_planned_model_is_chosen_for_with_what_is_told_of_it(process, history, everything, catalogue) -> None:
    subject = Subject(
        *subject_of(
            catalogue,
            model="mine",
            as_of=TODAY,
            own=OwnModel(params_b=32.0, released=date(2025, 5, 1)),
            known=["swe_bench_verified=41"],
        )
    )
    found, names = chosen(process, history, everything, subject, size=2)
    assert "swe_bench_verified" not in {b.id for b in found.benchmarks}
    assert len(names) == 2


def test_costs_bound_the_choice_and_what_has_none_is_not_chosen(process, history, everything) -> None:
    told = {("", b.id): Decimal(cost) for b, cost in zip(everything, ("0.1", "0.2", "0.3", "0.4", "5"), strict=False)}
    found, names = chosen(process, history, everything, budget=Decimal("0.6"), costs=Costs(told))
    spent = sum((told["", name] for name in names), Decimal(0))
    assert names
    assert spent <= Decimal("0.6")
    assert set(found.costless) == {b.id for b in everything if ("", b.id) not in told}
    with pytest.raises(UsageError, match="its cost is not told"):
        chosen(process, history, everything, size=2, must=(found.costless[0],), costs=Costs(told))
    with pytest.raises(UsageError, match="not among what may be run"):
        chosen(process, history, everything, size=2, must=("nowhere",))


def test_texts_and_published_cards_are_two_more_ways_to_choose(process, history, everything) -> None:
    apart = process.unlike_texts(everything)
    assert apart.shape == (len(everything), len(everything))
    assert chosen(process, history, everything, size=1, way=Way.TEXTS, distances=apart)[1]
    cards = published_cards(history, everything)
    assert cards.shape[1] == len(everything)
    assert len(chosen(process, history, everything, size=2, published=True)[1]) == 2


def test_an_empty_or_a_tiny_pool_says_what_is_missing(process, history, everything) -> None:
    with pytest.raises(NotEnoughRecords, match="--least"):
        pool(history, least=500)
    with pytest.raises(NotEnoughRecords, match="at least 2"):
        chosen(process, history, everything[:1], size=1)


def cells(process, history, everything, kind, subjects, **more):
    wishes = {name: more.pop(name) for name in list(more) if name in Wishes.__dataclass_fields__}
    also = more.pop("also", ())
    wanted = Wanted(kind, tuple(subjects), **more)
    return choose_cells(process, history, everything, Wishes(**wishes), wanted=wanted, also=also)


def test_known_cells_are_not_measured_again(process, history, everything) -> None:
    subject = Subject(history.models["o3-high"])
    found = cells(process, history, everything, Kind.PROFILE, [subject], size=9)
    known = set(zip(history.records["model"], history.records["benchmark"], strict=True))
    offered = [found.cells[one.item] for one in found.found.ranking]
    assert offered
    assert not {(m.id, b.id) for m, b in offered} & known
    assert found.unit == "points"
    complete = max(history.models.values(), key=lambda m: (history.records["model"] == m.id).sum())
    mine = [b for b in everything if (complete.id, b.id) in known]
    with pytest.raises(NotEnoughRecords, match="nothing is left to measure"):
        cells(process, history, mine, Kind.PROFILE, [Subject(complete)], size=1)
    assert found.found.after < found.found.before


def test_a_profile_may_count_benchmarks_as_often_as_they_are_published(process, history, everything) -> None:
    plain, often = (
        cells(process, history, everything, Kind.PROFILE, [new_release(TODAY)], size=1, published=published)
        for published in (False, True)
    )
    assert plain.found.before != often.found.before


def test_a_threshold_may_rest_on_other_benchmarks_and_other_models(process, history, everything) -> None:
    own = Subject(new_release(TODAY).model)
    also = Subject(history.models["o3-high"])
    target = history.benchmarks["swe_bench_verified"]
    found = cells(
        process, history, everything, Kind.THRESHOLD, [own], also=[also], benchmark=target, at=40.0, size=3,
        barred=frozenset({target.id}),
    )  # fmt: skip
    names = {(found.cells[one.item][0].id, found.cells[one.item][1].id) for one in found.found.ranking}
    assert (own.model.id, target.id) not in names
    assert {model for model, _ in names} <= {own.model.id, "o3-high"}
    assert found.events == ("new-release scores at least 40 on swe_bench_verified",)
    assert 0 < found.found.chances[0] < 1
    assert found.found.after < found.found.before


def test_an_error_rate_is_reached_from_above(process, history, everything) -> None:
    own, errors = new_release(TODAY), history.benchmarks["speech_errors"]
    low, high = (
        cells(process, history, everything, Kind.THRESHOLD, [own], benchmark=errors, at=at, size=1)
        for at in (5.0, 95.0)
    )
    assert low.found.chances[0] < high.found.chances[0]
    assert "at most" in low.events[0]


def test_an_order_is_settled_by_running_what_is_not_known(process, history, everything) -> None:
    subjects = [new_release(TODAY), Subject(history.models["old-3"])]
    target = history.benchmarks["aime_2024"]
    found = cells(process, history, everything, Kind.ORDER, subjects, benchmark=target, size=2)
    assert found.events == ("new-release ahead of old-3",)
    assert found.found.chances[0] > 0.5  # dearer, later models score higher in this store
    first = found.cells[found.found.batch[0].item]
    assert (first[0].id, first[1].id) == ("new-release", "aime_2024")


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (Kind.PROFILE, {"at": 3.0}, "leave --benchmark and --threshold out"),
        (Kind.THRESHOLD, {}, "needs --benchmark"),
        (Kind.ORDER, {"benchmark": "aime_2024"}, "two models or more"),
        (Kind.THRESHOLD, {"benchmark": "aime_2024"}, "needs --threshold"),
        (Kind.THRESHOLD, {"benchmark": "aime_2024", "at": 120.0}, "impossible"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(process, history, everything, kind, more, said) -> None:
    told = {name: history.benchmarks[value] if name == "benchmark" else value for name, value in more.items()}
    with pytest.raises(UsageError, match=said):
        cells(process, history, everything, kind, [new_release(TODAY)], size=1, **told)
