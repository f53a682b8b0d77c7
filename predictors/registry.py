"""The names of predictors that a user may type, and how each is made."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from predictors.additive import Additive
from predictors.benchmark_trend import BenchmarkTrend
from predictors.benchpress import BenchPress
from predictors.climatology import Climatology
from predictors.epoch_index import EpochIndex
from predictors.gaussian_process import GaussianProcess
from predictors.latent_trait import LatentTrait
from predictors.low_rank import LowRank
from predictors.method import Method
from predictors.neighbours import Neighbours
from predictors.pool import Pool
from predictors.prior_reports import PriorReports
from predictors.scaling import Scaling
from predictors.single import MethodPredictor
from predictors.text import Text
from records.errors import UsageError
from records.stages import Calibrator, Predictor

DEFAULT = "pool"

METHODS: Mapping[str, Callable[[], Method]] = MappingProxyType(
    {
        "climatology": Climatology,
        "benchmark-trend": BenchmarkTrend,
        "neighbours": Neighbours,
        "gaussian-process": GaussianProcess,
        "latent-trait": LatentTrait,
        "scaling": Scaling,
        "prior-reports": PriorReports,
    }
)
"""The members of the pool by name."""

REFERENCES: Mapping[str, Callable[[], Method]] = MappingProxyType({"benchpress": BenchPress, "epoch-index": EpochIndex})
"""Published methods of others by name, to be measured against; no members of the pool."""


APART: Mapping[str, Callable[[], Method]] = MappingProxyType({"additive": Additive, "low-rank": LowRank, "text": Text})
"""Predictors of ours by name that are not in the pool: with the others there, they did not make it better."""


def _single(make: Callable[[], Method]) -> Predictor:
    return MethodPredictor(make())


def _pool(calibrator: Calibrator | None = None) -> Predictor:
    return Pool(members=tuple(make() for make in METHODS.values()), calibrator=calibrator)


PREDICTORS: Mapping[str, Callable[[], Predictor]] = MappingProxyType(
    {name: partial(_single, make) for name, make in {**METHODS, **APART, **REFERENCES}.items()} | {DEFAULT: _pool}
)
"""Every predictor by name; the pool made from here is not calibrated."""


def predictor(name: str = DEFAULT, *, calibrator: Calibrator | None = None) -> Predictor:
    """Make the predictor of this name; the pool takes the calibrator, single predictors do without.

    Raises:
        UsageError: there is none; the message says which there are.
    """
    if name == DEFAULT:
        return _pool(calibrator)
    if name not in PREDICTORS:
        near = difflib.get_close_matches(name, PREDICTORS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"No predictor is called {name!r}.{hint} There are: {', '.join(PREDICTORS)}.")
    return PREDICTORS[name]()
