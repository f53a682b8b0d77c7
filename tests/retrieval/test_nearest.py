"""Evidence: relevant first, only from the question's history, and with the scores the asker vouches for."""

from __future__ import annotations

import datetime as dt

import pytest

from records.batch import Batch, ImportReport
from records.errors import LeakageError
from records.evidence import Relation
from records.history import Exclusion
from records.question import Question
from records.store import Store
from retrieval.nearest import NearestRecords

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory, make_model, make_benchmark, make_record, make_source):
    """Maths benchmarks that move together, a poem benchmark that does not; two families."""
    models = tuple(
        make_model(f"{family}-{i}", family=family, params_b=float(i + 1), released=dt.date(2024, i + 1, 1))
        for family in ("oak", "elm")
        for i in range(6)
    )
    maths = ("algebra", "geometry", "number")
    benchmarks = (*(make_benchmark(b, domain="mathematics") for b in maths), make_benchmark("poems", domain="other"))
    records = []
    for i, model in enumerate(models):
        records += [make_record(value=30.0 + 5 * i + j, model=model.id, benchmark=b) for j, b in enumerate(maths)]
        records.append(make_record(value=50.0 + (7 * i) % 11, model=model.id, benchmark="poems"))
    late = make_record(value=99.0, model="oak-5", benchmark="algebra", published=dt.date(2026, 1, 1))
    batch = Batch(
        report=ImportReport(path="planted", format="table", taken=len(records) + 1),
        sources=(make_source("source-a"),),
        models=models,
        benchmarks=benchmarks,
        records=(*records, late),
    )
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('evidence') / 'store.db'}") as opened:
        opened.add(batch, imported_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
        yield opened


def asked(store: Store, model: str, benchmark: str, **fields: object):
    """Return the evidence for a question whose cell is withheld."""
    history = store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({(model, benchmark)})))
    question = Question.model_validate(
        {"model": history.models[model], "benchmark": history.benchmarks[benchmark], "as_of": TODAY} | fields
    )
    return NearestRecords().evidence(question, history, limit=8)


def test_the_same_model_on_a_benchmark_that_moves_along_comes_before_one_that_does_not(store) -> None:
    own = [e.record.benchmark for e in asked(store, "oak-3", "algebra") if e.relation is Relation.SAME_MODEL]
    assert own[-1] == "poems"
    assert set(own[:2]) == {"geometry", "number"}


def test_family_members_nearest_in_size_and_date_come_first(store) -> None:
    family = [e.record.model for e in asked(store, "oak-3", "algebra") if e.relation is Relation.SAME_FAMILY]
    assert set(family[:2]) == {"oak-2", "oak-4"}


def test_neither_the_asked_cell_nor_anything_later_is_cited(store) -> None:
    for model in ("oak-5", "elm-0"):
        found = asked(store, model, "algebra")
        assert found
        assert all(e.record.cell != (model, "algebra") for e in found)
        assert all(e.record.published <= TODAY for e in found)


def test_a_history_that_shows_the_cell_is_refused(store) -> None:
    history = store.history(as_of=TODAY)
    question = Question(model=history.models["oak-1"], benchmark=history.benchmarks["algebra"], as_of=TODAY)
    with pytest.raises(LeakageError, match="withhold the cell"):
        NearestRecords().evidence(question, history)


def test_earlier_reports_of_the_very_cell_come_first_when_they_are_known(store) -> None:
    history = store.history(as_of=TODAY)
    question = Question(
        model=history.models["oak-1"], benchmark=history.benchmarks["algebra"], as_of=TODAY, cell_known=True
    )
    first, *_ = NearestRecords().evidence(question, history)
    assert first.relation is Relation.SAME_CELL
    assert first.record.value == 35.0


def test_an_own_model_is_compared_by_the_scores_it_is_said_to_have(store, make_model, make_record) -> None:
    history = store.history(as_of=TODAY)
    mine = make_model("mine", released=None)
    known = tuple(
        make_record(value=value, model="mine", benchmark=b, published=TODAY)
        for b, value in (("geometry", 81.5), ("number", 82.5), ("poems", 55.0))
    )
    question = Question(model=mine, benchmark=history.benchmarks["algebra"], as_of=TODAY, known=known)
    found = NearestRecords().evidence(question, history, limit=12)
    assert {e.record.id for e in found if e.relation is Relation.SAME_MODEL} == {r.id for r in known}


def test_a_model_without_any_score_still_gets_neighbours_by_date_and_size(store, make_model) -> None:
    history = store.history(as_of=TODAY)
    mine = make_model("new", released=dt.date(2024, 6, 2), params_b=6.0)
    question = Question(model=mine, benchmark=history.benchmarks["algebra"], as_of=TODAY)
    found = NearestRecords().evidence(question, history, limit=2)
    assert {e.record.model for e in found} == {"oak-5", "elm-5"}
    assert {e.why for e in found} == {"like it in release date, size or kind"}


def test_the_limit_holds_and_no_record_is_cited_twice(store) -> None:
    found = asked(store, "oak-3", "algebra")
    assert len(found) == 8
    assert len({e.record.id for e in found}) == 8


def test_an_empty_history_gives_no_evidence(store, make_model, make_benchmark) -> None:
    early = dt.date(2020, 1, 1)
    history = store.history(as_of=early)
    question = Question(model=make_model("x", released=None), benchmark=make_benchmark("y"), as_of=early)
    assert NearestRecords().evidence(question, history) == ()
