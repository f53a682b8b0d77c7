"""The regressor: a good citizen of scikit-learn, and behind the barrier even where it is cross-validated."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

import scorecast
from records.corpus.load import SERIES, corpus_fingerprint
from records.errors import UsageError
from records.store import Store

NOW = dt.datetime(2025, 6, 2, tzinfo=dt.UTC)
BENCHMARKS = ("gpqa_diamond", "gpqa_main", "aime_2024", "swe_bench_verified")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Eight models of one's own on four benchmarks: better models score higher on all."""
    rows = [(f"mine-{i}", b, 20.0 + 6.0 * i + 4.0 * j) for i in range(8) for j, b in enumerate(BENCHMARKS)]
    return pd.DataFrame(rows, columns=["model", "benchmark", "score"]).sample(frac=1.0, random_state=3)


@pytest.fixture(autouse=True)
def home(batch, tmp_path_factory, monkeypatch):
    """The store that the environment names holds the small batch."""
    folder = tmp_path_factory.getbasetemp() / "regressor"
    url = f"sqlite:///{folder / 'store.db'}"
    if not folder.exists():
        folder.mkdir()
        with Store.open(url) as store:
            store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
    monkeypatch.setenv("SCORECAST_HOME", str(folder))
    monkeypatch.setenv("SCORECAST_DATABASE_URL", url)


def regressor(**parameters: object) -> scorecast.ScoreRegressor:
    return scorecast.ScoreRegressor(**({"predictor": "neighbours", "as_of": "2025-06-01"} | parameters))


@pytest.mark.parametrize("public", [False, True])
def test_it_learns_what_the_table_tells(table, public) -> None:
    train, test = table[:-6], table[-6:]
    fitted = regressor(public=public).fit(train, train["score"])
    told = fitted.predict(test)
    assert told.shape == (6,)
    assert np.corrcoef(told, test["score"])[0, 1] > 0.8
    assert fitted.score(test, test["score"]) > 0.0


def test_quantiles_and_intervals_hold_the_median(table) -> None:
    fitted = regressor(public=False).fit(table[:-4], table["score"][:-4])
    asked = table[-4:]
    low, middle, high = fitted.predict(asked, quantiles=[0.05, 0.5, 0.95]).T
    assert np.array_equal(middle, fitted.predict(asked))
    assert np.array_equal(np.c_[low, high], fitted.predict_interval(asked, percent=90))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert [one.median for one in fitted.predict_distribution(asked)] == middle.tolist()


def test_a_list_of_mappings_is_as_good_as_a_data_frame(table) -> None:
    fitted = regressor(public=False).fit(table.to_dict("records"), list(table["score"]))
    assert fitted.predict([{"model": "mine-1", "benchmark": "AIME 2024"}]).shape == (1,)


def test_public_reports_of_what_is_predicted_are_withheld(table) -> None:
    fitted = regressor(public=True).fit(table, table["score"])
    asked = [{"model": "deepseek-r1", "benchmark": "aime_2024"}]
    [answer] = fitted.answers(asked)
    history = fitted.fitted_[1].history
    assert not history.shows(answer.question.model, answer.question.benchmark)
    assert len(history) > len(table)
    assert history.as_of == dt.date(2025, 6, 1)


@pytest.mark.parametrize("given", [("o3-high", "aime_2024"), ("o3-low", "aime_2024")])
def test_they_are_withheld_even_where_a_sibling_or_the_cell_itself_was_given(table, given) -> None:
    rows = pd.concat([table, pd.DataFrame([(*given, 51.0)], columns=table.columns)])
    fitted = regressor(public=True).fit(rows, rows["score"])
    assert not np.isnan(fitted.predict([{"model": "o3-low", "benchmark": "aime_2024"}])).any()
    seen = fitted.fitted_[1].history.records
    told = seen[seen["model"].isin(["o3-low", "o3-high"]) & (seen["benchmark"] == "aime_2024")]
    assert told[["model", "source", "value"]].to_numpy().tolist() == [[given[0], "asker", 51.0]]


def test_nothing_public_is_learnt_where_that_is_not_wanted(table) -> None:
    fitted = regressor(public=False).fit(table, table["score"])
    assert set(fitted.fitted_[1].history.records["source"]) == {"asker"}


def test_facts_of_models_and_benchmarks_of_ones_own_are_heeded(table) -> None:
    rows = table.assign(params_b=[float(name[-1]) + 1.0 for name in table["model"]])
    own = {"benchmark": "Loom Proofs", "description": "Short proofs of lemmas about weaving, graded by experts."}
    rows = pd.concat([rows, pd.DataFrame([{"model": f"mine-{i}", "score": 30.0 + 6.0 * i} | own for i in range(6)])])
    fitted = regressor(public=False).fit(rows, rows["score"])
    assert fitted.learnt_.models["mine-3"].params_b == 4.0
    told = fitted.predict(
        [{"model": "mine-7", "benchmark": "Loom Proofs"}, {"model": "mine-6", "benchmark": "Loom Proofs"}]
    )
    assert (told > 30.0).all()


def test_what_cannot_be_forecast_is_not_a_number_and_said_to_be_none(table) -> None:
    fitted = regressor(public=False).fit(table, table["score"])
    with pytest.warns(UserWarning, match="1 of 1 scores have no forecast"):
        assert math.isnan(fitted.predict([{"model": "gpt-4.1", "benchmark": "arena"}])[0])


@pytest.mark.parametrize(
    ("rows", "scores", "why"),
    [
        ([{"model": "mine", "benchmark": "aime_2024"}], [101.0], "row 1: 101.0 is no score"),
        ([{"model": "mine", "benchmark": "aime_2024"}], [float("nan")], "row 1 has no score"),
        ([{"model": "mine", "benchmark": "aime_2024"}], [1.0, 2.0], "One score a row"),
        ([], [], "One score a row|no rows"),
        ([{"model": "mine", "benchmark": "nothing-like-it"}], [1.0], "No benchmark|description"),
        ([{"model": "mine"}], [1.0], "benchmark"),
    ],
)
def test_tables_that_make_no_sense_are_told(rows, scores, why) -> None:
    with pytest.raises(UsageError, match=why):
        regressor().fit(rows, scores)


def test_parameters_can_be_read_and_set(table) -> None:
    made = regressor()
    assert made.set_params(public=False).get_params() == {
        "predictor": "neighbours",
        "as_of": "2025-06-01",
        "public": False,
    }
    with pytest.raises(UsageError, match="no parameter 'depth'"):
        made.set_params(depth=3)
    with pytest.raises(UsageError, match="No predictor"):
        regressor(predictor="oracle").fit(table, table["score"])
    with pytest.raises(UsageError, match="call fit"):
        regressor().predict(table)


@pytest.mark.parametrize("public", [False, True])
def test_it_works_in_scikit_learn(table, public) -> None:
    base = pytest.importorskip("sklearn.base")
    selection = pytest.importorskip("sklearn.model_selection")
    made = regressor(public=public)
    copy = base.clone(made.fit(table, table["score"]))
    assert copy.get_params() == made.get_params()
    assert not hasattr(copy, "learnt_")
    assert base.is_regressor(made)
    scores = selection.cross_val_score(copy, table[["model", "benchmark"]], table["score"], cv=3)
    assert scores.shape == (3,)
    assert scores.mean() > 0.3
    search = selection.GridSearchCV(copy, {"predictor": ["climatology", "neighbours"]}, cv=3)
    assert search.fit(table[["model", "benchmark"]], table["score"]).best_params_ == {"predictor": "neighbours"}
