"""The desk: what all tools of one conversation share, and the notes of what they have shown.

A second barrier stands here: whatever a search brings, a record is shown only where the question's own history holds
it, and a model or benchmark only where the history or the question names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from agent.blinding.numbers import score
from agent.quoting import one_line
from records.forecast import Answer
from records.history import History
from records.question import Question
from records.record import Record
from records.search import Passage, PassageKind, Search
from records.setting import Setting

LONGEST_NOTE = 160
"""Characters of a record's note that are shown."""


class ToolError(Exception):
    """A call that cannot be served; the message tells the model how to ask better."""


@dataclass(frozen=True)
class Desk:
    """What the tools of one conversation work on.

    Attributes:
        question: what is asked.
        history: all that may be shown.
        search: on that history.
        visible: ids of its records.
        statistics: what the statistics answer to the question; None where the model is not to know it.
        shown: what was shown so far, by id; a record where the id is one's.
        refused: ids that a search brought and that must not be shown.
        mask: applied to every text that the model sees.
        unmask: applied to the arguments of every call.
        reveal: applied to every text that the model writes for people.
    """

    question: Question
    history: History
    search: Search
    visible: frozenset[str]
    statistics: Answer | None
    mask: Callable[[str], str] = str
    unmask: Callable[[dict[str, object]], dict[str, object]] = dict
    reveal: Callable[[str], str] = str
    shown: dict[str, Record | None] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def masks(self) -> bool:
        """Whether names are masked, and figures coarse."""
        return self.mask is not str

    def figure(self, value: float) -> str:
        """Tell a score that stands without its unit, in as many digits as the model may see."""
        return score(value) if self.masks else f"{value:.4g}"

    def show(self, passages: Iterable[Passage]) -> list[str]:
        """Note passages as shown and return a line for each; what the barrier forbids is left out."""
        return [self._line(passage) for passage in passages if self._admits(passage)]

    def show_record(self, record: Record) -> str:
        """Note a record as shown and return its line.

        Raises:
            ToolError: the history does not hold it.
        """
        if record.id not in self.visible and record not in self.question.known:
            self.refused.append(record.id)
            raise ToolError(f"there is no record {record.id}")
        self.shown[record.id] = record
        return record_line(record, unit=self.unit_of(record.benchmark), domain=self._domain(record.benchmark))

    def unit_of(self, benchmark: str) -> str:
        """Unit in which records of a benchmark are told."""
        known = self.history.benchmarks.get(benchmark)
        return known.metric.unit.value if known else self.question.metric.unit.value

    def _domain(self, benchmark: str) -> str:
        """What a benchmark is about, where its name does not say it."""
        known = self.history.benchmarks.get(benchmark) if self.masks else None
        return known.domain if known else ""

    def _line(self, passage: Passage) -> str:
        if passage.record is not None:
            line = self.show_record(passage.record)
            return f"{line}; {len(passage.merged)} near-duplicate(s) left out" if passage.merged else line
        self.shown[passage.id] = None
        return f"[{passage.id}] {one_line(passage.text, longest=1_500)}"

    def _admits(self, passage: Passage) -> bool:
        if passage.record is not None:
            admitted = passage.record.id in self.visible and passage.record.id == passage.id
        elif passage.kind is PassageKind.RECORD:
            admitted = False
        else:
            admitted = passage.published is None or passage.published <= self.history.as_of
        if not admitted:
            self.refused.append(passage.id)
        return admitted


def record_line(record: Record, *, unit: str, domain: str = "") -> str:
    """Tell a record on one line: id, cell, value, conditions, date, source, and its note as a quotation."""
    about = f" ({one_line(domain)})" if domain else ""
    error = f" ± {record.standard_error:.2g}" if record.standard_error else ""
    parts = [
        f"[{record.id}] {record.model} on {record.benchmark}{about}: {record.value:.4g} {unit}{error}",
        f"metric: {record.metric}" if record.metric else "",
        f"setting: {_setting(record.setting)}" if record.setting.told() else "",
        f"{record.items} items" if record.items else "",
        f"{record.published} ({record.date_basis.value} date)",
        f"source {record.source} ({record.reporter.value.replace('_', ' ')})",
        f'note "{one_line(record.note, longest=LONGEST_NOTE)}"' if record.note else "",
    ]
    return "; ".join(part for part in parts if part)


def _setting(setting: Setting) -> str:
    return one_line(str(setting), longest=LONGEST_NOTE)


Shown = Mapping[str, Record | None]
