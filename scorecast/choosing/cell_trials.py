"""Choices of next cells as a user asks to have them judged: ours, random ones, and always the most uncertain cell.

Ways of choosing get the history without the scores of the models that they are judged on, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eval.planning.aims import BY_NAME, Aimed, AimsOf, Cell
from eval.planning.trial import Progress
from eval.planning.trial_cells import CellChooser, CellTrial, CellWay
from planning.belief import Belief
from planning.limits import UNIT_COST, Limits
from planning.next_cells import next_cells
from planning.targets import Target, order, profile, threshold
from records.benchmark import Benchmark
from records.errors import UsageError
from records.history import History
from records.stages import HistorySource, Predictor
from scorecast.choosing.benchmarks import models_by_benchmark
from scorecast.choosing.trials import OURS, RANDOM, Processes

LARGEST = "largest variance"


def _ours(processes: Processes) -> CellChooser:
    def choose(history: History, aim: Aimed, size: int) -> Sequence[Cell]:
        cells, benchmarks, joint = processes.on(history, aim)
        limits = Limits(
            names=[" on ".join(cell) for cell in cells],
            costs=[UNIT_COST] * len(cells),
            size=size,
            barred=frozenset(i for i, cell in enumerate(cells) if cell not in set(aim.candidates)),
        )
        belief = Belief.working(joint) if aim.benchmark else Belief.of(joint, [b.metric for b in benchmarks])
        found = next_cells(belief, _target(history, aim, cells, benchmarks), limits)
        return [cells[pick.item] for pick in found.batch]

    return choose


def _target(history: History, aim: Aimed, cells: Sequence[Cell], benchmarks: Sequence[Benchmark]) -> Target:
    """What an aim means over these cells."""
    size = len(cells)
    if not aim.benchmark:
        seen = models_by_benchmark(history)
        return profile(range(size), size=size, weight=[float(seen[benchmark]) for _, benchmark in cells])
    places = [cells.index((model.id, aim.benchmark)) for model in aim.models]
    if len(places) > 1:
        return order(places, size=size)
    return threshold(places[0], float(benchmarks[places[0]].metric.to_working(aim.threshold)), size=size)


def _largest(processes: Processes) -> CellChooser:
    """Always the candidate that is most uncertain given those before it."""

    def choose(history: History, aim: Aimed, size: int) -> Sequence[Cell]:
        cells, benchmarks, joint = processes.on(history, aim)
        belief = Belief.of(joint, [benchmark.metric for benchmark in benchmarks])
        may, chosen = set(aim.candidates), list[Cell]()
        left = [i for i, cell in enumerate(cells) if cell in may]
        while left and len(chosen) < size:
            item = max(left, key=lambda i: (belief.variance[i], -i))
            left.remove(item)
            chosen.append(cells[item])
            belief = belief.measured(item)
        return chosen

    return choose


def _any(seed: int, draw: int) -> CellChooser:
    def choose(_history: History, aim: Aimed, size: int) -> Sequence[Cell]:
        rng = np.random.default_rng([seed, draw, *aim.name.encode(), *aim.benchmark.encode()])
        told = sorted(aim.candidates)
        return [told[i] for i in rng.permutation(len(told))[:size]]

    return choose


def aims_named(name: str) -> AimsOf:
    """Find a kind of aims.

    Raises:
        UsageError: there is no such kind.
    """
    if name not in BY_NAME:
        raise UsageError(f"--target takes {', '.join(BY_NAME)}; found {name!r}.")
    return BY_NAME[name]


def cell_trial(
    source: HistorySource,
    everything: History,
    judge: Predictor,
    *,
    aims: AimsOf,
    shown: Sequence[int],
    draws: int,
    folds: int,
    seed: int,
    progress: Progress,
) -> pd.DataFrame:
    """Judge our ranking of cells against random choice and against the largest variance; one row a forecast."""
    processes = Processes()
    ways = [
        CellWay(OURS, _ours(processes)),
        CellWay(LARGEST, _largest(processes)),
        *(CellWay(RANDOM, _any(seed, draw), draw) for draw in range(draws)),
    ]
    return CellTrial(source, everything, ways, judge, shown, aims, folds=folds, seed=seed).run(progress)
