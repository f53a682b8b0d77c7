"""The barrier holds inside the search: every leak that can be imagined is planted here, and none comes through."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from records.errors import UnknownName, UsageError
from records.history import Exclusion
from records.search import GroupBy, PassageKind, Where

TODAY = dt.date(2025, 6, 1)
LATER = dt.date(2026, 3, 1)
QUERIES = ("Oak 1 algebra", "Yew 9 zanzibar", "quantum puzzles", "hidden champion Secret lab", "77.7 percent geometry")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The folder of the index below."""
    return tmp_path_factory.mktemp("late-index")


@pytest.fixture(scope="module")
def index(planted, open_index, home):
    """An index built from all that the store holds, later than any as-of date below."""
    opened = open_index(folder=home)
    opened.refresh(planted.history(as_of=dt.date.max))
    return opened


def everything(search):
    """Return all passages that a hostile reader can get out of a search."""
    found = []
    for query in QUERIES:
        for way in (search.search, search.keyword, search.semantic):
            found += way(query, limit=100)
    found += search.filter(Where(), limit=100)
    found += search.filter(Where(metrics=("accuracy", "rating", "word_error_rate")), limit=100)
    return found


def shown(search):
    """Return the ids of all records that a search gives away, merged ones and those of aggregates included."""
    ids = {p.record.id for p in everything(search) if p.record} | {key for p in everything(search) for key in p.merged}
    return ids | {a.best_record for a in search.aggregate(Where(), by=GroupBy.BENCHMARK, limit=100)}


def texts(search):
    """Return all that a search says."""
    return " ".join(p.text for p in everything(search))


@pytest.mark.parametrize(
    "exclude",
    [
        Exclusion(),
        Exclusion(cells=frozenset({("oak-1", "algebra")})),
        Exclusion(sources=frozenset({"secret"})),
        Exclusion(models=frozenset({"oak-1"})),
        Exclusion(benchmarks=frozenset({"algebra"})),
        Exclusion(cells=frozenset((f"{family}-{i}", "algebra") for family in ("oak", "elm") for i in range(5))),
    ],
    ids=["nothing", "cell", "source", "model", "benchmark", "column"],
)
@pytest.mark.parametrize("strict", [False, True])
def test_no_search_gives_away_what_the_history_does_not_hold(planted, index, exclude, strict: bool) -> None:
    history = planted.history(as_of=TODAY, exclude=exclude, strict_dates=strict)
    ids = shown(index.on(history))
    assert ids
    assert ids <= set(history.records["id"])


def test_nothing_later_comes_through_neither_record_nor_model_nor_benchmark_nor_note(planted, index) -> None:
    search = index.on(planted.history(as_of=TODAY))
    told = texts(search)
    for secret in ("Yew", "yew-9", "quantum", "Quantum", "zanzibar", "77.7"):
        assert secret not in told
    assert all(p.published is None or p.published <= TODAY for p in everything(search))
    with pytest.raises(UnknownName):
        search.describe_model("Yew 9")
    with pytest.raises(UnknownName):
        search.describe_benchmark("quantum")
    with pytest.raises(UnknownName):
        search.filter(Where(models=("yew-9",)))


def test_the_withheld_cell_goes_with_copy_effort_average_and_the_note_that_quotes_it(planted, index) -> None:
    history = planted.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({("oak-1", "algebra")})))
    search = index.on(history)
    for passage in everything(search):
        if passage.record and passage.record.model.startswith("oak-1"):
            assert passage.record.benchmark not in {"algebra", "mathematics-average"}
    assert "34.0" not in texts(search)
    assert search.filter(Where(models=("oak-1", "oak-1-turbo"), benchmarks=("algebra",))) == ()
    assert search.aggregate(Where(models=("Oak 1",), benchmarks=("algebra",))) == ()


def test_an_excluded_source_is_neither_cited_nor_counted_nor_named_as_a_condition(planted, index) -> None:
    history = planted.history(as_of=TODAY, exclude=Exclusion(sources=frozenset({"secret"})))
    search = index.on(history)
    assert "Secret lab" not in texts(search)
    assert "88.8" not in texts(search)
    [told] = search.aggregate(Where(models=("oak-2",), benchmarks=("algebra",)))
    assert told.best < 80.0
    with pytest.raises(UsageError, match="nearest known: source-b, source-a"):
        search.filter(Where(sources=("secret",)))


def test_a_hidden_model_is_unknown_under_every_name_and_never_suggested(planted, index) -> None:
    search = index.on(planted.history(as_of=TODAY, exclude=Exclusion(models=frozenset({"oak-1"}))))
    for name in ("oak-1", "Oak 1", "oak-1-turbo", "Oak 1 Turbo"):
        with pytest.raises(UnknownName) as error:
            search.describe_model(name)
        assert not {"oak-1", "oak-1-turbo"} & set(error.value.suggestions)
    assert "model:oak-1" not in {p.id for p in everything(search)}


def test_a_description_that_quotes_a_withheld_score_is_told_without_it(planted, index) -> None:
    early, late = (index.on(planted.history(as_of=day)) for day in (TODAY, LATER))
    assert "77.7" not in early.describe_benchmark("geometry").text
    assert "77.7" in late.describe_benchmark("geometry").text
    assert "sentence withheld" in next(p.text for p in early.search("geometry") if p.id == "benchmark:geometry")


def test_words_of_a_withheld_sentence_find_nothing(planted, index) -> None:
    exclude = Exclusion(cells=frozenset({("oak-4", "geometry")}))
    search = index.on(planted.history(as_of=LATER, exclude=exclude))
    assert not [p for p in search.keyword("late", limit=100) if p.id == "benchmark:geometry"]
    assert search.keyword("zanzibar") == ()


def test_searches_on_one_index_do_not_see_each_others_histories(planted, index) -> None:
    late, early = index.on(planted.history(as_of=LATER)), index.on(planted.history(as_of=TODAY))
    before = shown(early)
    assert shown(late) > before
    assert shown(early) == before
    assert shown(index.on(planted.history(as_of=TODAY))) == before


def test_scores_by_words_are_those_of_a_store_that_never_held_what_is_hidden(
    planted, index, open_index, fill, tmp_path, make_model, make_benchmark, make_record, make_source
) -> None:
    def ranking(search):
        return [(p.id, round(p.relevance, 9)) for p in search.keyword("oak puzzles equations lm-eval", limit=100)]

    history = planted.history(as_of=TODAY)
    records = [history.record(key) for key in history.records["id"]]
    without = fill(
        models=history.models.values(),
        benchmarks=history.benchmarks.values(),
        records=records,
        sources=history.sources.values(),
    )
    bare = open_index(folder=tmp_path / "bare").on(without.history(as_of=TODAY))
    assert ranking(index.on(history)) == ranking(bare)


def test_the_nearest_to_a_hidden_target_is_somebody_else(planted, index) -> None:
    seen, hidden = (
        index.on(planted.history(as_of=TODAY, exclude=Exclusion(cells=cells)))
        for cells in (frozenset(), frozenset({("oak-3", "poems")}))
    )
    query, where = "Oak 3 poems rhymes metre", Where(benchmarks=("poems",))
    nearest = {
        name: next(p.record for p in s.semantic(query, where=where) if p.record)
        for name, s in (("seen", seen), ("hidden", hidden))
    }
    assert nearest["seen"].model == "oak-3"
    assert nearest["hidden"].model != "oak-3"


def test_scores_that_the_asker_vouches_for_are_found_and_their_notes_are_not(
    planted, index, make_model, make_record
) -> None:
    mine = make_model("mine", name="My own", released=None)
    known = make_record(61.0, model="mine", benchmark="poems", published=TODAY, note="oak-1 had 34.0 on algebra")
    history = planted.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({("oak-1", "algebra")})))
    search = index.on(history.with_known([mine], [known]))
    assert known.id in {p.id for p in search.search("My own poems")}
    assert search.describe_model("My own").published is None
    assert "34.0" not in texts(search)
    with pytest.raises(UnknownName):
        index.on(history).describe_model("mine")


def test_the_index_itself_holds_no_text_and_no_score(index, home) -> None:
    stored = b"".join(path.read_bytes() for path in (home / "index").rglob("*") if path.is_file())
    for secret in (b"zanzibar", b"77.7", b"Triangles", b"Yew 9", b"hidden champion"):
        assert secret not in stored


def test_vectors_are_asked_for_by_what_the_history_says_and_nothing_else(planted, open_index, tmp_path) -> None:
    history = planted.history(as_of=TODAY)
    opened = open_index(folder=tmp_path / "fresh")
    opened.on(history).search("Yew 9 on quantum puzzles")
    documents = opened.on(history).parts
    texts_embedded = "".join(t for t in documents._embedding.asked if t != "Yew 9 on quantum puzzles")
    assert "yew-9" not in texts_embedded
    assert "quantum" not in texts_embedded.lower()
    assert "77.7" not in texts_embedded
    assert np.isfinite(opened.query("x")).all()


def test_a_setting_of_a_withheld_record_alone_is_not_offered(planted, index) -> None:
    cells = frozenset((f"{family}-{i}", "poems") for family in ("oak", "elm") for i in range(5))
    search = index.on(planted.history(as_of=TODAY, exclude=Exclusion(cells=cells)))
    settings = [p.id for p in search.search("10 shots lm-eval", limit=100) if p.kind is PassageKind.SETTING]
    assert settings
    assert not [key for key in settings if "shots=10" in key]
