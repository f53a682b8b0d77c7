"""The starter fit: it spares rehearsals, and never reaches who may not know what it rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from predictors.registry import predictor
from records.corpus.load import corpus_fingerprint
from records.history import Exclusion, History
from records.question import Question
from records.stages import FittedPredictor, State
from scorecast.code_version import code_version
from scorecast.fits import Fits
from scorecast.starter_fit import StarterFit, shipped
from scorecast.starter_fit.__main__ import learned, whole_history
from scorecast.starter_fit.shipped import StarterFile
from scorecast.workspace import forecaster

TODAY = dt.date(2025, 6, 1)
HIDDEN = ("gpt-4.1", "arena")


@dataclass(frozen=True)
class Docile:
    """A predictor that counts what it takes over."""

    name: str = "docile"
    taken: list[State] = field(default_factory=list)

    def fit(self, history: History) -> FittedPredictor:
        return predictor("climatology").fit(history)

    def restore(self, history: History, state: State) -> FittedPredictor:
        return predictor("climatology").restore(history, state)

    def taken_over(self, state: State) -> State:
        return state

    def refit(self, history: History, state: State) -> FittedPredictor:
        self.taken.append(state)
        return self.fit(history)


def without(store, *cells) -> History:
    return store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset(cells)))


def of(history: History, version: str = "1.0") -> StarterFit:
    """A starter fit to a history."""
    ids = history.records["id"].tolist()
    return StarterFit(version, len(ids), lambda: ids, {"what": np.array([1.0])})


def times_taken(tmp_path, starter: StarterFit, history: History, *, handful: float = 0.5) -> int:
    """How often a first fit takes over from a starter fit."""
    docile = Docile()
    Fits(tmp_path / "fits", "1.0", handful=handful, shipped=lambda _: starter).fit(docile, history)
    return len(docile.taken)


def test_what_is_shipped_was_learned_by_this_code_from_this_corpus() -> None:
    file = StarterFile.read("pool")
    assert file is not None
    stale = "predictors, calibration, records or the corpus have changed since: run `make fit`"
    assert (file.version, file.corpus) == (code_version(), corpus_fingerprint()), stale
    assert (found := shipped("pool")) is not None
    assert found.records == file.records == len(set(found.ids()))
    assert shipped("climatology") is None


def test_a_first_fit_that_takes_it_over_forecasts_like_one_that_rehearsed(batch, tmp_path) -> None:
    pool, history = forecaster("pool"), whole_history(batch, tmp_path)
    file = learned(pool, history, version="1.0", corpus="made up")
    file.write(tmp_path)
    assert StarterFile.read("pool", tmp_path) == file
    assert not file.current
    told: list[str] = []
    starter = replace(of(history), state={name: np.array(values) for name, values in file.state.items()})
    fitted = Fits(tmp_path / "fits", "1.0", told.append, shipped=lambda _: starter).fit(pool, history)
    assert len(told) == 1
    assert "nearly the same" in told[0]
    model, benchmark = (side[name] for side, name in zip((history.models, history.benchmarks), HIDDEN, strict=True))
    question = Question(model=model, benchmark=benchmark, as_of=TODAY, cell_known=True)
    [anew], [taken] = (one.forecast([question]) for one in (pool.fit(history), fitted))
    np.testing.assert_allclose(taken.distribution.quantiles, anew.distribution.quantiles)
    assert taken.components == anew.components


def test_it_is_taken_over_by_a_history_that_shows_all_it_rests_on_and_little_more(store, tmp_path) -> None:
    whole, fewer = store.history(as_of=TODAY), without(store, HIDDEN)
    assert times_taken(tmp_path / "same", of(whole), whole) == 1
    assert times_taken(tmp_path / "more", of(fewer), whole) == 1
    assert times_taken(tmp_path / "many more", of(fewer), whole, handful=0.001) == 0


@pytest.mark.parametrize("which", ["a withheld cell", "an earlier day", "another withheld cell", "one source"])
def test_it_never_reaches_a_question_that_may_not_know_what_it_rests_on(store, tmp_path, which) -> None:
    starter = of(store.history(as_of=TODAY))
    history = without(store, HIDDEN)
    if which == "an earlier day":
        history = store.history(as_of=dt.date(2025, 4, 20))
    if which == "another withheld cell":  # as many records, of which one is not known here
        starter, history = of(without(store, ("old-1", "arena"))), without(store, ("old-2", "arena"))
        assert starter.records == len(history)
    if which == "one source":
        ids = ["of a source that is left out", *history.records["id"].tolist()[1:]]
        starter = replace(of(history), ids=lambda: ids)
    assert times_taken(tmp_path, starter, history) == 0


def test_that_of_other_code_is_none(store, tmp_path) -> None:
    history = store.history(as_of=TODAY)
    assert times_taken(tmp_path, of(history, version="0.9"), history) == 0


@pytest.mark.parametrize("content", ["", "{", '{"predictor": "pool"}', "[1]"])
def test_a_file_that_cannot_be_read_is_none(tmp_path, content) -> None:
    (tmp_path / "pool.json").write_text(content, encoding="utf-8")
    assert StarterFile.read("pool", tmp_path) is None
