"""The briefing: what bears most on a question, told with it, so that no round is spent on asking for it.

In: a question, its history, a retriever and a search. Out: a bounded block of records with ids that can be cited: the
figures of the asked benchmark, what the model scores on the benchmarks nearest to it, what its family and its like
score on it, and its newest records. Every record goes over the desk, so that barrier and masks hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.quoting import one_line
from agent.tools.desk import Desk, ToolError
from agent.tools.looking_up import figures
from records.errors import ScorecastError
from records.evidence import Evidence, Relation
from records.history import History
from records.question import Question
from records.record import Record
from records.search import Aggregate, GroupBy, Passage, PassageKind, Search, Where
from records.stages import Retriever

OWN, OTHERS, NEWEST = 8, 8, 5
"""Records of each kind that are told."""

LIKE_IT = 4
"""Benchmarks that are told in place of records on one that nobody has run."""

LONGEST = 420
"""Characters that are told of each of these."""

LOOKED_AT = 4 * max(OWN, OTHERS)
"""Pieces of evidence that these are chosen from."""

LOOKED_THROUGH = 60
"""Hits that are looked through for benchmarks."""

LOOKED_FOR = 900
"""Characters of a description that are searched with."""

ON_IT = (Relation.SAME_FAMILY, Relation.SIMILAR_MODEL)


@dataclass(frozen=True)
class Briefing:
    """What is told with a question.

    Attributes:
        figures: of all visible records on the asked benchmark; none where there is none.
        own: scores of the asked model on other benchmarks, the most telling first.
        others: scores of its family and of models like it on the asked benchmark, the nearest first.
        newest: records on the asked benchmark, the newest first.
        like_it: where there is no record on it, the benchmarks nearest to its description, and their figures.
    """

    figures: tuple[Aggregate, ...] = ()
    own: tuple[Evidence, ...] = ()
    others: tuple[Evidence, ...] = ()
    newest: tuple[Record, ...] = ()
    like_it: tuple[Passage | Aggregate, ...] = ()

    def told(self, desk: Desk) -> str:
        """Tell it on a desk, which notes each record as shown and leaves out what may not be; no record twice."""
        parts = [
            ("All visible records on the asked benchmark:", [figures(desk, group) for group in self.figures]),
            ("This model elsewhere, on the benchmarks nearest to the asked one:", _evidence(desk, self.own)),
            ("Its family and models like it on the asked benchmark:", _evidence(desk, self.others)),
            ("Newest records on the asked benchmark:", list(_records(desk, self.newest))),
            ("No record is visible on it. The nearest by description:", list(_alike(desk, self.like_it))),
        ]
        return "\n\n".join("\n".join([title, *lines]) for title, lines in parts if lines)


NOTHING = Briefing()
"""Told with a question of which nobody looked anything up."""


def brief(question: Question, history: History, *, retriever: Retriever, search: Search) -> Briefing:
    """Choose what is told with a question; what cannot be looked up is left out, and the tools still stand."""
    known = {record.id for record in question.known}
    found = [e for e in _found(question, history, retriever) if e.record.id not in known]
    own = tuple(e for e in found if e.relation is Relation.SAME_MODEL)[:OWN]
    others = tuple(e for e in found if e.relation in ON_IT)[:OTHERS]
    told = known | {e.record.id for e in (*own, *others)}
    figures_here = _figures(question, search)
    like_it = () if figures_here else _like_it(question, history, search)
    return Briefing(figures_here, own, others, _newest(question, search, told), like_it)


def _found(question: Question, history: History, retriever: Retriever) -> Sequence[Evidence]:
    try:
        return retriever.evidence(question, history, limit=LOOKED_AT)
    except ScorecastError:
        return ()


def _figures(question: Question, search: Search) -> tuple[Aggregate, ...]:
    try:
        return search.aggregate(Where(benchmarks=(question.benchmark.id,)), limit=1)
    except ScorecastError:
        return ()


def _newest(question: Question, search: Search, told: set[str]) -> tuple[Record, ...]:
    """The newest records on the asked benchmark, of other models than the asked one, whose reports are told apart."""
    try:
        hits = search.filter(Where(benchmarks=(question.benchmark.id,)), limit=NEWEST + len(told))
    except ScorecastError:
        return ()
    records = [hit.record for hit in hits if hit.record is not None and hit.id not in told]
    return tuple(record for record in records if record.model != question.model.id)[:NEWEST]


def _like_it(question: Question, history: History, search: Search) -> tuple[Passage | Aggregate, ...]:
    """The benchmarks of the nearest descriptions, those of its own domain first, and how models score on each."""
    asked = question.benchmark
    try:
        hits = search.search(f"{asked.name}. {history.describe(asked)}"[:LOOKED_FOR], limit=LOOKED_THROUGH)
        found = [hit for hit in hits if hit.kind is PassageKind.BENCHMARK and hit.id != f"benchmark:{asked.id}"]
        near = sorted(found[: 2 * LIKE_IT], key=lambda hit: _domain(hit, history) != asked.domain)[:LIKE_IT]
        ids = tuple(hit.id.partition(":")[2] for hit in near)
        groups = search.aggregate(Where(benchmarks=ids), by=GroupBy.BENCHMARK, limit=LIKE_IT) if ids else ()
    except ScorecastError:
        return ()
    return (*near, *groups)


def _domain(hit: Passage, history: History) -> str:
    known = history.benchmarks.get(hit.id.partition(":")[2])
    return known.domain if known else ""


def _alike(desk: Desk, things: Iterable[Passage | Aggregate]) -> Iterator[str]:
    for thing in things:
        if isinstance(thing, Aggregate):
            yield figures(desk, thing)
        else:
            yield from (one_line(line, longest=LONGEST) for line in desk.show([thing]))


def _evidence(desk: Desk, pieces: Iterable[Evidence]) -> list[str]:
    why = {piece.record.id: piece.why for piece in pieces}
    lines = _shown(desk, [piece.record for piece in pieces])
    return [f"{line}; {why[key]}" if why[key] else line for key, line in lines]


def _records(desk: Desk, records: Iterable[Record]) -> Iterator[str]:
    return (line for _, line in _shown(desk, records))


def _shown(desk: Desk, records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """The line of each record that the desk lets through, by its id."""
    for record in records:
        try:
            yield record.id, desk.show_record(record)
        except ToolError:
            continue
