"""Every rule: no question can see its answer, the seed decides, and each suite hides what its name says."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from eval.suites import RULES, Suite, make, rule
from eval.suites.ladder import LEVELS, with_traits
from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.errors import DataError, NotEnoughRecords, UsageError
from records.history import Exclusion, History
from records.model import Model
from records.question import Question
from records.record import Record
from records.source import DateBasis, Source
from records.store import Store

TODAY = dt.date(2025, 6, 1)
SMALL = {
    "new-model": {"newest": 4, "shown": [0, 1, 3]},
    "new-benchmark": {"benchmarks": 6, "shown": [0, 1, 3], "least": 2},
    "new-both": {"newest": 5, "benchmarks": 5, "shown": [0, 2]},
    "future": {"origins": 3},
    "family": {"families": 4, "folds": 2, "least": 5},
    "scale-up": {"ratios": [100, 10_000], "sizes": 3},
}


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    make_model: Callable[..., Model],
    make_benchmark: Callable[..., Benchmark],
    make_record: Callable[..., Record],
    make_source: Callable[..., Source],
) -> Iterator[Store]:
    """Eighteen models in five families, two of them efforts of one; twelve benchmarks, four of them kin."""
    models = [
        make_model(
            f"m{i:02d}",
            family=f"family {i % 5}" if i % 7 else "",
            params_b=None if i % 4 == 0 else 2.0 * 3**i / 3**9,
            base_model="m" if i in {3, 4} else "",
            released=dt.date(2024, 1, 10) + dt.timedelta(days=27 * i),
        )
        for i in range(18)
    ]
    benchmarks = [make_benchmark(f"b{j:02d}", domain="coding" if j % 2 else "") for j in range(8)]
    benchmarks += [make_benchmark(f"part{j}", part_of=("whole",)) for j in range(3)] + [make_benchmark("whole")]
    records = [
        make_record(
            value=10.0 + 3.0 * i + 2.0 * j,
            model=model.id,
            benchmark=benchmark.id,
            setting={"shots": (i + j) % 3 or None},
            published=model.released + dt.timedelta(days=20 * (j % 3)),
            date_basis=[DateBasis.RELEASE, DateBasis.REPORTED, DateBasis.SNAPSHOT][j % 3],
        )
        for i, model in enumerate(models)
        for j, benchmark in enumerate(benchmarks)
        if (i + 2 * j) % 5
    ]
    again = {"id": "", "setting": {"shots": 5}}
    records += [Record.model_validate(r.model_dump() | again | {"value": r.value + 1.0}) for r in records[::9]]
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records)),
        sources=(make_source("source-a", snapshot=TODAY),),
        models=tuple(models),
        benchmarks=tuple(benchmarks),
        records=tuple(records),
    )
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('world') / 'store.db'}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened


@pytest.fixture(scope="module")
def everything(world: Store) -> History:
    return world.history(as_of=TODAY)


def small(name: str, world: Store, **fields: object) -> Suite:
    return make(name, world, as_of=TODAY, parameters=SMALL.get(name, {}) | fields)


def views(suite: Suite, source: Store) -> Iterator[tuple[str, History, list[Question]]]:
    """The group, the history and the questions of each fold."""
    for fold in suite.folds:
        seen = source.history(as_of=fold.as_of, exclude=fold.exclude, strict_dates=fold.strict_dates)
        yield fold.group, seen, list(fold.questions)


@pytest.mark.parametrize("name", RULES)
def test_no_question_can_see_its_answer_or_a_sibling_of_it(name, world) -> None:
    suite = small(name, world)
    assert len(suite) > 10
    for _, seen, questions in views(suite, world):
        for question in questions:
            seen.refuse_leak(question)
            assert seen.cell_records(question.model, question.benchmark).empty


@pytest.mark.parametrize("name", RULES)
def test_the_seed_decides(name, world) -> None:
    def folds(seed: int) -> Suite:
        limit = {"limit": 5} if name in {"future", "scale-up"} else {}  # whose only draw is the one that bounds it
        return make(name, world, as_of=TODAY, seed=seed, parameters=SMALL.get(name, {}) | limit)

    assert folds(0).hash == folds(0).hash
    assert folds(0).folds == folds(0).folds
    assert folds(0).folds != folds(1).folds


@pytest.mark.parametrize("name", RULES)
def test_every_outcome_is_the_median_of_own_reports(name, world, everything) -> None:
    for fold, question, outcome in small(name, world):
        own = everything.cell_records(question.model, question.benchmark)
        if name == "future":
            own = own[own["published"] > str(fold.as_of)]
        assert outcome == own["value"].median()


@pytest.mark.parametrize("name", RULES)
def test_what_the_suite_leaves_out_is_left_out_of_every_fold(name, world) -> None:
    out = Exclusion(models=frozenset({"m17"}))
    suite = make(name, world, as_of=TODAY, exclude=out, parameters=SMALL.get(name, {}))
    assert "m17" not in suite.models
    assert all("m17" not in seen.models for _, seen, _ in views(suite, world))


def test_new_models_show_exactly_k_of_their_scores_and_no_relative_of_what_is_asked(world) -> None:
    suite = small("new-model", world)
    assert suite.groups == ("k = 0", "k = 1", "k = 3")
    shown: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for group, seen, questions in views(suite, world):
        for question in questions:
            own = seen.records[seen.records["model"] == question.model.id]
            shown[group][question.model.id] = set(own["benchmark"])
        assert {len(ids) for ids in shown[group].values()} == {int(group.removeprefix("k = "))}
    assert len({frozenset(models) for models in shown.values()}) == 1
    for model, once in shown["k = 1"].items():
        assert once < shown["k = 3"][model]


def test_new_models_are_the_newest_and_one_for_each_release(world, everything) -> None:
    asked = set(small("new-model", world).models)
    assert asked == {"m14", "m15", "m16", "m17"}
    every = set(make("new-model", world, as_of=TODAY, parameters={"newest": 99, "shown": [1]}).models)
    assert len(every & {"m03", "m04"}) == 1


def test_new_benchmarks_show_exactly_k_releases_and_nothing_of_their_relatives_for_others(world) -> None:
    suite = small("new-benchmark", world)
    for group, seen, questions in views(suite, world):
        for benchmark in {question.benchmark.id for question in questions}:
            near = seen.records[seen.records["benchmark"].isin(seen.kinship.related[benchmark])]
            releases = {seen.kinship.groups[m] for m in near["model"]}
            assert len(releases) == int(group.removeprefix("k = "))
            exact = near[near["benchmark"] == benchmark]
            assert {seen.kinship.groups[m] for m in exact["model"]} == releases


def test_no_two_new_benchmarks_of_a_suite_are_related(world, everything) -> None:
    asked = set(small("new-benchmark", world, benchmarks=12).benchmarks)
    assert all(everything.kinship.related[b] & asked == {b} for b in asked)


def test_new_models_on_new_benchmarks_know_k_scores_and_nobody_on_the_benchmark(world) -> None:
    suite = small("new-both", world)
    for group, seen, questions in views(suite, world):
        k = int(group.removeprefix("k = "))
        for question in questions:
            assert seen.records[seen.records["model"] == question.model.id]["benchmark"].nunique() == k
            assert question.benchmark.id not in set(seen.records["benchmark"])


@pytest.mark.parametrize("strict", [False, True])
def test_future_outcomes_come_after_the_date_and_within_the_window(strict, world, everything) -> None:
    suite = small("future", world, strict=strict)
    assert 1 < len(suite.folds) <= 3
    bases = {"reported"} if strict else {"reported", "release"}
    for fold, question, _ in suite:
        own = everything.cell_records(question.model, question.benchmark)
        inside = own[own["date_basis"].isin(bases)]["published"].dt.date
        assert fold.strict_dates == strict
        assert len(inside)
        assert all(fold.as_of < day <= fold.as_of + dt.timedelta(days=90) for day in inside)
        assert fold.group == str(question.as_of) == str(fold.as_of)


def test_the_future_asks_about_models_that_are_newer_than_the_date(world) -> None:
    assert any(question.model.released > fold.as_of for fold, question, _ in small("future", world))


def test_scores_that_only_a_snapshot_dates_are_never_a_future_outcome(world, everything) -> None:
    basis = {(r.model, r.benchmark): r.date_basis for r in everything.records.itertuples()}
    assert DateBasis.SNAPSHOT in basis.values()
    assert all(basis[question.cell] != DateBasis.SNAPSHOT for _, question, _ in small("future", world))


def test_families_are_held_out_whole_and_never_in_two_folds(world) -> None:
    suite = small("family", world)
    where = defaultdict(set)
    for number, (_, seen, questions) in enumerate(views(suite, world)):
        families = {question.model.family for question in questions}
        assert "" not in families
        assert not families & {seen.models[m].family for m in seen.records["model"]}
        for family in families:
            where[family].add(number)
    assert set(map(len, where.values())) == {1}
    assert len(where) == 4


def test_scaling_up_asks_for_the_largest_sizes_from_those_that_are_many_times_smaller(world, everything) -> None:
    suite = small("scale-up", world)
    assert suite.groups == ("100 times smaller", "10000 times smaller")
    assert len({tuple(q.cell for q in fold.questions) for fold in suite.folds}) == 1
    for group, seen, questions in views(suite, world):
        ratio = int(group.split(" ")[0])
        largest = {q.model.family: q.model.params_b for q in questions}
        assert set(largest) == {"family 0", "family 1"}
        for model in seen.models.values():
            if model.family in largest:
                assert model.params_b is not None
                assert model.params_b * ratio <= largest[model.family]
            assert model.id not in {q.model.id for q in questions}
    everyone = {m for m in everything.models if everything.models[m].family not in {"family 0", "family 1"}}
    assert all(everyone <= set(seen.models) for _, seen, _ in views(suite, world))


def test_scaling_up_needs_a_family_whose_sizes_reach_far_enough(world) -> None:
    with pytest.raises(NotEnoughRecords, match=r"no family has scores of 3 sizes.*1000000000 times smaller"):
        small("scale-up", world, ratios=[10**9])


@pytest.mark.parametrize("level", LEVELS)
def test_groups_of_the_ladder_are_hidden_whole_and_never_in_two_folds(level, world, everything) -> None:
    traits = with_traits(everything).set_index(["model", "benchmark"])
    group = {cell: tuple(row) for cell, *row in traits[[t for t in LEVELS[level] if t != "benchmark"]].itertuples()}
    if "benchmark" in LEVELS[level]:
        group = {cell: (cell[1], *key) for cell, key in group.items()}
    asked = defaultdict(set)
    for number, (_, seen, questions) in enumerate(views(small(level, world), world)):
        for question in questions:
            asked[group[question.cell]].add(number)
        hidden = {group[question.cell] for question in questions}
        shown = set(zip(seen.records["model"], seen.records["benchmark"], strict=True))
        assert not hidden & {group[cell] for cell in shown}
    assert set(asked) == set(group.values())
    assert set(map(len, asked.values())) == {1}


def test_the_groups_of_the_ladder_grow(everything) -> None:
    traits = with_traits(everything)
    sizes = {level: traits.groupby(list(columns)).ngroups for level, columns in LEVELS.items()}
    assert sizes["L1"] > sizes["L2.1"] > sizes["L3"] > sizes["L4"]
    assert sizes["L1"] > sizes["L2.2"] > sizes["L3"]


def test_a_cell_measured_at_several_numbers_of_shots_is_one_cell_of_a_group_of_its_own(everything) -> None:
    shots = with_traits(everything).set_index(["model", "benchmark"])["shots"]
    assert not shots.index.has_duplicates
    assert {"not told", "1", "2", "5", "1+5", "2+5"} == set(shots)


def test_a_task_is_the_whole_and_else_the_domain(everything) -> None:
    task = dict(with_traits(everything)[["benchmark", "task"]].itertuples(index=False, name=None))
    assert task["part0"] == task["part2"] == task["whole"] == "whole"
    assert task["b01"] == task["b03"] == "domain coding"
    assert task["b00"] == "b00"


@pytest.mark.parametrize("name", ["future", "family", "L1", "L3"])
def test_a_limit_bounds_the_questions_of_a_fold_and_hides_no_less(name, world) -> None:
    full, bounded = small(name, world), small(name, world, limit=7)
    assert {len(fold.questions) for fold in bounded.folds} == {7}
    assert [f.exclude for f in full.folds] == [f.exclude for f in bounded.folds]


def test_ten_seeds_of_cells_are_one_suite(world) -> None:
    suite = make("cells", world, as_of=TODAY, parameters={"deals": 10})
    assert len(suite.folds) == 30
    assert suite.groups == tuple(f"seed {seed}" for seed in range(10))


def test_a_suite_that_no_rule_makes_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"Did you mean new-model\?.*L2\.1"):
        rule("new-modell")
    with pytest.raises(UsageError, match="Suite future cannot be made so: origins"):
        rule("future", {"origins": 0})
    with pytest.raises(UsageError, match="cells cannot be made so: folders"):
        rule("cells", {"folders": 3})


@pytest.mark.parametrize("name", RULES)
def test_a_store_with_nothing_to_ask_about_says_so(name, world) -> None:
    with pytest.raises(NotEnoughRecords, match="import"):
        make(name, world, as_of=dt.date(2020, 1, 1))


def test_a_suite_takes_plain_questions_only(world, make_record) -> None:
    suite = small("cells", world)
    fold = suite.folds[0]
    odd = fold.questions[0].model_copy(update={"cell_known": True})
    with pytest.raises(DataError, match="known scores"):
        Suite("x", "x", {}, 0, "", (type(fold)(fold.name, fold.as_of, fold.exclude, (odd,), (1.0,)),))
    with pytest.raises(DataError, match="share a name"):
        Suite("x", "x", {}, 0, "", (fold, fold))
    with pytest.raises(DataError, match="holds no question"):
        Suite("x", "x", {}, 0, "", ())
    with pytest.raises(DataError, match="one for each"):
        type(fold)(fold.name, fold.as_of, fold.exclude, fold.questions, ())
