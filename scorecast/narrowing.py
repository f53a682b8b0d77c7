"""Narrowing: the part of a history that a user asks for by model, benchmark, source, date or a piece of text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from records.history import History
from records.names.catalogue import Catalogue
from records.names.fold import fold
from scorecast.questions.planned import check_sources


@dataclass(frozen=True)
class Wanted:
    """Which records are wanted; what is empty does not narrow.

    Attributes:
        text: words that must all occur in the names or ids of model and benchmark, or in the source.
        models: names, each of which must be known.
        benchmarks: names, each of which must be known.
        sources: ids, each of which must be known.
        since: earliest publication date.
    """

    text: str = ""
    models: Sequence[str] = ()
    benchmarks: Sequence[str] = ()
    sources: Sequence[str] = ()
    since: dt.date | None = None


def narrow(history: History, wanted: Wanted, catalogue: Catalogue) -> History:
    """Return the history with only the wanted records, the newest first.

    Raises:
        UsageError: a name or source that is not known.
    """
    frame = history.records
    keep = pd.Series(data=True, index=frame.index)
    if wanted.models:
        keep &= frame["model"].isin([catalogue.model(name).id for name in wanted.models])
    if wanted.benchmarks:
        keep &= frame["benchmark"].isin([catalogue.benchmark(name).id for name in wanted.benchmarks])
    if wanted.sources:
        keep &= frame["source"].isin(check_sources(catalogue, wanted.sources))
    if wanted.since:
        keep &= frame["published"] >= pd.Timestamp(wanted.since)
    if wanted.text.strip():
        keep &= _mentions(frame, wanted.text, catalogue)
    ordered = frame[keep].sort_values(["published", "id"], ascending=[False, True], kind="stable")
    return dataclasses.replace(history, records=ordered.reset_index(drop=True))


def _mentions(frame: pd.DataFrame, text: str, catalogue: Catalogue) -> pd.Series:
    spoken = {key: fold(f"{key} {m.name}") for key, m in catalogue.models.items()}
    spoken_benchmarks = {key: fold(f"{key} {b.name}") for key, b in catalogue.benchmarks.items()}
    everything = (
        frame["model"].map(spoken).fillna(frame["model"])
        + " "
        + frame["benchmark"].map(spoken_benchmarks).fillna(frame["benchmark"])
        + " "
        + frame["source"].map(fold)
    )
    found = pd.Series(data=True, index=frame.index)
    for word in fold(text).split():
        found &= everything.str.contains(word, regex=False)
    return found
