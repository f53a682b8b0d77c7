"""The rules by name, and the making of a suite from a store by rule and seed."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from pydantic import ValidationError

from eval.suites.families import Family
from eval.suites.future import Future
from eval.suites.ladder import LEVELS, Ladder
from eval.suites.new_benchmarks import NewBenchmark
from eval.suites.new_both import NewBoth
from eval.suites.new_models import NewModel
from eval.suites.random_cells import Cells
from eval.suites.scale_up import ScaleUp
from eval.suites.suite import Parameter, Rule, Suite
from records.errors import NotEnoughRecords, UsageError
from records.exclusion import NOTHING, Exclusion
from records.stages import HistorySource

RULES: Mapping[str, Callable[..., Rule]] = MappingProxyType(
    {
        "cells": Cells,
        "new-model": NewModel,
        "new-benchmark": NewBenchmark,
        "new-both": NewBoth,
        "future": Future,
        "family": Family,
        "scale-up": ScaleUp,
        **{level: partial(Ladder, level=level) for level in LEVELS},
    }
)
"""Every rule by the name that a user types; it takes its parameters as keywords."""


def make(
    name: str,
    source: HistorySource,
    *,
    as_of: dt.date,
    seed: int = 0,
    exclude: Exclusion = NOTHING,
    strict_dates: bool = False,
    parameters: Mapping[str, Parameter] = MappingProxyType({}),
) -> Suite:
    """Make a suite from all that a store lets through.

    Args:
        name: of the rule.
        source: the store.
        as_of: nothing later is asked about.
        seed: of every draw: the same seed, rule, parameters and history make the same suite.
        exclude: what neither questions nor histories may hold.
        strict_dates: of the history, see ``records.history``.
        parameters: of the rule; what is not told is as the rule has it.

    Raises:
        UsageError: there is no such rule, or it has no such parameter or not that value.
        NotEnoughRecords: the store holds nothing that this rule could ask about.
    """
    chosen = rule(name, parameters)
    history = source.history(as_of=as_of, exclude=exclude, strict_dates=strict_dates)
    folds = tuple(fold for fold in chosen.deal(history, source, seed=seed) if fold.questions)
    if not folds:
        raise NotEnoughRecords(f"the records as of {as_of} hold nothing that {name} could ask about: import records")
    return Suite(name, name, chosen.parameters, seed, history.fingerprint, folds)


def rule(name: str, parameters: Mapping[str, Parameter] = MappingProxyType({})) -> Rule:
    """Return the rule of this name with these parameters.

    Raises:
        UsageError: there is no such rule, or it has no such parameter or not that value.
    """
    if name not in RULES:
        near = difflib.get_close_matches(name, RULES, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"No suite is called {name!r}.{hint} There are: {', '.join(RULES)}.")
    try:
        return RULES[name](**parameters)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"Suite {name} cannot be made so: {where}: {first['msg']}.") from error
