"""Entropy of events, now and as it is expected to be after measurements: in bits, one yes-or-no question each.

An event is that a normal variable is at least 0. Measurements that explain part of its variance move its mean by an
amount that is itself normal, so that the expected entropy is an integral in one dimension, whatever the number of
measurements: E H(Phi(m' / sqrt(v'))) with m' ~ N(m, v - v'). It is summed by the trapezoid rule over whichever of
the two curves is the narrower one, to six digits.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, xlogy

from records.metric import Floats

REACH = 8.0
"""Standard deviations to either side that are summed over."""

POINTS = 161

_GRID = np.linspace(-REACH, REACH, POINTS)
_DENSITY = np.exp(-0.5 * _GRID**2) / np.sqrt(2.0 * np.pi)
_STEP = float(_GRID[1] - _GRID[0])
_NARROWEST = 1e-12


def entropy(probability: Floats) -> Floats:
    """Entropy of events of these probabilities, in bits: 1 at one half, 0 at 0 and 1."""
    p = np.clip(probability, 0.0, 1.0)
    return np.asarray(-(xlogy(p, p) + xlogy(1.0 - p, 1.0 - p)) / np.log(2.0))


def probability(mean: Floats, variance: Floats) -> Floats:
    """Probability that normal variables are at least 0."""
    return np.asarray(ndtr(mean / np.sqrt(np.maximum(variance, _NARROWEST))))


def expected_entropy(mean: Floats, variance: Floats, left: Floats) -> Floats:
    """Expected entropy of events once measurements leave these variances, in bits; never above the present one.

    Args:
        mean: of the variables, any shape.
        variance: now, the same shape.
        left: after the measurements, between 0 and ``variance``, the same shape.
    """
    mean, variance, left = np.broadcast_arrays(mean, np.maximum(variance, _NARROWEST), left)
    after = np.clip(left, _NARROWEST, variance)
    moved, spare = np.sqrt(variance - after)[..., None], np.sqrt(after)[..., None]
    middle = mean[..., None]
    # Over the means that may come: narrow against the entropy's own width.
    by_mean = entropy(ndtr((middle + moved * _GRID) / spare)) @ _DENSITY * _STEP
    # Over where the event is undecided: narrow against the means that may come.
    width = np.maximum(moved, np.sqrt(_NARROWEST))
    density = np.exp(-0.5 * ((_GRID * spare - middle) / width) ** 2) / (np.sqrt(2.0 * np.pi) * width)
    by_event = np.asarray((entropy(ndtr(_GRID)) * density * spare).sum(axis=-1) * _STEP)
    found = np.where(moved[..., 0] <= spare[..., 0], by_mean, by_event)
    return np.asarray(np.clip(found, 0.0, entropy(probability(mean, variance))))
