"""Reports of one cell: what has been measured of exactly the asked model on exactly the asked benchmark."""

from __future__ import annotations

import pandas as pd

from records.history import History
from records.question import Question
from records.record import Record


def report_rows(history: History, question: Question) -> pd.DataFrame:
    """Rows of the visible reports of the asked cell in the headline metric, the newest first, copies left out."""
    rows = history.cell_records(question.model, question.benchmark)
    return rows[(rows["metric"] == "") & (rows["duplicate_of"] == "")].sort_values("published", ascending=False)


def reports(history: History, question: Question) -> tuple[Record, ...]:
    """The same as records."""
    if not history.shows(question.model, question.benchmark):
        return ()  # told at once, without a pass over the table
    return tuple(history.record(key) for key in report_rows(history, question)["id"])
