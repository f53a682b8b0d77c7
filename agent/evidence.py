"""Evidence of an agent's forecast: the records that its opinions cite, the most cited first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agent.opinion import Opinion
from records.evidence import Evidence, EvidenceLevel, Relation
from records.history import History
from records.question import Question
from records.record import Record

MOST = 12
"""Records cited with a forecast."""


def cited_evidence(opinions: Sequence[Opinion], question: Question, history: History) -> tuple[Evidence, ...]:
    """Return what the opinions that speak rest on; records that the history does not hold are left out."""
    speaking = [one for one in opinions if one.speaks]
    times = Counter(key for one in speaking for key in one.cited)
    why = {key: said for one in speaking for key, said in one.cited.items() if said}
    known = {record.id: record for record in question.known}
    found: list[Evidence] = []
    for key, count in times.most_common():
        record = known.get(key) or history.reader.find(key)
        if record is not None and len(found) < MOST:
            told = why.get(key, "cited by the language model")
            share = count / len(speaking)
            found.append(
                Evidence(record=record, relation=relation(record, question, history), relevance=share, why=told)
            )
    return tuple(found)


def relation(record: Record, question: Question, history: History) -> Relation:
    """Say why a record bears on a question."""
    if record.model == question.model.id:
        return Relation.SAME_CELL if record.benchmark == question.benchmark.id else Relation.SAME_MODEL
    if record.benchmark != question.benchmark.id:
        return Relation.ANALOGUE
    other = history.models.get(record.model)
    same = other is not None and bool(other.family) and other.family == question.model.family
    return Relation.SAME_FAMILY if same else Relation.SIMILAR_MODEL


def evidence_level(question: Question, history: History) -> EvidenceLevel:
    """Count how much is known, for questions on which the statistics have nothing to say."""
    frame = history.records[history.records["metric"] == ""]
    mine, here = frame["model"] == question.model.id, frame["benchmark"] == question.benchmark.id
    known = {record.benchmark for record in question.known}
    return EvidenceLevel(
        model_scores=len({*frame.loc[mine & ~here, "benchmark"], *known} - {question.benchmark.id}),
        benchmark_scores=int(frame.loc[here & ~mine, "model"].nunique()),
        cell_reports=int((mine & here).sum()) if question.cell_known else 0,
    )
