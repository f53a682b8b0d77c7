"""The cell matrix of a history: rows models, columns benchmarks, one value a cell on the standard scale.

In: a ``History``, or some of its reports. Out: ``Reports`` (one entry a visible report of a headline metric, copies
left out) and ``Cells`` (one entry a filled cell, its several reports joined by their weighted median), both as
coordinate arrays. Everything that later looks at "training data" looks at one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from predictors.benchmarks import NORMAL_MAD, BenchmarkSide
from predictors.models import Ints, ModelSide, codes
from predictors.sums import Grouping
from records.history import SETTING_COLUMNS, History
from records.metric import EDGE, Floats

USUAL_ITEMS = 300.0
"""Number of items that a report is taken to rest on when neither it nor its benchmark tells one."""

REPORT_NOISE = 0.12
"""Standard deviation between honest reports of one cell, standard scale, before any pair of reports is seen."""

PRIOR_PAIRS = 20.0
"""How many pairs of reports ``REPORT_NOISE`` counts for."""

NOISE_FLOOR = 0.05
"""Below this, agreement between reports is taken to be copying rather than precision."""

OPEN_SAMPLING = 0.15
"""Sampling error of a report on an open scale that tells no standard error, in spreads of its column."""


ARRAYS = ("row", "column", "working", "sampling", "setting")
"""Fields of ``Reports`` with one entry a report."""


@dataclass(frozen=True, eq=False)
class Reports:
    """Reports as coordinate arrays of length k.

    Attributes:
        models, benchmarks: the two sides of the matrix.
        row, column: coordinates.
        working: values on the working scale.
        sampling: variance from sampling items, working scale; NaN where only the column can tell (open scales).
        setting: code of the setting told; equal settings have equal codes.
    """

    models: ModelSide
    benchmarks: BenchmarkSide
    row: Ints
    column: Ints
    working: Floats
    sampling: Floats
    setting: Ints

    @classmethod
    def of(cls, history: History) -> Reports:
        """Collect the headline reports of a history."""
        models = ModelSide.of(list(history.models.values()), history.kinship)
        benchmarks = BenchmarkSide.of(list(history.benchmarks.values()), history.kinship)
        row = codes(history.records["model"].tolist(), models.ids)
        return collect(history.records, row, models, benchmarks)

    def __len__(self) -> int:
        """Number of reports."""
        return len(self.row)

    def keep(self, mask: np.ndarray) -> Reports:
        """Return only some reports; both sides of the matrix stay."""
        return replace(self, **{name: getattr(self, name)[mask] for name in ARRAYS})

    def joined_by(self, others: Reports) -> Reports:
        """Return these reports and others on the same two sides."""
        arrays = {name: np.append(getattr(self, name), getattr(others, name)) for name in ARRAYS}
        return Reports(self.models, self.benchmarks, **arrays)


@dataclass(frozen=True, eq=False)
class Cells:
    """Filled cells as coordinate arrays of length c, ordered by row and then column.

    Attributes:
        models, benchmarks: the two sides of the matrix; open scales are fitted to these cells.
        row, column: coordinates, each pair once.
        value: standard scale.
        noise: measurement variance, standard scale.
        reports: how many reports a cell has.
        report_noise: standard deviation between reports of one cell, standard scale.
    """

    models: ModelSide
    benchmarks: BenchmarkSide
    row: Ints
    column: Ints
    value: Floats
    noise: Floats
    reports: Ints
    report_noise: float

    @classmethod
    def of(cls, reports: Reports) -> Cells:
        """Join the reports of each cell, open scales and the noise between reports fitted to them."""
        return cls.on(reports, reports.benchmarks.scaled_to(reports.column, reports.working))

    @classmethod
    def on(cls, reports: Reports, benchmarks: BenchmarkSide, *, report_noise: float | None = None) -> Cells:
        """Join the reports of each cell on scales, and with a noise between reports, that are already known."""
        values = benchmarks.standard(reports.column, reports.working)
        sampling = reports.sampling / benchmarks.scale[reports.column] ** 2
        sampling = np.where(np.isnan(sampling), OPEN_SAMPLING**2, sampling)
        key = reports.row * max(len(benchmarks), 1) + reports.column
        cells, cell, count = np.unique(key, return_inverse=True, return_counts=True)
        median = weighted_median(cell, values, 1.0 / (sampling + REPORT_NOISE**2))
        between = report_noise or _between_reports(values - median[cell], count[cell])
        best = np.full(len(cells), np.inf)
        np.minimum.at(best, cell, sampling)
        width = max(len(benchmarks), 1)
        return cls(
            models=reports.models, benchmarks=benchmarks, row=cells // width, column=cells % width, value=median,
            noise=best + between**2 / count, reports=count.astype(np.int64), report_noise=between,
        )  # fmt: skip

    def __len__(self) -> int:
        """Number of filled cells."""
        return len(self.row)

    def keep(self, mask: np.ndarray) -> Cells:
        """Return only some cells, on the same scales: for splits inside one predictor's own training data."""
        arrays = {name: getattr(self, name)[mask] for name in ("row", "column", "value", "noise", "reports")}
        return replace(self, **arrays)

    @cached_property
    def by_row(self) -> Grouping:
        """The cells by model."""
        return Grouping(self.row, self.column, len(self.models))

    @cached_property
    def by_column(self) -> Grouping:
        """The cells by benchmark."""
        return Grouping(self.column, self.row, len(self.benchmarks))

    @cached_property
    def row_counts(self) -> Ints:
        """Filled cells of each model, shape ``(M,)``."""
        return np.bincount(self.row, minlength=len(self.models))

    @cached_property
    def column_counts(self) -> Ints:
        """Filled cells of each benchmark, shape ``(B,)``."""
        return np.bincount(self.column, minlength=len(self.benchmarks))


def collect(frame: pd.DataFrame, row: Ints, models: ModelSide, benchmarks: BenchmarkSide) -> Reports:
    """Turn a record table into reports; unknown rows (-1) and benchmarks, other metrics and copies are left out."""
    column = codes(frame["benchmark"].tolist(), [b.id for b in benchmarks.benchmarks])
    usable = (row >= 0) & (column >= 0) & (frame["metric"] == "").to_numpy() & (frame["duplicate_of"] == "").to_numpy()
    chosen, row, column = frame[usable], row[usable], column[usable]
    value, error, items = (chosen[name].to_numpy(dtype=float) for name in ("value", "standard_error", "items"))
    setting = chosen.groupby(list(SETTING_COLUMNS), dropna=False).ngroup().to_numpy()
    working, sampling = _measured(benchmarks, column, value, error, items)
    return Reports(models, benchmarks, row, column, working, sampling, setting.astype(np.int64))


def _measured(
    benchmarks: BenchmarkSide, column: Ints, value: Floats, error: Floats, items: Floats
) -> tuple[Floats, Floats]:
    """Working-scale values and their sampling variances, by the delta method on the logit."""
    told = [b.metric for b in benchmarks.benchmarks]
    low = np.array([m.lower if m.bounded else 0.0 for m in told], dtype=float)[column]
    high = np.array([m.upper if m.bounded else 1.0 for m in told], dtype=float)[column]
    bounded = benchmarks.bounded[column]
    usual = np.array([b.items or USUAL_ITEMS for b in benchmarks.benchmarks], dtype=float)[column]
    share = np.clip((value - low) / (high - low), EDGE, 1.0 - EDGE)
    steepness = share * (1.0 - share)
    binomial = steepness / np.where(np.isnan(items), usual, items)
    variance = np.where(error > 0, (error / (high - low)) ** 2, binomial) / steepness**2
    open_variance = np.where(error > 0, error**2, np.nan)
    working = np.where(bounded, np.log(share / (1.0 - share)), value)
    return working, np.where(bounded, variance, open_variance)


def weighted_median(group: Ints, values: Floats, weights: Floats) -> Floats:
    """Weighted median of each group 0 ... g-1; the midpoint where two values share the middle."""
    n = int(group.max()) + 1 if group.size else 0
    order = np.lexsort((values, group))
    label, sorted_values, sorted_weights = group[order], values[order], weights[order]
    total = np.bincount(label, sorted_weights, minlength=n)
    before = np.concatenate([[0.0], np.cumsum(total)[:-1]])[label]
    reached = np.cumsum(sorted_weights) - before
    half, slack = total[label] / 2.0, 1e-9 * total[label]
    low = np.full(n, np.inf)
    np.minimum.at(low, label[reached >= half - slack], sorted_values[reached >= half - slack])
    high = np.full(n, np.inf)
    np.minimum.at(high, label[reached > half + slack], sorted_values[reached > half + slack])
    return (low + np.where(np.isfinite(high), high, low)) / 2.0


def _between_reports(deviations: Floats, count: Ints) -> float:
    """Robust standard deviation of reports around the median of their cell, shrunk to ``REPORT_NOISE``."""
    several = count > 1
    inflated = deviations[several] * np.sqrt(count[several] / (count[several] - 1.0))
    pairs = inflated.size / 2.0
    seen = NORMAL_MAD * float(np.median(np.abs(inflated))) if inflated.size else 0.0
    pooled = np.sqrt((PRIOR_PAIRS * REPORT_NOISE**2 + pairs * seen**2) / (PRIOR_PAIRS + pairs))
    return max(float(pooled), NOISE_FLOOR)
