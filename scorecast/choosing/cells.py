"""Choosing the next experiments for a target, as every adapter asks for it.

In: a history, a joint forecast on it (``records.joint``), what is to become less uncertain, what the user wishes. Out:
what ``planning.next_cells`` chose, with the models and benchmarks it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from planning.belief import Belief
from planning.next_cells import Experiments, next_cells
from planning.targets import Target, order, profile, threshold
from records.benchmark import Benchmark
from records.errors import NotEnoughRecords, UsageError
from records.history import History
from records.joint import Joint, JointPredictor
from records.model import Model
from scorecast.choosing.benchmarks import Subject, Wishes, known_cells, limits_of, models_by_benchmark
from scorecast.questions.planned import check_threshold

Cell = tuple[Subject, Benchmark]


class Kind(StrEnum):
    """What is to become less uncertain."""

    PROFILE = "profile"
    """All scores of a model that are not known."""
    THRESHOLD = "threshold"
    """Whether a model reaches a score on a benchmark."""
    ORDER = "order"
    """Which of every two models is ahead on a benchmark."""


@dataclass(frozen=True)
class Wanted:
    """What is to become less uncertain.

    Attributes:
        kind: of the target.
        subjects: the models that it is about: one, or those of an order.
        benchmark: of a threshold or an order.
        at: the threshold, in the unit.
        published: whether benchmarks count in a profile as often as models have published scores on them.

    Raises:
        UsageError: it makes no sense.
    """

    kind: Kind
    subjects: tuple[Subject, ...]
    benchmark: Benchmark | None = None
    at: float | None = None
    published: bool = False

    def __post_init__(self) -> None:
        """Check that there is what the kind needs, and nothing else."""
        if self.kind is Kind.PROFILE and (self.benchmark or self.at is not None):
            raise UsageError("A profile is about all benchmarks: leave --benchmark and --threshold out.")
        if self.kind is not Kind.PROFILE and self.benchmark is None:
            raise UsageError(f"A target of the kind {self.kind} needs --benchmark.")
        if self.kind is Kind.ORDER and (len({s.model.id for s in self.subjects}) < 2 or self.at is not None):
            raise UsageError("An order needs two models or more, each with --model, and no --threshold.")
        if self.kind is not Kind.ORDER and len(self.subjects) != 1:
            raise UsageError(f"A target of the kind {self.kind} is about one --model; found {len(self.subjects)}.")
        if self.kind is Kind.THRESHOLD and self.benchmark is not None:
            if self.at is None:
                raise UsageError("A target of the kind threshold needs --threshold, in the unit of the benchmark.")
            check_threshold(self.at, self.benchmark)

    @property
    def events(self) -> tuple[str, ...]:
        """Its events in words; none of a profile."""
        names = [subject.model.id for subject in self.subjects]
        if self.benchmark is None:
            return ()
        if self.at is None:
            return tuple(f"{first} ahead of {second}" for first, second in combinations(names, 2))
        reach = "at least" if self.benchmark.metric.higher_is_better else "at most"
        return (f"{names[0]} scores {reach} {self.at:g} on {self.benchmark.id}",)

    def on(self, cells: Sequence[Cell], history: History) -> Target:
        """The target over these cells."""
        size = len(cells)
        mine = [i for i, (s, b) in enumerate(cells) if s in self.subjects and self.benchmark in (None, b)]
        if self.benchmark is None:
            seen = models_by_benchmark(history)
            weight = [float(seen[cells[i][1].id]) for i in mine] if self.published else None
            return profile(mine, size=size, weight=weight)
        sign = 1.0 if self.benchmark.metric.higher_is_better else -1.0
        if self.at is None:
            return order(mine, size=size, sign=sign)
        return threshold(mine[0], float(self.benchmark.metric.to_working(self.at)), size=size, sign=sign)

    def belief(self, joint: Joint, cells: Sequence[Cell]) -> Belief:
        """A joint forecast of these cells: in points for a profile, on the working scale for events."""
        if self.benchmark is None:
            return Belief.of(joint, [benchmark.metric for _, benchmark in cells])
        return Belief.working(joint)


@dataclass(frozen=True)
class ChosenCells:
    """Experiments and the cells that their places stand for.

    Attributes:
        kind: of the target.
        unit: what its uncertainty is told in.
        cells: by place.
        found: what was chosen.
        events: of the target, in words, beside ``found.chances``.
        costless: how many could not be chosen, for want of a cost.
    """

    kind: Kind
    unit: str
    cells: tuple[tuple[Model, Benchmark], ...]
    found: Experiments
    events: tuple[str, ...]
    costless: int


def choose_cells(
    predictor: JointPredictor,
    history: History,
    benchmarks: Sequence[Benchmark],
    wishes: Wishes,
    *,
    wanted: Wanted,
    also: Sequence[Subject] = (),
) -> ChosenCells:
    """Choose the cells that, once measured, leave the target least uncertain.

    Args:
        predictor: fitted on the history.
        history: what is known.
        benchmarks: that may be run.
        wishes: what the choice must respect.
        wanted: what is to become less uncertain.
        also: further models on which experiments may be run.

    Raises:
        UsageError: the wishes contradict each other.
        NotEnoughRecords: nothing is left to measure.
    """
    offered = _offered(history, [*wanted.subjects, *also], benchmarks)
    aimed = [(subject, wanted.benchmark) for subject in wanted.subjects] if wanted.benchmark else []
    cells = list({_key(cell): cell for cell in (*aimed, *offered)}.values())
    if not offered:
        raise NotEnoughRecords("Every one of these scores is known already: nothing is left to measure.")
    joint = predictor.joint([subject.ask(benchmark, history.as_of) for subject, benchmark in cells])
    may_run = {_key(cell) for cell in offered}
    costs = [wishes.costs.of(b, s.model.id) if _key((s, b)) in may_run else None for s, b in cells]
    names = [f"{subject.model.id} on {benchmark.id}" for subject, benchmark in cells]
    limits = limits_of([(s.model.id, b) for s, b in cells], names, costs, wishes, history.kinship)
    target = wanted.on(cells, history)
    return ChosenCells(
        kind=wanted.kind,
        unit=target.unit,
        cells=tuple((subject.model, benchmark) for subject, benchmark in cells),
        found=next_cells(wanted.belief(joint, cells), target, limits),
        events=wanted.events,
        costless=sum(cost is None for cost in costs) - (len(cells) - len(may_run)),
    )


def _offered(history: History, subjects: Sequence[Subject], benchmarks: Sequence[Benchmark]) -> list[Cell]:
    """The cells of these models that are not known."""
    known = known_cells(history, subjects)
    return [(s, b) for s in subjects for b in benchmarks if (s.model.id, b.id) not in known]


def _key(cell: Cell) -> tuple[str, str]:
    return cell[0].model.id, cell[1].id
