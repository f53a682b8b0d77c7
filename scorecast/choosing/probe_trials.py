"""Choices of probes as a user asks to have them judged: ours, random ones and the peer's.

Ways of choosing get the history without the scores of the models that they are judged on, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eval.planning.published import PROBES
from eval.planning.trial import Chooser, ProbeTrial, Progress, Way
from planning.subset import Way as By
from records.history import History
from records.stages import HistorySource, Predictor
from scorecast.choosing.benchmarks import Wishes, choose_subset, models_by_benchmark, new_release
from scorecast.choosing.trials import OURS, RANDOM, Processes


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
