"""The trials of planning as a user asks for them: our choices, random ones and the peer's, on the public matrix.

Ways of choosing get the history without the scores of the models that they are judged on, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from eval.benchpress import read_matrix
from eval.planning.published import PROBES
from eval.planning.trial import Chooser, ProbeTrial, Progress, Way
from eval.planning.trial_cells import Aimed, CellChooser, CellTrial, CellWay
from planning.belief import Belief
from planning.limits import UNIT_COST, Limits
from planning.next_cells import next_cells
from planning.subset import Way as By
from planning.targets import profile, threshold
from predictors.joint import JointProcess, predictor
from records.benchmark import Benchmark
from records.errors import UsageError
from records.history import History
from records.joint import Joint
from records.stages import HistorySource, Predictor
from scorecast.choosing.benchmarks import Subject, Wishes, choose_subset, models_by_benchmark, new_release

RANDOM = "random"
OURS = "ours"
LARGEST = "largest variance"


def matrix_history(data: Path, source: HistorySource) -> History:
    """All that the public matrix in a folder holds.

    Raises:
        DataError: the folder holds no matrix as it is published.
    """
    return source.history(as_of=read_matrix(data).as_of)


def numbers(told: str) -> list[int]:
    """Read numbers of revealed scores, in order and each once.

    Raises:
        UsageError: something else than whole numbers from 0 to 100.
    """
    try:
        found = sorted({int(one) for one in told.split(",")})
    except ValueError:
        found = []
    if not found or found[0] < 0 or found[-1] > 100:
        raise UsageError(f"--shown takes whole numbers of 0 to 100 with commas, such as 1,3,5; found {told!r}.")
    return found


@dataclass(frozen=True)
class Processes:
    """The Gaussian process of each history, fitted once, and its joint forecasts of each model, made once."""

    fitted: dict[str, JointProcess] = field(default_factory=dict)
    joints: dict[tuple[str, str], tuple[tuple[Benchmark, ...], Joint]] = field(default_factory=dict)

    def of(self, history: History) -> JointProcess:
        """The process that has learned from a history."""
        key = history.fingerprint
        if key not in self.fitted:
            self.fitted.clear()
            self.joints.clear()
            self.fitted[key] = JointProcess.of(predictor().fit(history))
        return self.fitted[key]

    def of_model(self, history: History, aim: Aimed) -> tuple[tuple[Benchmark, ...], Joint]:
        """All benchmarks that anybody has a score on, and the joint forecast of a model on them."""
        process, key = self.of(history), (history.fingerprint, aim.model.id)
        if key not in self.joints:
            benchmarks = tuple(history.benchmarks[b] for b in sorted(models_by_benchmark(history)))
            subject = Subject(aim.model)
            self.joints[key] = benchmarks, process.joint([subject.ask(b, history.as_of) for b in benchmarks])
        return self.joints[key]


def _chosen(processes: Processes, by: By) -> Chooser:
    def choose(history: History, ids: Sequence[str], size: int) -> Sequence[str]:
        found = choose_subset(
            processes.of(history),
            history,
            [history.benchmarks[b] for b in ids],
            Wishes(size=size),
            subject=new_release(history.as_of),
            way=by,
            published=True,
        )
        return [found.benchmarks[pick.item].id for pick in found.found.picks]

    return choose


def _most_reported(history: History, ids: Sequence[str], size: int) -> Sequence[str]:
    count = models_by_benchmark(history)
    return sorted(ids, key=lambda b: (-count[b], b))[:size]


def _at_random(seed: int, draw: int) -> Chooser:
    def choose(history: History, ids: Sequence[str], size: int) -> Sequence[str]:
        rng = np.random.default_rng([seed, draw, int(history.content_fingerprint[:8], 16)])
        return [str(b) for b in rng.permutation(sorted(ids))[:size]]

    return choose


def _fixed(probes: Sequence[str]) -> Chooser:
    return lambda _history, ids, _size: [b for b in probes if b in ids]


def probe_ways(*, draws: int, seed: int) -> list[Way]:
    """Ours in each kind, the peer's published probes, the most reported benchmarks, and random ones."""
    processes = Processes()
    return [
        *(Way(f"{OURS}: {by.value}", _chosen(processes, by)) for by in (By.ERROR, By.INFORMATION, By.CLUSTERS)),
        *(Way(name, _fixed(probes)) for name, probes in PROBES.items()),
        Way("most reported", _most_reported),
        *(Way(RANDOM, _at_random(seed, draw), draw) for draw in range(draws)),
    ]


def probe_trial(
    source: HistorySource,
    everything: History,
    predictors: Sequence[Predictor],
    *,
    shown: Sequence[int],
    draws: int,
    folds: int,
    seed: int,
    progress: Progress,
) -> pd.DataFrame:
    """Judge every way of choosing probes; one row a forecast."""
    trial = ProbeTrial(
        source, everything, probe_ways(draws=draws, seed=seed), predictors, shown, folds=folds, seed=seed
    )
    return trial.run(progress)


def _ours(processes: Processes) -> CellChooser:
    def choose(history: History, aim: Aimed, size: int) -> Sequence[str]:
        benchmarks, joint = processes.of_model(history, aim)
        metrics = [benchmark.metric for benchmark in benchmarks]
        names = [benchmark.id for benchmark in benchmarks]
        limits = Limits(
            names=names,
            costs=[UNIT_COST] * len(names),
            size=size,
            barred=frozenset(i for i, name in enumerate(names) if name not in aim.candidates),
        )
        if not aim.benchmark:
            seen = models_by_benchmark(history)
            target = profile(range(len(names)), size=len(names), weight=[float(seen[name]) for name in names])
            belief = Belief.of(joint, metrics)
        else:
            place = names.index(aim.benchmark)
            at = float(metrics[place].to_working(aim.threshold))
            target, belief = threshold(place, at, size=len(names)), Belief.working(joint)
        return [names[pick.item] for pick in next_cells(belief, target, limits).batch]

    return choose


def _largest(processes: Processes) -> CellChooser:
    """Always the candidate that is most uncertain given those before it."""

    def choose(history: History, aim: Aimed, size: int) -> Sequence[str]:
        benchmarks, joint = processes.of_model(history, aim)
        belief = Belief.of(joint, [benchmark.metric for benchmark in benchmarks])
        left = [i for i, benchmark in enumerate(benchmarks) if benchmark.id in aim.candidates]
        chosen = list[str]()
        while left and len(chosen) < size:
            item = max(left, key=lambda i: (belief.variance[i], -i))
            left.remove(item)
            chosen.append(benchmarks[item].id)
            belief = belief.measured(item)
        return chosen

    return choose


def _any(seed: int, draw: int) -> CellChooser:
    def choose(_history: History, aim: Aimed, size: int) -> Sequence[str]:
        rng = np.random.default_rng([seed, draw, *aim.model.id.encode(), *aim.benchmark.encode()])
        return [str(b) for b in rng.permutation(sorted(aim.candidates))[:size]]

    return choose


def cell_trial(
    source: HistorySource,
    everything: History,
    judge: Predictor,
    *,
    thresholds: bool,
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
    return CellTrial(source, everything, ways, judge, shown, thresholds=thresholds, folds=folds, seed=seed).run(
        progress
    )
