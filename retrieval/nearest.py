"""Evidence by nearness: the records that bear most on a question, found by who resembles whom.

Three sources, interleaved: what the same model scored on related benchmarks, what its family scored on the same
benchmark, and what similar models scored on it. Only the question's own history is read, and the scores that the
asker vouches for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, zip_longest

import numpy as np

from records.evidence import Evidence, Relation
from records.history import History
from records.metric import Floats
from records.question import Question
from retrieval.near import Near, Row, near


@dataclass(frozen=True)
class Found:
    """A record's id with its nearness in [0, 1] and why it is near."""

    record: str
    relation: Relation
    nearness: float
    why: str


class NearestRecords:
    """The statistical retriever: no index, no embedding, exact."""

    def evidence(self, question: Question, history: History, *, limit: int = 10) -> tuple[Evidence, ...]:
        """Return at most ``limit`` pieces of evidence, the most relevant first.

        Raises:
            LeakageError: the question is older than the history, or the history shows its cell unasked.
        """
        history.refuse_leak(question)
        kept = near(history)
        here = kept.by_benchmark.get(question.benchmark.id, ())
        others = _newest_of_each([row for row in here if row.other != question.model.id])
        others = [row for row in others if row.other in history.models]
        lists = [
            _same_model(question, history, kept, limit),
            *_other_models(others, question, history, kept, limit),
        ]
        own = (_same_cell(row) for row in here if row.other == question.model.id)
        found = _distinct(chain(own, _interleaved(lists)), limit)
        records = kept.records(item.record for item in found) | {record.id: record for record in question.known}
        return tuple(
            # Not validated again: the records were, when they were read.
            Evidence.model_construct(
                record=records[item.record],
                relation=item.relation,
                relevance=item.nearness,
                why=item.why,
            )
            for item in found
        )


def _same_cell(row: Row) -> Found:
    return Found(row.id, Relation.SAME_CELL, 1.0, "an earlier report of this very cell")


def _same_model(question: Question, history: History, kept: Near, limit: int) -> list[Found]:
    """What the model scored elsewhere, as the asker vouches for it or else as it was reported last."""
    known = [Row(record.id, record.benchmark) for record in question.known if record.model == question.model.id]
    rows = [row for row in (*known, *kept.by_model.get(question.model.id, ())) if row.other != question.benchmark.id]
    likeness = kept.benchmarks_like(question.benchmark.id)
    found = []
    for row in _newest_of_each(rows):
        other = history.benchmarks.get(row.other)
        together = likeness.get(row.other, 0.0)
        same_domain = other is not None and other.domain == question.benchmark.domain
        why = "the same model, in the same domain" if same_domain else "the same model"
        if together > 0.2:
            why = f"moves with {question.benchmark.name} (r = {together:.2f})"
        nearness = min(max(0.7 * together + 0.25 * same_domain + 0.05, 0.0), 0.99)
        found.append(Found(row.id, Relation.SAME_MODEL, nearness, why))
    return sorted(found, key=lambda item: (-item.nearness, item.record))[:limit]


def _other_models(
    others: Sequence[Row], question: Question, history: History, kept: Near, limit: int
) -> tuple[list[Found], list[Found]]:
    """What the model's family scored on the benchmark, and what similar models did."""
    if not others:
        return [], []
    places = kept.places(others)
    alike, scored = kept.alike(question.model)[places], kept.models_like(question)[places]
    family = question.model.family
    relatives = [i for i, row in enumerate(others) if family and history.models[row.other].family == family]
    kin = [
        Found(others[i].id, Relation.SAME_FAMILY, nearness, f"of the same family, {family}")
        for nearness, i in _nearest(others, 0.4 + 0.6 * alike, relatives, limit)
    ]
    unmeasured = np.isnan(scored)
    nearness = np.where(unmeasured, 0.5 * alike, 0.8 * scored + 0.2 * alike)
    similar = [
        Found(
            others[i].id,
            Relation.SIMILAR_MODEL,
            closeness,
            "like it in release date, size or kind" if unmeasured[i] else "scores alike where both were measured",
        )
        for closeness, i in _nearest(others, nearness, range(len(others)), limit)
    ]
    return kin, similar


def _nearest(rows: Sequence[Row], nearness: Floats, among: Iterable[int], limit: int) -> list[tuple[float, int]]:
    """Return the nearest rows with their nearness; of two as near, the one whose id comes first."""
    clipped = np.clip(nearness, 0.0, 0.99).tolist()
    first = nsmallest(limit, ((-clipped[i], rows[i].id, i) for i in among))
    return [(-negative, i) for negative, _, i in first]


def _newest_of_each(rows: Sequence[Row]) -> list[Row]:
    """Keep the first row of each other name."""
    taken: dict[str, Row] = {}
    for row in rows:
        taken.setdefault(row.other, row)
    return list(taken.values())


def _interleaved(lists: list[list[Found]]) -> Iterable[Found]:
    return (found for rank in zip_longest(*lists) for found in rank if found is not None)


def _distinct(found: Iterable[Found], limit: int) -> list[Found]:
    taken: dict[str, Found] = {}
    for item in found:
        if len(taken) == limit:
            break
        taken.setdefault(item.record, item)
    return list(taken.values())
