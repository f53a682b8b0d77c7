"""The figures of a job's summary: each a function from numbers to an inline SVG, in the style of the other reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from eval.report.svg import INK, MUTED, SERIES, STYLE, svg
from records.metric import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 24
MOST_BARS = 24
LONGEST = 26


def histogram(values: Floats, *, label: str) -> str:
    """How many forecasts lie where."""

    def draw(axes: Axes) -> None:
        axes.hist(values, bins=BINS, color=SERIES[0], alpha=0.85)
        axes.axvline(float(np.median(values)), color=INK, linewidth=1, linestyle=(0, (4, 4)))
        axes.set(xlabel=label, ylabel="forecasts")
        axes.grid(visible=False, axis="x")

    return _drawn(draw, label, height=240.0)


def bars(counts: Mapping[str, int]) -> str:
    """How many forecasts are of which kind, the commonest on top."""

    def draw(axes: Axes) -> None:
        names = list(counts)[::-1]
        axes.barh(range(len(names)), [counts[name] for name in names], color=SERIES[2], alpha=0.85)
        axes.set_yticks(range(len(names)), [_short(name) for name in names])
        axes.set(xlabel="forecasts")
        axes.grid(visible=False, axis="y")

    return _drawn(draw, "bars", height=80.0 + 22.0 * len(counts))


def spans(groups: Mapping[str, Sequence[float]]) -> str:
    """Lowest, middle and highest of each group, one line a group."""

    def draw(axes: Axes) -> None:
        for row, values in enumerate(groups.values()):
            axes.plot([min(values), max(values)], [row, row], color=SERIES[0], linewidth=5, alpha=0.35)
            axes.plot([float(np.median(values))], [row], color=SERIES[0], marker="o", markersize=5)
        axes.set_yticks(range(len(groups)), [_short(name) for name in groups])
        axes.set(xlim=(-1, 101), xlabel="median, %")
        axes.tick_params(axis="y", labelcolor=MUTED)

    return _drawn(draw, "spans", height=80.0 + 18.0 * len(groups))


def _drawn(draw: Callable[[Axes], None], name: str, *, height: float, width: float = 380.0) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # its keys are a closed list of names
        figure = Figure(figsize=(width / 72.0, height / 72.0), layout="constrained")
        draw(figure.add_subplot())
        return svg(figure, salt=name)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
