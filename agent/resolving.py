"""Resolving: what came out of a question, as far as a history shows it.

The outcome is the median of the cell's own reports in the headline metric. A question that knew reports of its cell is
resolved by later ones only.
"""

from __future__ import annotations

import datetime as dt
import statistics
from typing import NamedTuple

from records.history import History
from records.question import Question
from records.reports import reports


class Outcome(NamedTuple):
    """What came out.

    ``published`` is the day on which all of the reports behind the value were public.
    """

    value: float
    published: dt.date


def outcome(question: Question, history: History) -> Outcome | None:
    """Return what came out of a question, None where the history does not show it.

    Args:
        question: asked earlier.
        history: shows what may be known of the outcome, and nothing else is looked at.
    """
    own = reports(history, question)
    if question.cell_known:
        own = tuple(record for record in own if record.published > question.as_of)
    if not own:
        return None
    return Outcome(statistics.median(record.value for record in own), max(record.published for record in own))
