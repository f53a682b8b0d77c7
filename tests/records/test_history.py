"""The barrier against an oracle: what comes out is exactly what its rules let through."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.barrier import behind_barrier
from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.errors import LeakageError, UsageError
from records.exclusion import NOTHING, Exclusion
from records.frame import FEW, RecordReader, to_frame
from records.metric import PERCENT_ACCURACY
from records.model import Model
from records.names.fold import fold
from records.record import Record
from records.source import DateBasis, Source
from records.store import Store

DAYS = [dt.date(2025, 1, 1) + dt.timedelta(days=d) for d in (0, 30, 60, 90)]
MODELS = [f"m{i}" for i in range(5)]
BENCHMARKS = [f"b{i}" for i in range(5)]
SOURCES = [f"s{i}" for i in range(3)]
ALIASES = ["x", "Y-1", "y 1", "M 0", "b_1", "instruct"]

models = st.tuples(
    *(
        st.builds(
            Model,
            id=st.just(key),
            name=st.just(key.upper()),
            aliases=st.lists(st.sampled_from(ALIASES), max_size=2).map(tuple),
            base_model=st.sampled_from(["", "", "base", "m0", "m1"]),
            family=st.sampled_from(["", "", "one", "two"]),
            released=st.sampled_from([None, *DAYS]),
        )
        for key in MODELS
    )
)
benchmarks = st.tuples(
    *(
        st.builds(
            Benchmark,
            id=st.just(key),
            name=st.just(key.upper()),
            aliases=st.lists(st.sampled_from(ALIASES), max_size=1).map(tuple),
            metric=st.just(PERCENT_ACCURACY),
            part_of=st.lists(st.sampled_from([*BENCHMARKS, "unknown-average"]), max_size=1).map(tuple),
            released=st.sampled_from([None, None, *DAYS]),
        )
        for key in BENCHMARKS
    )
)
sources = st.tuples(
    *(st.builds(Source, id=st.just(key), name=st.just(key), snapshot=st.sampled_from([None, *DAYS])) for key in SOURCES)
)


@st.composite
def tables(draw: st.DrawFn) -> list[Record]:
    """Draw distinct records, some of them marked as copies of others."""
    plain = draw(
        st.lists(
            st.builds(
                Record,
                model=st.sampled_from(MODELS),
                benchmark=st.sampled_from(BENCHMARKS),
                value=st.integers(0, 100).map(float),
                published=st.sampled_from(DAYS),
                date_basis=st.sampled_from(list(DateBasis)),
                source=st.sampled_from(SOURCES),
            ),
            max_size=12,
            unique_by=lambda record: record.id,
        )
    )
    marks = [draw(st.sampled_from(["", "", *(r.id for r in plain[:place])])) for place in range(len(plain))]
    return [r.model_copy(update={"duplicate_of": mark}) for r, mark in zip(plain, marks, strict=True)]


def subsets(values):
    """Draw a small frozen set."""
    return st.frozensets(st.sampled_from(values), max_size=1)


exclusions = st.builds(
    Exclusion,
    cells=st.frozensets(st.tuples(st.sampled_from(MODELS), st.sampled_from(BENCHMARKS)), max_size=2),
    sources=subsets(SOURCES),
    models=subsets(MODELS),
    benchmarks=subsets(BENCHMARKS),
)


def closure(keys, linked):
    """Whether two keys are connected, by brute force."""
    pairs = {(a, b) for a, b in product(keys, keys) if a == b or linked(a, b) or linked(b, a)}
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def kin_pairs(catalogue):
    """Pairs of model ids that are one model for the barrier, straight from the words of the rule."""
    certain = {m.id: {fold(n) for n in (m.id, m.name, m.base_model) if n} for m in catalogue}
    listed = {m.id: {fold(a) for a in m.aliases} for m in catalogue}
    all_certain = set().union(*certain.values())

    def generic(alias):
        holders = [m for m in catalogue if alias in listed[m.id]]
        days = [m.released for m in holders if m.released]
        return len({m.family for m in holders} - {""}) > 1 or (
            max(days, default=0) != 0 and (max(days) - min(days)).days > 180
        )

    def linked(a, b):
        shared = listed[a] & listed[b]
        return bool(
            certain[a] & certain[b]
            or certain[a] & listed[b]
            or (shared & all_certain)
            or any(not generic(s) for s in shared)
        )

    return closure(MODELS, linked)


def related_pairs(catalogue):
    """Pairs of benchmark ids that give each other away, straight from the words of the rule."""
    spelled = {b.id: {fold(n) for n in (b.id, b.name, *b.aliases)} for b in catalogue}
    twins = closure(BENCHMARKS, lambda a, b: bool(spelled[a] & spelled[b]))
    step = {(b.id, whole) for b in catalogue for whole in b.part_of} | twins
    upward = set(step)
    while more := {(a, d) for a, b in upward for c, d in upward if b == c} - upward:
        upward |= more
    return upward | {(b, a) for a, b in upward}


def copies(table, excluded):
    """Ids of the records of excluded sources, and of all that are copies of the same first report."""
    marks = {r.id: r.duplicate_of for r in table}

    def first(key):
        while marks.get(key):
            key = marks[key]
        return key

    tainted = {first(r.id) for r in table if r.source in excluded}
    return {r.id for r in table if first(r.id) in tainted}


def allowed(table, catalogue, as_of, exclude, strict):
    """Ids that may come out, judged record by record."""
    by_model = {m.id: m for m in catalogue[0]}
    by_benchmark = {b.id: b for b in catalogue[1]}
    snapshot = {s.id: s.snapshot for s in catalogue[2]}
    kin, related, tainted = kin_pairs(catalogue[0]), related_pairs(catalogue[1]), copies(table, exclude.sources)

    def passes(r):
        proxy = strict and r.date_basis is DateBasis.RELEASE
        since = snapshot[r.source] if proxy else r.published
        released = [by_model[r.model].released, by_benchmark[r.benchmark].released]
        return (
            since is not None
            and since <= as_of
            and all(day is None or day <= as_of for day in released)
            and r.id not in tainted
            and not any((r.model, m) in kin for m in exclude.models)
            and not any((r.benchmark, b) in related or r.benchmark == b for b in exclude.benchmarks)
            and not any((r.model, m) in kin and (r.benchmark, b) in related for m, b in exclude.cells)
        )

    return {r.id for r in table if passes(r)}


def sift(table, catalogue, **options):
    """Put records behind the barrier."""
    keyed = [{entry.id: entry for entry in part} for part in catalogue]
    return behind_barrier(to_frame(table), models=keyed[0], benchmarks=keyed[1], sources=keyed[2], **options)


catalogues = st.tuples(models, benchmarks, sources)


@settings(max_examples=120)
@given(tables(), catalogues, st.sampled_from(DAYS), exclusions, st.booleans())
def test_exactly_the_allowed_records_come_out(table, catalogue, as_of, exclude, strict) -> None:
    history = sift(table, catalogue, as_of=as_of, exclude=exclude, strict_dates=strict)
    assert set(history.records["id"]) == allowed(table, catalogue, as_of, exclude, strict)
    assert sum(history.refused.values()) == len(table) - len(history)
    assert all(m.released is None or m.released <= as_of for m in history.models.values())
    assert all(b.released is None or b.released <= as_of for b in history.benchmarks.values())


@settings(max_examples=50)
@given(tables(), catalogues, st.sampled_from(DAYS), exclusions)
def test_a_withheld_cell_is_not_shown_and_a_visible_one_is(table, catalogue, as_of, exclude) -> None:
    history = sift(table, catalogue, as_of=as_of, exclude=exclude)
    by_model, by_benchmark = ({e.id: e for e in part} for part in catalogue[:2])
    for model, benchmark in exclude.cells:
        assert not history.shows(by_model[model], by_benchmark[benchmark])
    for model, benchmark in zip(history.records["model"], history.records["benchmark"], strict=True):
        assert history.shows(by_model[model], by_benchmark[benchmark])


@settings(max_examples=50)
@given(tables(), catalogues, st.sampled_from(DAYS), exclusions)
def test_duplicate_marks_lead_to_visible_records_only(table, catalogue, as_of, exclude) -> None:
    records = sift(table, catalogue, as_of=as_of, exclude=exclude).records
    standing = set(records.loc[records["duplicate_of"] == "", "id"])
    assert set(records["duplicate_of"]) - {""} <= standing


@settings(max_examples=40)
@given(tables(), catalogues, st.randoms(use_true_random=False), exclusions)
def test_the_order_of_rows_changes_no_fingerprint(table, catalogue, random, exclude) -> None:
    shuffled = random.sample(table, len(table))
    one = sift(table, catalogue, as_of=DAYS[2], exclude=exclude)
    other = sift(shuffled, catalogue, as_of=DAYS[2], exclude=exclude)
    assert one.fingerprint == other.fingerprint


@settings(max_examples=10)
@given(tables(), catalogues, exclusions, st.booleans())
def test_the_store_lets_out_what_the_barrier_lets_out(tmp_path_factory, table, catalogue, exclude, strict) -> None:
    report = ImportReport(path="drawn", format="table", taken=len(table))
    batch = Batch(
        report=report, models=catalogue[0], benchmarks=catalogue[1], sources=catalogue[2], records=tuple(table)
    )
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('drawn') / 'store.db'}") as store:
        store.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        for as_of in DAYS:
            direct = sift(table, catalogue, as_of=as_of, exclude=exclude, strict_dates=strict)
            stored = store.history(as_of=as_of, exclude=exclude, strict_dates=strict)
            assert stored.fingerprint == direct.fingerprint
            assert stored.refused == direct.refused


@pytest.fixture
def catalogue(make_model, make_benchmark, make_source):
    """Three models, a benchmark in two parts, and two sources."""
    return (
        tuple(make_model(f"model-{x}") for x in "abc"),
        (make_benchmark("bench-a", description="Asks things."), make_benchmark("bench-b")),
        (make_source("source-a"), make_source("source-b")),
    )


def test_what_is_refused_is_counted_by_its_first_reason(catalogue, make_record, make_model) -> None:
    catalogue = ((*catalogue[0], make_model("late", released=dt.date(2025, 5, 1))), *catalogue[1:])
    table = [
        make_record(),
        make_record(published=dt.date(2025, 4, 2)),
        make_record(published=dt.date(2025, 4, 2), source="source-b"),
        make_record(model="late"),
        make_record(source="source-b"),
        make_record(model="model-b"),
        make_record(benchmark="bench-b"),
        make_record(model="model-c"),
    ]
    history = sift(
        table,
        catalogue,
        as_of=dt.date(2025, 4, 1),
        exclude=Exclusion(
            sources=frozenset({"source-b"}),
            models=frozenset({"model-b"}),
            benchmarks=frozenset({"bench-b"}),
            cells=frozenset({("model-c", "bench-a")}),
        ),
    )
    assert list(history.records["id"]) == [table[0].id]
    assert dict(history.refused) == {
        "published after the as-of date": 2,
        "model released after the as-of date": 1,
        "excluded source": 1,
        "excluded model": 1,
        "excluded benchmark": 1,
        "withheld cell or sibling": 1,
    }


def test_an_exclusion_of_a_source_that_nobody_knows_is_refused(catalogue, make_record) -> None:
    with pytest.raises(UsageError, match=r"No source is called sorce-a; known are source-a, source-b\."):
        sift([make_record()], catalogue, as_of=DAYS[3], exclude=Exclusion(sources=frozenset({"sorce-a"})))


@pytest.mark.parametrize(
    "change",
    [
        {"value": 51.0},
        {"standard_error": 1.0},
        {"items": 10},
        {"note": "rerun"},
        {"reporter": "first_party"},
        {"duplicate_of": "other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_fingerprint_changes_with_a_visible_record(catalogue, make_record, change) -> None:
    other = make_record(source="source-b")
    if "duplicate_of" in change:
        change = {"duplicate_of": other.id}
    one = sift([make_record(), other], catalogue, as_of=dt.date(2025, 6, 1))
    two = sift([make_record(**change), other], catalogue, as_of=dt.date(2025, 6, 1))
    assert one.fingerprint != two.fingerprint


def test_the_fingerprint_tells_which_record_is_the_copy(catalogue, make_record) -> None:
    a, b, c = (make_record(value=v) for v in (1.0, 2.0, 3.0))
    one = sift([a, b.model_copy(update={"duplicate_of": a.id}), c], catalogue, as_of=dt.date(2025, 6, 1))
    two = sift([a, b, c.model_copy(update={"duplicate_of": a.id})], catalogue, as_of=dt.date(2025, 6, 1))
    assert one.fingerprint != two.fingerprint


def test_the_fingerprint_changes_with_a_description_date_or_exclusion(catalogue, make_record, make_benchmark) -> None:
    described = (
        catalogue[0],
        (make_benchmark("bench-a", description="Asks other things."), catalogue[1][1]),
        catalogue[2],
    )
    elsewhere = Exclusion(cells=frozenset({("model-c", "bench-b")}))
    histories = [
        sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1)),
        sift([make_record()], described, as_of=dt.date(2025, 6, 1)),
        sift([make_record()], catalogue, as_of=dt.date(2025, 6, 2)),
        sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1), exclude=elsewhere),
        sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1), strict_dates=True),
    ]
    assert len({history.fingerprint for history in histories}) == 5


def test_a_refused_record_changes_no_fingerprint(catalogue, make_record) -> None:
    late = make_record(value=77.0, published=dt.date(2025, 6, 2))
    one = sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1))
    two = sift([make_record(), late], catalogue, as_of=dt.date(2025, 6, 1))
    assert one.fingerprint == two.fingerprint


def test_a_known_score_joins_the_history_and_its_fingerprint(catalogue, make_record, make_model) -> None:
    history = sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1), exclude=NOTHING)
    known = make_record(model="mine", value=40.0)
    wider = history.with_known([make_model("mine")], [known])
    assert len(wider) == 2
    assert wider.record(known.id) == known
    assert wider.shows(make_model("mine"), catalogue[1][0])
    assert wider.fingerprint != history.fingerprint
    assert len(history) == 1


def test_a_known_score_that_is_visible_already_counts_once(catalogue, make_record) -> None:
    history = sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1))
    assert len(history.with_known([], [make_record()])) == 1


def test_knowing_nothing_more_changes_nothing(catalogue, make_record) -> None:
    history = sift([make_record()], catalogue, as_of=dt.date(2025, 6, 1))
    assert history.with_known([], []).fingerprint == history.fingerprint


def test_a_record_that_is_not_visible_is_not_found(catalogue, make_record) -> None:
    history = sift([make_record()], catalogue, as_of=dt.date(2025, 1, 1))
    with pytest.raises(KeyError):
        history.record(make_record().id)


def test_a_question_of_the_right_date_about_a_hidden_cell_is_no_leak(catalogue, make_record, make_question) -> None:
    history = sift([make_record(model="model-b")], catalogue, as_of=dt.date(2025, 6, 1))
    history.refuse_leak(make_question())
    history.refuse_leak(make_question(as_of=dt.date(2025, 7, 1)))
    with pytest.raises(LeakageError):
        history.refuse_leak(make_question(as_of=dt.date(2025, 5, 31)))


def test_records_read_one_by_one_are_those_of_the_table_however_many_are_read(make_record) -> None:
    records = [make_record(value=float(n), note="" if n % 3 else f"note {n}") for n in range(FEW + 20)]
    reader = RecordReader(to_frame(records))
    assert [reader.at(row) for row in range(len(records))] == records
    assert reader.find(records[-1].id) is reader.at(len(records) - 1)
    assert reader.find("0" * 20) is None
