"""The trials of planning: what choosers and predictors may see, what is scored, and how figures are paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from eval.planning.aims import TARGETS, Aimed, AimsOf, Cell, orders, profiles, thresholds
from eval.planning.published import PROBES
from eval.planning.trial import COLUMNS, ProbeTrial, Way, model_folds
from eval.planning.trial_cells import CellTrial, CellWay
from eval.planning.trial_summary import lines
from eval.suites.fold import outcomes
from records.distribution import Distribution
from records.errors import NotEnoughRecords
from records.evidence import EvidenceLevel
from records.forecast import Abstention, Answer, Forecast
from records.history import History
from records.question import Question


@dataclass(frozen=True)
class Mean:
    """Forecasts the mean of what a question brings along; without that it is silent on ratings and says 50."""

    name: str = "mean"
    asked: list[Question] = field(default_factory=list)
    seen: list[History] = field(default_factory=list)

    def fit(self, history: History) -> Mean:
        self.seen.append(history)
        return self

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        self.asked.extend(questions)
        return [self._one(question) for question in questions]

    def _one(self, question: Question) -> Answer:
        if question.benchmark.id == "elo":
            return Abstention(question=question, method=self.name, reason="a rating")
        percent = [r.value for r in question.known if r.benchmark != "elo"]
        middle = float(np.mean(percent)) if percent else 50.0
        told = Distribution.from_array(middle + np.linspace(-5, 5, 99), question.metric)
        level = EvidenceLevel(model_scores=1, benchmark_scores=1)
        return Forecast(question=question, distribution=told, method=self.name, evidence_level=level)


def first(_history: History, ids: Sequence[str], size: int) -> Sequence[str]:
    return sorted(ids)[:size]


def last(_history: History, ids: Sequence[str], size: int) -> Sequence[str]:
    return sorted(ids)[::-1][:size]


def probes(store, history, *, predictor: Mean, **more) -> pd.DataFrame:
    ways = [Way("first", first), Way("last", last)]
    return ProbeTrial(store, history, ways, [predictor], **({"shown": (0, 2), "folds": 3} | more)).run()


def test_every_cell_is_scored_once_in_each_way_and_revealed_ones_are_no_error(store, history) -> None:
    found = probes(store, history, predictor=Mean())
    assert tuple(found.columns) == COLUMNS
    cells = len(outcomes(history))
    assert (found.groupby(["way", "k"]).size() == cells).all()
    assert not found.duplicated(["way", "k", "model", "benchmark"]).any()
    revealed = found[found["revealed"]]
    assert set(revealed[revealed["way"] == "first"]["benchmark"]) == {"b0", "b1"}
    assert (revealed["error"] == 0).all()
    assert found[(found["benchmark"] == "elo") & ~found["revealed"]]["error"].isna().all()
    known = found[
        (found["way"] == "first") & (found["k"] == 2) & (found["model"] == "m03") & (found["benchmark"] == "b5")
    ]
    assert known["error"].item() == pytest.approx((32 + 10) - (32 + 34) / 2)


def test_neither_choosers_nor_predictors_see_a_score_of_the_models_they_are_judged_on(store, history) -> None:
    seen, predictor = [], Mean()

    def spying(visible: History, ids: Sequence[str], size: int) -> Sequence[str]:
        seen.append(visible)
        return first(visible, ids, size)

    ProbeTrial(store, history, [Way("spying", spying)], [predictor], shown=(2,), folds=3).run()
    assert len(seen) == 3
    folds = list(model_folds(store, history, folds=3, seed=0))
    for fold, visible, fitted in zip(folds, seen, predictor.seen, strict=True):
        assert set(fold.cells).isdisjoint(visible.records["model"])
        assert set(fold.cells).isdisjoint(fitted.records["model"])
        assert set(fold.cells) <= set(visible.models)
    assert set().union(*(fold.cells for fold in folds)) == set(outcomes(history)["model"])
    for question in predictor.asked:
        assert question.benchmark.id not in {record.benchmark for record in question.known}
        assert {record.model for record in question.known} <= {question.model.id}
        assert all(record.duplicate_of == "" for record in question.known)


def test_kin_models_are_hidden_together(store, history) -> None:
    groups = history.kinship.groups
    for fold in model_folds(store, history, folds=4, seed=1):
        hidden = {groups[model] for model in fold.cells}
        assert hidden.isdisjoint({groups[model] for model in fold.history.records["model"]})


def test_the_same_seed_deals_the_same_folds_and_another_one_others(store, history) -> None:
    deals = [[sorted(fold.cells) for fold in model_folds(store, history, folds=3, seed=seed)] for seed in (0, 0, 1)]
    assert deals[0] == deals[1] != deals[2]


def test_too_few_models_are_refused(store, history) -> None:
    with pytest.raises(NotEnoughRecords, match="cannot be dealt into 40 folds"):
        list(model_folds(store, history, folds=40, seed=0))


@pytest.mark.parametrize("aims_of", [profiles, thresholds, orders])
def test_scored_cells_are_never_revealed_whatever_a_way_chooses(store, history, aims_of: AimsOf) -> None:
    predictor, aims = Mean(), list[Aimed]()

    def greedy(_history: History, aim: Aimed, size: int) -> Sequence[Cell]:
        aims.append(aim)
        return aim.candidates[:size]

    found = CellTrial(store, history, [CellWay("all", greedy)], predictor, (0, 3), aims_of, folds=3).run()
    assert aims
    for aim in aims:
        assert set(aim.candidates).isdisjoint(aim.scored)
        assert {model for model, _ in (*aim.candidates, *aim.scored)} == {model.id for model in aim.models}
        assert (aim.benchmark != "") is (aims_of is not profiles)
    together = [(aim.candidates, aim.name) for aim in aims]
    for question in predictor.asked:
        cells = {record.cell for record in question.known}
        assert any(cells <= set(candidates) and question.model.id in name for candidates, name in together)
        assert question.benchmark.id not in {record.benchmark for record in question.known}
    assert found["brier"].between(0, 1).all()
    assert found["entropy"].between(0, 1).all()
    assert set(found["unit"]) == {"percent"}  # the rating had no forecast, and no row


def test_an_order_is_about_two_models_hidden_together_each_in_one_pair(store, history) -> None:
    for fold in model_folds(store, history, folds=3, seed=0, least=6):
        aims = list(orders(fold, 0))
        pairs = {aim.name: {model.id for model in aim.models} for aim in aims}
        assert pairs
        assert all(len(pair) == 2 and pair <= set(fold.cells) for pair in pairs.values())
        assert sum(map(len, pairs.values())) == len(set().union(*pairs.values()))
        assert max(sum(aim.name == name for aim in aims) for name in pairs) <= TARGETS
        for aim in aims:
            first, second = (fold.cells[model][aim.benchmark] for model, _ in aim.scored)
            assert first != second


def test_an_order_is_scored_by_the_chance_that_the_first_is_ahead(store, history) -> None:
    class Knowing(Mean):
        """Knows that models of higher numbers are better."""

        def _one(self, question: Question) -> Answer:
            told = Distribution.from_array(int(question.model.id[1:]) + np.linspace(0, 0.5, 99), question.metric)
            level = EvidenceLevel(model_scores=1, benchmark_scores=1)
            return Forecast(question=question, distribution=told, method=self.name, evidence_level=level)

    everything = [CellWay("all", lambda _history, aim, size: aim.candidates[:size])]
    found = CellTrial(store, history, everything, Knowing(), (0,), orders, folds=3).run()
    ahead = [fold.cells for fold in model_folds(store, history, folds=3, seed=0, least=6)]
    for row in found.itertuples():
        first, second = row.model.split(" | ")
        right = (first > second) == (ahead[row.fold][first][row.benchmark] > ahead[row.fold][second][row.benchmark])
        assert row.brier == pytest.approx(0.0 if right else 1.0, abs=1e-9)
    assert found[["error", "crps"]].isna().all(axis=None)


def rows(way: str, errors: np.ndarray, *, draw: int = 0) -> pd.DataFrame:
    models = [f"m{i:02d}" for i in range(len(errors))]
    return pd.DataFrame({"way": way, "draw": draw, "model": models, "error": errors})


def test_a_difference_is_paired_by_model() -> None:
    rng = np.random.default_rng(0)
    hard = rng.exponential(10, 60)
    table = pd.concat([rows("random", hard), rows("ours", hard - 0.5)], ignore_index=True)
    for median in (True, False):
        ours, random = lines(table, "error", reference="random", median=median)
        assert (ours.way, random.way) == ("ours", "random")
        assert ours.less is not None
        assert ours.less.value == pytest.approx(0.5)
        assert ours.less.limits == pytest.approx((0.5, 0.5), abs=1e-5)
        assert ours.figure.limits is not None
        assert ours.figure.limits[0] < ours.figure.value < ours.figure.limits[1]
        assert random.less is None


def test_draws_of_one_way_are_pooled_and_missing_errors_passed_over() -> None:
    table = pd.concat(
        [rows("random", np.array([1.0, 2.0, np.nan])), rows("random", np.array([3.0, 4.0, 5.0]), draw=1)],
        ignore_index=True,
    )
    [line] = lines(table, "error", reference="random", median=False)
    assert (line.draws, line.cells, line.figure.value) == (2, 5, 3.0)


@pytest.mark.shared_data
def test_the_published_probes_are_columns_of_the_public_matrix(shared_data) -> None:
    from eval.benchpress import read_matrix

    columns = {benchmark.id for benchmark in read_matrix(shared_data / "benchpress").benchmarks}
    assert all(set(ids) <= columns and len(ids) == 5 for ids in PROBES.values())
