"""Merging: several reports of one measurement are one hit.

Two records are near-duplicates when they are copies of one report, or when they give the same cell the same value in
the same metric, to the precision in which scores are told, under settings that do not contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from records.record import Record

SAME = 0.05
"""Values closer than this (in the unit; for large values, this in a thousand) are the same number, rounded."""


@dataclass(frozen=True)
class Hit:
    """Something found: where it stands among what is visible, and the record if it is one.

    Attributes:
        place: its place, see ``retrieval.ranking``.
        relevance: 1 is the most.
        record: None for a model, benchmark or setting.
        merged: ids of the near-duplicates that it stands for.
    """

    place: int
    relevance: float
    record: Record | None = None
    merged: tuple[str, ...] = ()


def merged(found: Iterable[Hit], *, limit: int) -> list[Hit]:
    """Return at most ``limit`` hits without near-duplicates, reading no more than it takes.

    The original stands for its copies where both are found; otherwise the one that was found first stands.
    """
    kept: list[Hit] = []
    cells: dict[tuple[str, ...], list[int]] = {}
    for hit in found:
        record = hit.record
        own = cells.setdefault((*record.cell, record.metric), []) if record else []
        twin = next((place for place in own if record and _one_measurement(kept[place].record, record)), None)
        if twin is not None:
            kept[twin] = _stand_for(kept[twin], hit)
        elif len(kept) == limit:
            break
        else:
            own.append(len(kept))
            kept.append(hit)
    return kept


def near_duplicates(one: Record, other: Record) -> bool:
    """Tell whether two records report one measurement."""
    if one.cell != other.cell or one.metric != other.metric:
        return False
    origins = {one.duplicate_of or one.id, other.duplicate_of or other.id}
    return len(origins) == 1 or (_same_value(one.value, other.value) and not _contradict(one, other))


def _one_measurement(one: Record | None, other: Record) -> bool:
    return one is not None and near_duplicates(one, other)


def _stand_for(first: Hit, later: Hit) -> Hit:
    """Let one hit stand for both, at the place of the first."""
    if first.record is None or later.record is None:
        return first
    if first.record.duplicate_of == later.record.id:
        return replace(first, place=later.place, record=later.record, merged=(*first.merged, first.record.id))
    return replace(first, merged=(*first.merged, later.record.id))


def _same_value(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(1.0, abs(one) / 1000.0) + 1e-9


def _contradict(one: Record, other: Record) -> bool:
    first, second = one.setting.told(), other.setting.told()
    return any(first[name] != second[name] for name in first.keys() & second.keys())
