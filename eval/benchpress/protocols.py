"""The two public protocols as suites: (a) the published folds, (b) the newest models with few scores shown.

(b) hides all scores of the 15 newest models but k of each at the same time. For each seed one NumPy ``RandomState``
runs through these models, newest first (ties in matrix order), and shuffles the positions of the benchmarks that each
has a score on; the first k are shown, so a larger k shows what a smaller one shows, and more. Questions about
benchmarks with fewer than 3 visible scores are left out. With k = 0 every seed hides the same: it is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from eval.benchpress.content import NAME
from eval.benchpress.matrix import Matrix, TestCells
from eval.suites.fold import Fold, hide
from eval.suites.suite import Parameter, Suite
from records.history import History
from records.question import Question
from records.stages import HistorySource

HIDDEN_CELLS = f"{NAME}-cells"
"""Name of the suite of protocol (a)."""

NEWEST = 15
SHOWN = (0, 1, 3, 5, 10)
SEEDS = (0, 1, 2)
LEAST_VISIBLE = 3

Position = tuple[int, int]
"""Of a cell: its model's and its benchmark's place in the matrix."""


def hidden_cells(matrix: Matrix, folds: Sequence[TestCells], source: HistorySource) -> Suite:
    """Protocol (a): forecast the test cells of each published fold from all others.

    Args:
        matrix: the public matrix.
        folds: as published.
        source: the store of the matrix.
    """
    history = source.history(as_of=matrix.as_of)
    made = [
        _fold(matrix, history, fold.test_cells, name=f"seed {fold.seed} fold {fold.fold}", group="hidden cells")
        for fold in folds
    ]
    return Suite(HIDDEN_CELLS, HIDDEN_CELLS, {"folds": len(folds)}, 0, history.fingerprint, tuple(made))


def new_releases(
    matrix: Matrix,
    source: HistorySource,
    *,
    newest: int = NEWEST,
    shown: Sequence[int] = SHOWN,
    seeds: Sequence[int] = SEEDS,
) -> Suite:
    """Protocol (b): forecast the newest models from k scores of each and all scores of the others.

    Args:
        matrix: the public matrix.
        source: the store of the matrix.
        newest: how many models are new.
        shown: the numbers k of scores shown.
        seeds: of the choice of the scores shown.
    """
    history = source.history(as_of=matrix.as_of)
    told: dict[str, Parameter] = {"newest": newest, "shown": list(shown), "seeds": list(seeds)}
    folds = tuple(_new_release_folds(matrix, history, matrix.newest[:newest], shown, seeds))
    return Suite(f"{NAME}-new", f"{NAME}-new", told, 0, history.fingerprint, folds)


def _new_release_folds(
    matrix: Matrix, history: History, models: Sequence[int], shown: Sequence[int], seeds: Sequence[int]
) -> Iterator[Fold]:
    for seed in seeds:
        orders = _orders(matrix, models, seed)
        for k in shown:
            if k == 0 and seed != seeds[0]:
                continue
            hidden = [(i, j) for i, order in orders.items() for j in order[k:]]
            name = f"k = {k}, seed {seed}"
            yield _fold(matrix, history, hidden, name=name, group=f"k = {k}", asked=_answerable(matrix, hidden))


def _orders(matrix: Matrix, models: Sequence[int], seed: int) -> dict[int, list[int]]:
    """The shuffled positions of the benchmarks that each model has a score on."""
    rng = np.random.RandomState(seed)
    found: dict[int, list[int]] = {}
    for i in models:
        observed = np.flatnonzero(~np.isnan(matrix.scores[i]))
        rng.shuffle(observed)
        found[i] = observed.tolist()
    return found


def _answerable(matrix: Matrix, hidden: Sequence[Position]) -> list[Position]:
    """Hidden cells of benchmarks with enough visible scores."""
    visible = ~np.isnan(matrix.scores)
    visible[tuple(np.array(hidden).T)] = False
    enough = visible.sum(axis=0) >= LEAST_VISIBLE
    return [(i, j) for i, j in hidden if enough[j]]


def _fold(
    matrix: Matrix,
    history: History,
    hidden: Iterable[Position],
    *,
    name: str,
    group: str,
    asked: Sequence[Position] | None = None,
) -> Fold:
    cells = {(i, j): (matrix.models[i].id, matrix.benchmarks[j].id) for i, j in hidden}
    wanted = list(cells) if asked is None else asked
    return Fold(
        name=name,
        as_of=history.as_of,
        exclude=hide(history, cells.values()),
        questions=tuple(
            Question(
                model=history.models[cells[place][0]],
                benchmark=history.benchmarks[cells[place][1]],
                as_of=history.as_of,
            )
            for place in wanted
        ),
        outcomes=tuple(float(matrix.scores[place]) for place in wanted),
        group=group,
    )
