"""Evidence by nearness: the records that bear most on a question, found by who resembles whom.

Three sources, interleaved: what the same model scored on related benchmarks, what its family scored on the same
benchmark, and what similar models scored on it. Only the question's own history is read, and the scores that the
asker vouches for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
import pandas as pd

from records.evidence import Evidence, Relation
from records.history import History, to_frame, to_record
from records.model import Model
from records.question import Question
from records.record import Record
from retrieval.standing import benchmarks_like, models_like, own_records, standing_of

YEAR = 365.25


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
        frame = own_records(history)
        here = frame[frame["benchmark"] == question.benchmark.id]
        others = here[here["model"] != question.model.id].drop_duplicates("model")
        known = {record.id: record for record in question.known}
        lists = [
            _same_model(pd.concat([to_frame(question.known), frame]) if known else frame, question, history),
            _same_family(others, question, history.models),
            _similar_models(others, question, history),
        ]
        own = _same_cell(here[here["model"] == question.model.id])
        found = _distinct(chain(own, _interleaved(lists)), limit)
        records = _records(history.records, [item.record for item in found]) | known
        return tuple(
            Evidence(
                record=records[item.record],
                relation=item.relation,
                relevance=item.nearness,
                why=item.why,
            )
            for item in found
        )


def _records(frame: pd.DataFrame, ids: list[str]) -> dict[str, Record]:
    """Read some visible records at once, by id."""
    rows = frame[frame["id"].isin(ids)].to_dict("records")
    return {str(row["id"]): to_record(row) for row in rows}


def _same_cell(rows: pd.DataFrame) -> list[Found]:
    return [Found(key, Relation.SAME_CELL, 1.0, "an earlier report of this very cell") for key in rows["id"]]


def _same_model(frame: pd.DataFrame, question: Question, history: History) -> list[Found]:
    rows = frame[(frame["model"] == question.model.id) & (frame["benchmark"] != question.benchmark.id)]
    rows = rows.drop_duplicates("benchmark")
    likeness = benchmarks_like(history, question.benchmark.id)
    found = []
    for key, name in zip(rows["id"], rows["benchmark"], strict=True):
        other = history.benchmarks.get(name)
        together = likeness.get(name, 0.0)
        kind = 0.25 * (other is not None and other.domain == question.benchmark.domain)
        why = f"moves with {question.benchmark.name} (r = {together:.2f})" if together > 0.2 else "the same model"
        found.append(Found(key, Relation.SAME_MODEL, _clip(0.7 * together + kind + 0.05), why))
    return _nearest_first(found)


def _same_family(others: pd.DataFrame, question: Question, models: Mapping[str, Model]) -> list[Found]:
    asked = question.model
    found = []
    for key, name in zip(others["id"], others["model"], strict=True):
        other = models.get(name)
        if asked.family and other is not None and other.family == asked.family:
            near = 0.4 + 0.6 * _alike(asked, other)
            found.append(Found(key, Relation.SAME_FAMILY, _clip(near), f"of the same family, {asked.family}"))
    return _nearest_first(found)


def _similar_models(others: pd.DataFrame, question: Question, history: History) -> list[Found]:
    standing = standing_of(history, question.model.id, question.known)
    likeness = models_like(history, standing, question.model.id)
    found = []
    for key, name in zip(others["id"], others["model"], strict=True):
        if name not in history.models:
            continue
        alike = _alike(question.model, history.models[name])
        scored = likeness.get(name)
        near = 0.5 * alike if scored is None else 0.8 * scored + 0.2 * alike
        why = "like release date and size" if scored is None else "scores alike where both were measured"
        found.append(Found(key, Relation.SIMILAR_MODEL, _clip(near), why))
    return _nearest_first(found)


def _alike(one: Model, other: Model) -> float:
    """Resemblance by what is known before any score: release date, size, reasoning; 1 is alike."""
    parts = [np.exp(-_years(one.released, other.released)) if one.released and other.released else 0.3]
    if one.params_b and other.params_b:
        parts.append(np.exp(-abs(np.log(one.params_b / other.params_b))))
    if one.reasoning is not None and other.reasoning is not None:
        parts.append(1.0 if one.reasoning == other.reasoning else 0.3)
    return float(np.mean(parts))


def _years(one: dt.date, other: dt.date) -> float:
    return abs((one - other).days) / YEAR


def _clip(nearness: float) -> float:
    return min(max(nearness, 0.0), 0.99)


def _nearest_first(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda item: (-item.nearness, item.record))


def _interleaved(lists: list[list[Found]]) -> Iterable[Found]:
    return (found for rank in zip_longest(*lists) for found in rank if found is not None)


def _distinct(found: Iterable[Found], limit: int) -> list[Found]:
    taken: dict[str, Found] = {}
    for item in found:
        if len(taken) == limit:
            break
        taken.setdefault(item.record, item)
    return list(taken.values())
