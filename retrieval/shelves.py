"""Shelves: the documents of one kind that a history shows, and what is worked out from them but once.

Histories of one store differ in records far more than in models and benchmarks, so most share their shelves. A shelf
is found by comparing what stands on it, entry by entry: a history that shows one model less gets another shelf, with
word statistics of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from records.benchmark import Benchmark
from records.model import Model
from records.search import PassageKind
from retrieval.documents import Document, benchmark_document, model_document, setting_document
from retrieval.keywords import Keywords
from retrieval.visible import Visible

Entry = TypeVar("Entry")

KEPT = 8
"""Shelves of each kind that are kept at hand."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """Documents in the order of what they are about."""

    documents: tuple[Document, ...]

    @cached_property
    def keywords(self) -> Keywords:
        """The word index of these documents, and of no others."""
        return Keywords([document.text for document in self.documents])

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What the vectors of these documents are asked for by."""
        return tuple(document.key for document in self.documents)


class Recent(Generic[Entry]):
    """The latest shelves of one kind; same entries, same shelf. Safe to use from several threads."""

    def __init__(self, document: Callable[[Entry], Document]) -> None:
        self._document = document
        self._kept: list[tuple[tuple[Entry, ...], Shelf]] = []

    def shelf(self, entries: Sequence[Entry]) -> Shelf:
        """Return the shelf of these entries, made anew where it is not at hand."""
        asked = tuple(entries)
        for known, shelf in self._kept:
            if known == asked:
                return shelf
        made = Shelf(tuple(map(self._document, asked)))
        self._kept = [(asked, made), *self._kept[: KEPT - 1]]
        return made


class Shelved:
    """The shelves of what one history shows."""

    def __init__(self, visible: Visible, shelves: Shelves) -> None:
        self._visible, self._shelves = visible, shelves

    @cached_property
    def models(self) -> Shelf:
        """Of the models."""
        return self._shelves.models.shelf(self._visible.models)

    @cached_property
    def benchmarks(self) -> Shelf:
        """Of the benchmarks, with descriptions as the history may tell them."""
        return self._shelves.benchmarks.shelf(self._visible.benchmarks)

    @cached_property
    def settings(self) -> Shelf:
        """Of the settings of records."""
        return self._shelves.settings.shelf([setting_document(setting) for setting in self._visible.settings])

    @cached_property
    def origins(self) -> Shelf:
        """Of sources and notes: for keywords alone, never embedded."""
        return self._shelves.origins.shelf(self._visible.origins)


class Shelves:
    """The latest shelves of every kind."""

    def __init__(self) -> None:
        self.models: Recent[Model] = Recent(lambda model: Document(PassageKind.MODEL, model_document(model)))
        # The benchmarks of a history carry their descriptions redacted: another redaction is another entry.
        self.benchmarks: Recent[Benchmark] = Recent(
            lambda benchmark: Document(PassageKind.BENCHMARK, benchmark_document(benchmark))
        )
        self.settings = Recent(_setting)
        self.origins = Recent(_record)

    def of(self, visible: Visible) -> Shelved:
        """Return the shelves of what one history shows."""
        return Shelved(visible, self)


def _setting(text: str) -> Document:
    return Document(PassageKind.SETTING, text)


def _record(text: str) -> Document:
    return Document(PassageKind.RECORD, text)
