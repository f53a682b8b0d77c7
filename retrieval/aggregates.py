"""Aggregates: figures over the records that some conditions let through, together or by group.

They are worked out on the table of the history, in numpy, and not by a query to the store: the barrier has done its
work when the history is there (dates, sources, siblings, copies, vouched-for scores), and a second reading of the
tables would need a second barrier. A hundred thousand rows take milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from records.benchmark import Benchmark
from records.errors import UsageError
from records.metric import Floats, Unit
from records.search import Aggregate, GroupBy
from retrieval.conditions import Mask
from retrieval.documents import NAME, plain
from retrieval.visible import Numbers, Visible

Labels = NDArray[np.object_]

LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)

TREND_FROM = 5
"""Records of dated models below which no trend is told."""

TREND_OVER = 1.0 / 3.0
"""Years of releases below which no trend is told: a line through a few months says nothing of a year."""

YEAR = 365.25


def aggregates(visible: Visible, mask: Mask, *, by: GroupBy, limit: int) -> tuple[Aggregate, ...]:
    """Return figures of the rows that a mask lets through, the largest groups first; copies are not counted.

    A year is that of publication.

    Raises:
        UsageError: records of one group are in metrics that cannot be put together.
    """
    rows: Numbers = np.flatnonzero(mask & visible.originals)
    if not len(rows):
        return ()
    numbers, names = pd.factorize(_labels(visible, rows, by), sort=True)
    largest = np.argsort(-np.bincount(numbers), kind="stable")[:limit]
    groups = ((str(names[group]), rows[numbers == group]) for group in largest)
    return tuple(_aggregate(visible, group, own) for group, own in groups)


def _labels(visible: Visible, rows: Numbers, by: GroupBy) -> Labels:
    """Value of each row of what is grouped by."""
    models, benchmarks = visible.model_of[rows], visible.benchmark_of[rows]
    match by:
        case GroupBy.MODEL:
            return _texts(m.id for m in visible.models)[models]
        case GroupBy.FAMILY:
            return _texts(m.family for m in visible.models)[models]
        case GroupBy.ORGANISATION:
            return _texts(m.organisation for m in visible.models)[models]
        case GroupBy.BENCHMARK:
            return _texts(b.id for b in visible.benchmarks)[benchmarks]
        case GroupBy.DOMAIN:
            return _texts(b.domain for b in visible.benchmarks)[benchmarks]
        case GroupBy.SOURCE:
            return _texts(visible.column("source").iloc[rows])
        case GroupBy.YEAR:
            return _texts(visible.column("published").iloc[rows].dt.year.astype(str))
        case GroupBy.SETTING:
            return _texts(str(setting) for setting in visible.settings)[visible.setting_of[rows]]
        case _:
            return np.full(len(rows), "", dtype=object)


def _texts(values: Iterable[str]) -> Labels:
    return np.array([plain(value, limit=NAME) or "unknown" for value in values], dtype=object)


def _aggregate(visible: Visible, group: str, rows: Numbers) -> Aggregate:
    _refuse_mixture(visible, rows, group)
    values, years = visible.scores[rows], visible.released[visible.model_of[rows]] / YEAR
    higher = visible.benchmarks[visible.benchmark_of[rows[0]]].metric.higher_is_better
    best = int(np.argmax(values if higher else -values))
    return Aggregate(
        group=group,
        count=len(rows),
        models=len(np.unique(visible.model_of[rows])),
        benchmarks=len(np.unique(visible.benchmark_of[rows])),
        quantiles=dict(zip(LEVELS, np.quantile(values, LEVELS).tolist(), strict=True)),
        best=float(values[best]),
        best_record=visible.id_of(rows[best]),
        trend=_trend(years, values),
    )


def _trend(years: Floats, values: Floats) -> float | None:
    """Change of the value a year of the model's release, by least squares."""
    dated = ~np.isnan(years)
    if dated.sum() < TREND_FROM or np.ptp(years[dated]) < TREND_OVER:
        return None
    since, told = years[dated] - years[dated].mean(), values[dated] - values[dated].mean()
    spread = float(since @ since)
    return float(since @ told) / spread if spread > 0.0 else None


def _refuse_mixture(visible: Visible, rows: Numbers, group: str) -> None:
    others = not visible.headline[rows].all()
    metrics = visible.column("metric").iloc[rows].tolist() if others else [""] * len(rows)
    kinds: Counter[str] = Counter()
    for (number, metric), count in Counter(zip(visible.benchmark_of[rows].tolist(), metrics, strict=True)).items():
        kinds[_scale(visible.benchmarks[number], metric)] += count
    if len(kinds) > 1:
        told = "; ".join(f"{kind} ({count} records)" for kind, count in kinds.most_common(5))
        of = f" of {group}" if group else ""
        raise UsageError(
            f"The records{of} are on {len(kinds)} scales that cannot be put together: {told}. "
            "Name one benchmark, or benchmarks of one scale, or group by benchmark."
        )


def _scale(benchmark: Benchmark, metric: str) -> str:
    """What must be alike for values to be put together: percent is one scale, every other belongs to its benchmark."""
    main = benchmark.metric
    better = "higher is better" if main.higher_is_better else "lower is better"
    if metric:
        return f"{metric} of {benchmark.id}"
    return f"percent, {better}" if main.unit is Unit.PERCENT else f"{main.unit.value} of {benchmark.id}, {better}"
