"""The summary of a job as one HTML page: no network, no script, no other file. Names from a plan are untrusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import eval.report as report
from records.job import WITH_FORECAST, Job
from scorecast.batch import pictures
from scorecast.batch.options import BatchOptions
from scorecast.batch.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = Path(__file__).with_name("summary.html.j2")
STYLE = Path(report.__file__).with_name("page.css")
MOST_ROWS = 400
"""Rows of the table on the page; the file of forecasts has all."""
MOST_LACKING = 200
MOST_FLAGS = 12


class Flag(NamedTuple):
    """What to be careful about, and in how many forecasts."""

    told: str
    times: int


def page(frame: pd.DataFrame, job: Job, far: Progress) -> str:
    """Fill the template.

    Args:
        frame: as ``scorecast.batch.output.table_of`` makes it.
        job: whose forecasts these are.
        far: how far it is.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    told = frame[frame["state"].isin([state.value for state in WITH_FORECAST])]
    lacking = frame[~frame.index.isin(told.index)]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        job=job,
        far=far,
        options=BatchOptions.of(job),
        style=STYLE.read_text(encoding="utf-8"),
        pictures=_pictures(told),
        flags=_flags(told["flags"]),
        rows=_rows(told.head(MOST_ROWS)),
        told=len(told),
        lacking=lacking.head(MOST_LACKING).to_dict("records"),
        more_lacking=max(0, len(lacking) - MOST_LACKING),
        threshold=bool(told["p_at_least"].notna().any()),
    )


def _rows(told: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in told.astype(object).to_dict("records")]


def _flags(column: pd.Series) -> list[Flag]:
    counted = column[column != ""].str.split(" | ", regex=False).explode().value_counts()
    return [Flag(str(told), int(count)) for told, count in counted.head(MOST_FLAGS).items()]


class Picture(NamedTuple):
    """A figure with its title and what it shows."""

    title: str
    drawn: str
    caption: str


def _pictures(told: pd.DataFrame) -> list[Picture]:
    """The figures that there is anything to draw for."""
    percent = told[told["unit"] == "percent"]
    return [*_of_percent(percent), *_of_all(told), *_by_name(percent)] if len(told) else []


def _of_percent(percent: pd.DataFrame) -> list[Picture]:
    if percent.empty:
        return []
    medians = percent["median"].to_numpy(dtype=float)
    widths = (percent["high90"] - percent["low90"]).to_numpy(dtype=float)
    return [
        Picture("Where", pictures.histogram(medians, label="median, %"), "Medians of the forecasts."),
        Picture(
            "How certain",
            pictures.histogram(widths, label="width of the 90 % interval, points"),
            "The narrower, the more is known.",
        ),
    ]


def _by_name(percent: pd.DataFrame) -> list[Picture]:
    """The tallest figure, at the end."""
    spans = "Medians on each benchmark: the dot is their middle, the band goes from the lowest to the highest."
    drawn = pictures.spans(_by_benchmark(percent)) if len(percent) else ""
    return [Picture("Forecasts by benchmark", drawn, spans)] if drawn else []


def _of_all(told: pd.DataFrame) -> list[Picture]:
    counts = {str(name): int(count) for name, count in told["known_level"].value_counts().head(12).items()}
    known = "Scores known of the model, and models known on the benchmark."
    drawn = [Picture("What was known", pictures.bars(counts), known)]
    chances = 100.0 * told["p_at_least"].dropna().to_numpy(dtype=float)
    if chances.size:
        picture = pictures.histogram(chances, label="chance of reaching the threshold, %")
        decides = "Near 0 or 100 an experiment tells little that is not known; in the middle it decides."
        drawn.append(Picture("Thresholds", picture, decides))
    return drawn


def _by_benchmark(percent: pd.DataFrame) -> dict[str, list[float]]:
    grouped = percent.groupby("benchmark_id")["median"]
    most = grouped.size().sort_values(ascending=False, kind="stable").head(pictures.MOST_BARS).index
    kept = {str(name): grouped.get_group(name).tolist() for name in most}
    return {name: kept[name] for name in sorted(kept, key=lambda name: float(np.median(kept[name])))}
