"""Elicited quantiles: a distribution out of an answer given at a few levels, repaired where that is safe.

People and language models answer with quantiles at levels of their own choice, and they slip: levels in
percent, neighbours crossed, a value past the bound, a fraction where percent was asked. A slip with one
reading is mended and the repair is told; anything that could be read in two ways is refused.

Between the given levels, and beyond them, the value is linear in the normal score of the level: on the logit
scale for a bounded metric, else as it is. So three honest quantiles of a normal distribution (or a logit-normal
one) give that distribution back, and a told quantile at a percent level comes back as it was told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from records.distribution import Distribution
from records.errors import DistributionError
from records.metric import EDGE, Floats, Metric, Unit, bounds_told
from records.quantiles import LEVELS

CROSSING = 0.25
"""Crossed values are sorted while each moves by at most this share of their range; beyond, order is unclear."""

OVERSHOOT = 0.05
"""Values are clipped while they pass a bound by at most this share of the range between the bounds."""

CLOSEST = 1e-4
"""Levels nearer to each other than this are one level told twice."""

LARGEST = 1e15
"""No score is larger; beyond, differences between neighbours are lost to rounding."""


class Elicited(NamedTuple):
    """A distribution and what had to be mended to get it."""

    distribution: Distribution
    repairs: tuple[str, ...]


def from_elicited(answer: Mapping[float, float], metric: Metric, *, reference: Distribution | None = None) -> Elicited:
    """Build a distribution from quantiles ``{level: value}`` at two or more levels.

    Args:
        answer: values by level. Levels lie in (0, 1), or all in (1, 100) when told in percent.
        metric: gives unit and bounds.
        reference: a forecast of the same question, used only to decide between two units.

    Raises:
        DistributionError: fewer than two levels, numbers that are not finite, or a slip with two readings.
    """
    levels, values = _as_arrays(answer)
    repairs: list[str] = []
    levels = _levels(levels, repairs)
    values = _unit(values, metric, reference, repairs)
    values = _bounds(values, metric, repairs)
    values = _order(values, repairs)
    full = _interpolate(levels, values, metric)
    return Elicited(Distribution.from_array(full, metric), tuple(repairs))


def _as_arrays(answer: Mapping[float, float]) -> tuple[Floats, Floats]:
    if len(answer) < 2:
        raise DistributionError(f"expected quantiles at two or more levels, found {len(answer)}")
    levels = np.array([float(level) for level in answer])
    values = np.array([float(value) for value in answer.values()])
    sound = np.isfinite(levels) & (np.abs(values) <= LARGEST)
    if not np.all(sound):
        raise DistributionError(
            f"levels and values must be finite numbers, values at most {LARGEST:g} in size; "
            f"found {values[~sound][0]:g} at level {levels[~sound][0]:g}"
        )
    order = np.argsort(levels)
    return levels[order], values[order]


def _levels(levels: Floats, repairs: list[str]) -> Floats:
    found = f"{levels[0]:g} to {levels[-1]:g}"
    if levels[0] >= 1.0 and levels[-1] < 100.0:
        repairs.append(f"levels {found} read as percent")
        levels = levels / 100.0
    if levels[0] <= 0.0 or levels[-1] >= 1.0:
        raise DistributionError(f"levels must lie between 0 and 1, found {found}")
    if np.diff(levels).min() < CLOSEST:
        raise DistributionError(f"levels must be at least {CLOSEST:g} apart, found two that are nearer")
    return levels


def _unit(values: Floats, metric: Metric, reference: Distribution | None, repairs: list[str]) -> Floats:
    """Read fractions as percent where percent was asked and only that reading makes sense."""
    low, high = float(values.min()), float(values.max())
    if metric.unit is not Unit.PERCENT or low < 0.0 or not 0.0 < high <= 1.0 + OVERSHOOT:
        return values
    if reference is not None and reference.cdf(1.0) > 0.5:
        return values
    if not _must_be_fractions(values, metric, reference):
        raise DistributionError(
            f"values {low:g} to {high:g} may be fractions or percent below one: answer in percent, 0 to 100"
        )
    repairs.append(f"values {low:g} to {high:g} read as fractions and turned into percent")
    return values * 100.0


def _must_be_fractions(values: Floats, metric: Metric, reference: Distribution | None) -> bool:
    """Whether values about one or below would be absurd as percent."""
    if reference is None:
        # Guessing already scores more than this, and nobody expects a model to do far worse than guessing.
        return metric.higher_is_better and metric.chance is not None and metric.chance >= 5.0
    middle = float(np.median(values))
    nearer = abs(100.0 * middle - reference.median) < abs(middle - reference.median)
    return nearer and reference.exceedance(1.0) > 0.99


def _bounds(values: Floats, metric: Metric, repairs: list[str]) -> Floats:
    low, high = metric.bounds
    span = high - low if metric.bounded else max(1.0, float(np.ptp(values)))
    past = max(low - float(values.min()), float(values.max()) - high)
    if past <= 0:
        return values
    if past > OVERSHOOT * span:
        raise DistributionError(
            f"values {values.min():g} to {values.max():g} leave the bounds {bounds_told(low, high)} of {metric.name}"
        )
    repairs.append(f"values clipped to the bounds {bounds_told(low, high)}")
    return np.clip(values, low, high)


def _order(values: Floats, repairs: list[str]) -> Floats:
    """Sort crossed values (rearrangement: Chernozhukov, Fernandez-Val and Galichon 2010)."""
    ordered = np.sort(values)
    moved = float(np.abs(ordered - values).max())
    if moved == 0.0:
        return values
    if moved > CROSSING * float(np.ptp(values)):
        raise DistributionError(f"the values {np.round(values, 4).tolist()} do not rise with the level")
    repairs.append("crossed quantiles sorted")
    return ordered


def _interpolate(levels: Floats, values: Floats, metric: Metric) -> Floats:
    """Quantiles at the percent levels, shape ``(99,)``, from told levels and values ``(k,)`` in order."""
    known, wanted = ndtri(levels), ndtri(LEVELS)
    working = metric.to_working(values, edge=_edge(values, metric))
    full = metric.from_working(_line(known, working, wanted))
    # A told bound was pulled inside to have a finite logit: the tails are pushed back by as much.
    pulled = metric.from_working(working) - values
    full = full - np.where(wanted < known[0], pulled[0], 0.0) - np.where(wanted > known[-1], pulled[-1], 0.0)
    return np.clip(_as_told(levels, values, full), *metric.bounds)


def _edge(values: Floats, metric: Metric) -> float:
    """How near to a bound the logit must reach: a told bound counts as half as near as the nearest value inside."""
    if not metric.bounded:
        return EDGE
    low, high = metric.bounds
    distance = np.minimum(values - low, high - values) / (high - low)
    nearest = distance[distance > 0.0].min(initial=1.0)
    return float(np.clip(nearest / 2.0, 1e-9, EDGE))


def _line(known: Floats, working: Floats, wanted: Floats) -> Floats:
    """Linear interpolation that goes on beyond both ends with the slope of the end segment."""
    first = (working[1] - working[0]) / (known[1] - known[0])
    last = (working[-1] - working[-2]) / (known[-1] - known[-2])
    inner = np.interp(wanted, known, working)
    below = np.minimum(wanted - known[0], 0.0) * first
    above = np.maximum(wanted - known[-1], 0.0) * last
    return np.asarray(inner + below + above)


def _as_told(levels: Floats, values: Floats, full: Floats) -> Floats:
    """Hold each stretch between the told values at its ends, and told levels at what was told."""
    stretch = np.searchsorted(np.round(levels, 9), LEVELS)
    held = np.clip(full, np.append(-np.inf, values)[stretch], np.append(values, np.inf)[stretch])
    place, told = np.nonzero(np.isclose(LEVELS[:, None], levels, rtol=0.0, atol=1e-9))
    held[place] = values[told]
    return np.asarray(held)
