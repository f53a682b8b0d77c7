"""Every suite by the name that a user types: what it does, and its own parameters; shared by all adapters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

LADDER = "ladder"
"""The suite whose level names its rule."""
LEVELS = ("L1", "L2.1", "L2.2", "L3", "L4")


class SuiteKind(NamedTuple):
    """What a suite does, in a sentence, and the names of its own parameters."""

    about: str
    parameters: tuple[str, ...]


SUITES: Mapping[str, SuiteKind] = MappingProxyType(
    {
        "cells": SuiteKind(
            "Hide each model's scores in turn, and forecast them from the rest.", ("folds", "deals", "least")
        ),
        "new-model": SuiteKind("Hide the newest models but k of their scores.", ("newest", "shown")),
        "new-benchmark": SuiteKind("Hide benchmarks but k models' scores.", ("benchmarks", "folds", "shown", "least")),
        "new-both": SuiteKind(
            "Forecast the newest models on benchmarks that are held out.",
            ("newest", "benchmarks", "folds", "shown", "least"),
        ),
        "future": SuiteKind(
            "Forecast at past dates what was published in the days after.", ("origins", "every", "window")
        ),
        "family": SuiteKind("Hide whole model families.", ("families", "folds", "least")),
        "scale-up": SuiteKind(
            "Hide the larger sizes of each family, and forecast the largest from the smaller ones.",
            ("ratios", "sizes"),
        ),
        LADDER: SuiteKind(
            "Hide whole groups of scores: by benchmark, family, size and shots (after Ye et al. 2023).",
            ("level", "folds"),
        ),
    }
)

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "folds": "Parts that are hidden in turn.",
        "deals": "How often they are dealt anew.",
        "least": "Leave out what has fewer scores than this.",
        "shown": "Numbers k of scores shown, such as 0,1,3.",
        "ratios": "How many times smaller the sizes shown are, such as 2,4,8.",
        "newest": "How many of the newest releases count as new.",
        "benchmarks": "How many benchmarks are held out.",
        "origins": "How many dates.",
        "every": "Days between them.",
        "window": "Days after each date that are asked about.",
        "families": "How many families.",
        "sizes": "Sizes that a family must have.",
        "level": f"{', '.join(LEVELS[:-1])} or {LEVELS[-1]}.",
    }
)
"""What each parameter means; one that is not told is as the suite has it."""

LISTS = ("shown", "ratios")
"""Parameters that are lists; in a terminal they are typed as whole numbers with commas."""
