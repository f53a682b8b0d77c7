"""Disagreement: how far apart the draws of one question are.

The distance of two distributions is the integral of the squared difference of their distribution functions, the same
distance by which CRPS judges (Szekely and Rizzo 2013: half the energy distance). Its unit is that of the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from records.distribution import Distribution
from records.metric import Floats
from records.pooling import Pooling, pool_quantiles

APART = 0.25
"""Draws disagree above this share of their mean standard deviation: two equal bells about one deviation apart."""


def distance(one: Distribution, other: Distribution) -> float:
    """Return the distance of two distributions, 0 for equal ones, from their 99 quantiles."""
    x, y = np.asarray(one.quantiles), np.asarray(other.quantiles)
    return max(0.0, _apart(x, y) - 0.5 * _apart(x, x) - 0.5 * _apart(y, y))


def _apart(x: Floats, y: Floats) -> float:
    return float(np.abs(x[:, None] - y[None, :]).mean())


def disagreement(draws: Sequence[Distribution]) -> float:
    """Return the mean distance of all pairs, in the unit; 0 for a single draw."""
    pairs = [distance(one, other) for one, other in combinations(draws, 2)]
    return float(np.mean(pairs)) if pairs else 0.0


def disagree(draws: Sequence[Distribution]) -> bool:
    """Whether draws are so far apart that somebody should look into it."""
    width = float(np.mean([draw.standard_deviation for draw in draws])) if draws else 0.0
    return disagreement(draws) > APART * max(width, 1e-9)


def together(draws: Sequence[Distribution]) -> Distribution:
    """Pool draws linearly: where they differ, the pool is wider, since a language model is too sure of each."""
    if len(draws) == 1:
        return draws[0]
    first = draws[0]
    members = np.array([[draw.quantiles] for draw in draws])
    [pooled] = pool_quantiles(members, np.ones(len(draws)), Pooling.LINEAR_POOL, first.bounds)
    return Distribution(quantiles=tuple(np.clip(pooled, *first.bounds).tolist()), lower=first.lower, upper=first.upper)
