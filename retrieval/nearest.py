"""Evidence by nearness: the records that bear most on a question, found by who resembles whom.

Three sources, interleaved: what the same model scored on related benchmarks, what its family scored on the same
benchmark, and what similar models scored on it. Only the question's own history is read, and the scores that the
asker vouches for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np

from records.evidence import Evidence, Relation
from records.history import History
from records.metric import Floats
from records.question import Question
from retrieval.near import NONE, NOWHERE, Near, Rows, near
from retrieval.standing import Ints


@dataclass(frozen=True, slots=True)
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
        here = kept.by_benchmark.get(question.benchmark.id, NONE)
        model = kept.models.get(question.model.id, NOWHERE)
        others = (here.newest.others != model) & (here.newest.others < len(history.models))
        peers = Rows(here.newest.ids[others], here.newest.others[others])
        lists = [
            _same_model(question, kept, limit),
            _same_family(peers, question, kept, limit),
            _similar(peers, question, kept, limit),
        ]
        own = (Found(key, Relation.SAME_CELL, 1.0, "an earlier report of this very cell") for key in here.of(model))
        found = _distinct(chain(own, _interleaved(lists)), limit)
        records = kept.records(item.record for item in found) | {record.id: record for record in question.known}
        return tuple(
            # Not validated again: the records were, when they were read.
            Evidence.trusted(
                record=records[item.record],
                relation=item.relation,
                relevance=item.nearness,
                why=item.why,
            )
            for item in found
        )


def _same_model(question: Question, kept: Near, limit: int) -> Iterator[Found]:
    """What the model scored elsewhere, as the asker vouches for it or else as it was reported last."""
    rows = _elsewhere(question, kept)
    together = kept.benchmarks_like(question.benchmark.id)[rows.others]
    same_domain = kept.of_domain(question.benchmark.domain)[rows.others]
    nearness = np.clip(0.7 * together + 0.25 * same_domain + 0.05, 0.0, 0.99)
    for i in _first(nearness, limit):
        why = "the same model, in the same domain" if same_domain[i] else "the same model"
        if together[i] > 0.2:
            why = f"moves with {question.benchmark.name} (r = {together[i]:.2f})"
        yield Found(rows.ids[i], Relation.SAME_MODEL, float(nearness[i]), why)


def _elsewhere(question: Question, kept: Near) -> Rows:
    """The newest scores of the model elsewhere, by id; what the asker vouches for replaces what was reported."""
    rows, asked = kept.by_model.get(question.model.id, NONE).newest, question.benchmark.id
    told: dict[str, str] = {}
    for record in question.known:
        if record.model == question.model.id and record.benchmark != asked:
            told.setdefault(record.benchmark, record.id)
    away = [kept.benchmarks[name] for name in (asked, *told) if name in kept.benchmarks]
    stay = ~np.isin(rows.others, away) if told else rows.others != kept.benchmarks.get(asked, NOWHERE)
    rows = Rows(rows.ids[stay], rows.others[stay])
    if not told:
        return rows
    ids = np.array([*rows.ids, *told.values()], dtype=object)
    others = np.array([*rows.others, *(kept.benchmarks.get(name, NOWHERE) for name in told)], dtype=int)
    order = np.argsort(ids)
    return Rows(ids[order], others[order])


def _same_family(peers: Rows, question: Question, kept: Near, limit: int) -> Iterator[Found]:
    """What the model's family scored on the benchmark."""
    family = question.model.family
    if not family:
        return
    kin = np.flatnonzero(kept.of_family(family)[peers.others])
    nearness = np.clip(0.4 + 0.6 * kept.alike(question.model)[peers.others[kin]], 0.0, 0.99)
    for i in _first(nearness, limit):
        yield Found(peers.ids[kin[i]], Relation.SAME_FAMILY, float(nearness[i]), f"of the same family, {family}")


def _similar(peers: Rows, question: Question, kept: Near, limit: int) -> Iterator[Found]:
    """What similar models scored on the benchmark."""
    alike, scored = kept.alike(question.model)[peers.others], kept.models_like(question)[peers.others]
    unmeasured = np.isnan(scored)
    nearness = np.clip(np.where(unmeasured, 0.5 * alike, 0.8 * scored + 0.2 * alike), 0.0, 0.99)
    for i in _first(nearness, limit):
        why = "like it in release date, size or kind" if unmeasured[i] else "scores alike where both were measured"
        yield Found(peers.ids[i], Relation.SIMILAR_MODEL, float(nearness[i]), why)


def _first(nearness: Floats, limit: int) -> Ints:
    """Places of the nearest; of two as near, the one whose id comes first, in the order of which they are."""
    if len(nearness) <= limit:
        return np.argsort(-nearness, kind="stable")
    # Most are far away, and need no place among each other: only as near as the last of the nearest is sorted.
    near_enough = np.flatnonzero(nearness >= np.partition(nearness, -limit)[-limit])
    return near_enough[np.argsort(-nearness[near_enough], kind="stable")][:limit]


def _interleaved(lists: Iterable[Iterator[Found]]) -> Iterator[Found]:
    return (found for rank in zip_longest(*lists) for found in rank if found is not None)


def _distinct(found: Iterable[Found], limit: int) -> list[Found]:
    taken: dict[str, Found] = {}
    for item in found:
        if len(taken) == limit:
            break
        taken.setdefault(item.record, item)
    return list(taken.values())
