"""Exclusion: what a history must not show beyond what its date rules out, and which rows of a table that takes.

The screens below take the table of ``records.frame`` and return a mask with its index: true is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from records.base import Value
from records.kinship import Kinship
from records.source import DateBasis, Source


class Exclusion(Value):
    """What a history must not show, beyond what the date rules out."""

    cells: frozenset[tuple[str, str]] = frozenset()
    """(model, benchmark) cells withheld together with their siblings."""
    sources: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    """Models withheld with all their efforts and aliases."""
    benchmarks: frozenset[str] = frozenset()
    """Benchmarks withheld with all that contain them or are part of them."""


NOTHING = Exclusion()


def withheld_names(exclude: Exclusion, kinship: Kinship) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of models and of benchmarks that an exclusion withholds altogether."""
    return kinship.every_effort(exclude.models), kinship.every_relative(exclude.benchmarks)


def excluded(frame: pd.DataFrame, exclude: Exclusion, kinship: Kinship) -> dict[str, pd.Series]:
    """Return which rows an exclusion withholds, by reason."""
    models, benchmarks = withheld_names(exclude, kinship)
    own = frame["source"].isin(exclude.sources)
    return {
        "excluded source": own,
        "copy of a record of an excluded source": _copied(frame, own),
        "excluded model": frame["model"].isin(models),
        "excluded benchmark": frame["benchmark"].isin(benchmarks),
        "withheld cell or sibling": _telling(frame, exclude, kinship),
    }


def _telling(frame: pd.DataFrame, exclude: Exclusion, kinship: Kinship) -> pd.Series:
    """Tell which rows give a withheld cell away."""
    if not exclude.cells:
        return pd.Series(data=False, index=frame.index)
    hidden = kinship.withheld(exclude.cells)
    cells = zip(frame["model"].tolist(), frame["benchmark"].tolist(), strict=True)
    return pd.Series([hidden(*cell) for cell in cells], index=frame.index, dtype=bool)


def _copied(frame: pd.DataFrame, rows: pd.Series) -> pd.Series:
    """Tell which rows are copies of these rows, their originals, or other copies of their originals."""
    if not rows.any():
        return rows
    original = originals(frame)
    return original.isin(original[rows])


def originals(frame: pd.DataFrame) -> pd.Series:
    """Id of the first report behind each record: its own, or where its duplicate marks lead."""
    marked = frame.loc[frame["duplicate_of"] != "", ["id", "duplicate_of"]]
    marks = dict(marked.itertuples(index=False, name=None))

    def follow(key: str) -> str:
        seen: set[str] = set()
        while key in marks and key not in seen:
            seen.add(key)
            key = marks[key]
        return min(seen) if key in seen else key

    return (
        pd.Series([follow(key) for key in frame["id"].tolist()], index=frame.index, dtype="str")
        if marks
        else frame["id"]
    )


def stand_alone(frame: pd.DataFrame, original: pd.Series) -> pd.DataFrame:
    """Let duplicate marks lead to visible records only: of copies whose original is hidden, one stands for all."""
    if (frame["duplicate_of"] == "").all():
        return frame
    copies = original != frame["id"]
    own, first = frame.loc[copies, "id"], original[copies]
    one = own.groupby(first).transform("min")
    shown = set(frame["id"].tolist())
    visible = pd.Series([key in shown for key in first.tolist()], index=first.index, dtype=bool)
    head = first.where(visible, one)
    mark = pd.Series("", index=frame.index, dtype="str")
    mark[copies] = head.where(head != own, "")
    return frame.assign(duplicate_of=mark)


def public_since(frame: pd.DataFrame, sources: Mapping[str, Source], *, strict_dates: bool) -> pd.Series:
    """Return when each record became public; never, for a proxy date that strict mode cannot replace."""
    if not strict_dates:
        return frame["published"]
    never = dt.datetime(9999, 12, 31)  # noqa: DTZ001 - a calendar day
    proxy = frame["date_basis"] == DateBasis.RELEASE.value
    snapshots = [source.snapshot if (source := sources.get(s)) else None for s in frame["source"].tolist()]
    firm = pd.Series([never if day is None else day for day in snapshots], index=frame.index, dtype="datetime64[us]")
    return frame["published"].where(~proxy, firm)
