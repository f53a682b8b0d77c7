"""Reports of one cell: what has been measured of exactly the asked model on exactly the asked benchmark."""

from __future__ import annotations

from operator import attrgetter

from records.history import History
from records.question import Question
from records.record import Record


def reports(history: History, question: Question) -> tuple[Record, ...]:
    """Return the visible reports of the asked cell in the headline metric, the newest first, copies left out."""
    found = history.cell_reports(question.model, question.benchmark)
    own = (record for record in found if not record.metric and not record.duplicate_of)
    return tuple(sorted(own, key=attrgetter("published"), reverse=True))
