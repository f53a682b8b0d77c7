"""Choosing what to run, as every adapter asks for it: subsets of benchmarks, and the next experiments for a target.

In: a history, a joint forecast on it (``records.joint``), what the user wishes. Out: what ``planning`` chose, with
the models and benchmarks it is about.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import numpy as np
import pandas as pd

from planning.belief import Belief
from planning.limits import Limits
from planning.next_cells import Experiments, next_cells
from planning.scorecard import Masks
from planning.subset import Subset, Way, subset
from planning.targets import Target, order, profile, threshold
from records.benchmark import Benchmark
from records.errors import NotEnoughRecords, UsageError
from records.history import History
from records.joint import JointPredictor
from records.kinship import Kinship
from records.metric import Floats
from records.model import Model
from records.question import Question
from records.record import Record
from scorecast.asking import check_threshold
from scorecast.plan_costs import Costs

NEW_RELEASE = "new-release"
"""Id of the model that stands for all that will come: of nothing but its date is known."""

LEAST = 5
"""Models that must have a score on a benchmark for it to be in the pool unless the user names it."""


CARDS = 100
"""Newest models at most whose published scorecards tell which benchmarks matter."""


class Kind(StrEnum):
    """What is to become less uncertain."""

    PROFILE = "profile"
    THRESHOLD = "threshold"
    ORDER = "order"


@dataclass(frozen=True)
class Subject:
    """A model with the scores that the user vouches for."""

    model: Model
    known: tuple[Record, ...] = ()

    def ask(self, benchmark: Benchmark, as_of: dt.date) -> Question:
        """The question about one of its cells; reports of the cell, or of a sibling, may be used."""
        return Question(model=self.model, benchmark=benchmark, as_of=as_of, known=self.known, cell_known=True)


@dataclass(frozen=True)
class Wishes:
    """What a choice must respect; names are ids.

    Attributes:
        size: how many at most.
        budget: what they may cost together.
        must: benchmarks that are chosen whatever they tell.
        barred: benchmarks that are not chosen.
        costs: of experiments.
    """

    size: int | None = None
    budget: Decimal | None = None
    must: tuple[str, ...] = ()
    barred: frozenset[str] = frozenset()
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True)
class ChosenSubset:
    """A subset and the benchmarks that its places stand for; ``costless`` could not be picked, for want of a cost."""

    subject: Model
    benchmarks: tuple[Benchmark, ...]
    found: Subset
    costless: tuple[str, ...]


@dataclass(frozen=True)
class ChosenCells:
    """Experiments and the cells that their places stand for.

    Attributes:
        kind: of the target.
        unit: what its uncertainty is told in.
        events: of the target, in words, beside ``found.chances``.
    """

    kind: Kind
    unit: str
    cells: tuple[tuple[Model, Benchmark], ...]
    found: Experiments
    events: tuple[str, ...]
    costless: int


def new_release(as_of: dt.date) -> Subject:
    """A model that comes out on a day, of which nothing else is known."""
    return Subject(Model(id=NEW_RELEASE, name="a new release", released=as_of))


def pool(history: History, named: Sequence[Benchmark] = (), *, least: int = LEAST) -> tuple[Benchmark, ...]:
    """The benchmarks to plan with: those named, or all on which enough models have a score.

    Raises:
        NotEnoughRecords: there are none, or a named one has an open scale on which nobody has a score.
    """
    seen = models_by_benchmark(history)
    for benchmark in named:
        if not benchmark.metric.bounded and not seen[benchmark.id]:
            raise NotEnoughRecords(f"Nobody has a score on the open scale of {benchmark.id}: leave it out.")
    found = tuple(named) or tuple(b for key, b in sorted(history.benchmarks.items()) if seen[key] >= least)
    if not found:
        raise NotEnoughRecords(
            f"No benchmark has scores of {least} models by {history.as_of}: import records, name benchmarks with "
            "--from, or ask for fewer models with --least."
        )
    return found


def choose_subset(
    predictor: JointPredictor,
    history: History,
    benchmarks: Sequence[Benchmark],
    wishes: Wishes,
    *,
    subject: Subject,
    way: Way = Way.ERROR,
    published: bool = False,
    distances: Floats | None = None,
) -> ChosenSubset:
    """Choose the benchmarks from which the others are best recovered.

    Args:
        predictor: fitted on the history.
        history: what is known.
        benchmarks: to choose from, and to recover; those of which the subject has a score already are left out.
        wishes: what the choice must respect.
        subject: whose scorecard it is.
        way: how to choose.
        published: whether benchmarks count as often as models have published scores on them, rather than once each.
        distances: between the descriptions of ``benchmarks``, for ``Way.TEXTS``.

    Raises:
        UsageError: wishes that contradict each other or name what is not there.
        NotEnoughRecords: too little to choose from.
    """
    known = _known_cells(history, [subject])
    places = [j for j, benchmark in enumerate(benchmarks) if (subject.model.id, benchmark.id) not in known]
    left = [benchmarks[j] for j in places]
    if not left:
        raise NotEnoughRecords(f"Every one of these scores of {subject.model.id} is known: nothing is left to run.")
    belief = Belief.of(
        predictor.joint([subject.ask(benchmark, history.as_of) for benchmark in left]), [b.metric for b in left]
    )
    costs = [wishes.costs.of(benchmark, subject.model.id) for benchmark in left]
    costless = tuple(b.id for b, cost in zip(left, costs, strict=True) if cost is None)
    limits = _limits(left, [b.id for b in left], costs, wishes, history.kinship, per_model=[""] * len(left))
    apart = None if distances is None else distances[places][:, places]
    cards = published_cards(history, left) if published else None
    found = subset(belief, limits, way=way, cards=cards, distances=apart)
    return ChosenSubset(subject.model, tuple(left), found, costless)


def published_cards(history: History, benchmarks: Sequence[Benchmark]) -> Masks:
    """Which of these benchmarks the newest models have scores on, one row a model with some, shape ``(cards, n)``.

    Raises:
        NotEnoughRecords: no model has scores on two of them.
    """
    frame = history.records[history.records["metric"] == ""]
    seen = pd.crosstab(frame["model"], frame["benchmark"]).reindex(columns=[b.id for b in benchmarks], fill_value=0) > 0
    seen = seen[seen.sum(axis=1) > 1]
    if seen.empty:
        raise NotEnoughRecords("No model has scores on two of these benchmarks: there is no published scorecard.")
    released = {key: model.released or dt.date.min for key, model in history.models.items()}
    newest = sorted(seen.index, key=lambda key: (released.get(key, dt.date.min), key), reverse=True)[:CARDS]
    return np.asarray(seen.loc[newest].to_numpy(dtype=bool))


def choose_cells(
    predictor: JointPredictor,
    history: History,
    benchmarks: Sequence[Benchmark],
    wishes: Wishes,
    *,
    kind: Kind,
    subjects: Sequence[Subject],
    also: Sequence[Subject] = (),
    target: Benchmark | None = None,
    at: float | None = None,
    published: bool = False,
) -> ChosenCells:
    """Choose the cells that, once measured, leave the target least uncertain.

    Args:
        predictor: fitted on the history.
        history: what is known.
        benchmarks: that may be run.
        wishes: what the choice must respect.
        kind: of the target.
        subjects: the models that the target is about: one, or those of an order.
        also: further models on which experiments may be run.
        target: the benchmark of a threshold or an order.
        at: the threshold, in the unit.
        published: whether benchmarks count in a profile as often as models have published scores on them.

    Raises:
        UsageError: the target makes no sense, or the wishes contradict each other.
        NotEnoughRecords: nothing is left to measure.
    """
    _check(kind, subjects, target, at)
    known = _known_cells(history, [*subjects, *also])
    tried = [(s, b) for s in (*subjects, *also) for b in benchmarks if (s.model.id, b.id) not in known]
    aimed = [(s, target) for s in subjects] if target else []
    cells = list({(s.model.id, b.id): (s, b) for s, b in (*aimed, *tried)}.values())
    if not cells:
        raise NotEnoughRecords("Every one of these scores is known already: nothing is left to measure.")
    joint = predictor.joint([subject.ask(benchmark, history.as_of) for subject, benchmark in cells])
    metrics = [benchmark.metric for _, benchmark in cells]
    belief = Belief.of(joint, metrics) if kind is Kind.PROFILE else Belief.working(joint)
    mine = [i for i, (s, b) in enumerate(cells) if s in subjects and (kind is Kind.PROFILE or b == target)]
    costs = [None if _cell(c) in known else wishes.costs.of(c[1], c[0].model.id) for c in cells]
    offered = {(s.model.id, b.id) for s, b in tried}
    costs = [cost if _cell(c) in offered else None for cost, c in zip(costs, cells, strict=True)]
    limits = _limits(
        [b for _, b in cells],
        [f"{s.model.id} on {b.id}" for s, b in cells],
        costs,
        wishes,
        history.kinship,
        per_model=[s.model.id for s, _ in cells],
    )
    seen = models_by_benchmark(history)
    weight = [float(seen[cells[i][1].id]) for i in mine] if published else None
    aim = (
        profile(mine, size=len(cells), weight=weight)
        if kind is Kind.PROFILE or target is None
        else _event(kind, mine, target, at, size=len(cells))
    )
    return ChosenCells(
        kind=kind,
        unit=aim.unit,
        cells=tuple((s.model, b) for s, b in cells),
        found=next_cells(belief, aim, limits),
        events=_events(kind, subjects, target, at),
        costless=sum(cost is None and _cell(c) in offered for cost, c in zip(costs, cells, strict=True)),
    )


def _cell(asked: tuple[Subject, Benchmark]) -> tuple[str, str]:
    return asked[0].model.id, asked[1].id


def _check(kind: Kind, subjects: Sequence[Subject], target: Benchmark | None, at: float | None) -> None:
    if kind is Kind.PROFILE and (target or at is not None):
        raise UsageError("A profile is about all benchmarks: leave --benchmark and --threshold out.")
    if kind is not Kind.PROFILE and target is None:
        raise UsageError(f"A target of the kind {kind} needs --benchmark.")
    if kind is Kind.ORDER and (len({s.model.id for s in subjects}) < 2 or at is not None):
        raise UsageError("An order needs two models or more, each with --model, and no --threshold.")
    if kind is not Kind.ORDER and len(subjects) != 1:
        raise UsageError(f"A target of the kind {kind} is about one --model; found {len(subjects)}.")
    if kind is Kind.THRESHOLD:
        if at is None or target is None:
            raise UsageError("A target of the kind threshold needs --threshold, in the unit of the benchmark.")
        check_threshold(at, target)


def _event(kind: Kind, mine: Sequence[int], target: Benchmark, at: float | None, *, size: int) -> Target:
    sign = 1.0 if target.metric.higher_is_better else -1.0
    if kind is Kind.ORDER or at is None:
        return order(mine, size=size, sign=sign)
    return threshold(mine[0], float(target.metric.to_working(at)), size=size, sign=sign)


def _events(kind: Kind, subjects: Sequence[Subject], target: Benchmark | None, at: float | None) -> tuple[str, ...]:
    names = [subject.model.id for subject in subjects]
    if kind is Kind.ORDER:
        return tuple(f"{first} ahead of {second}" for i, first in enumerate(names) for second in names[i + 1 :])
    if kind is Kind.THRESHOLD and target is not None:
        reach = "at least" if target.metric.higher_is_better else "at most"
        return (f"{names[0]} scores {reach} {at:g} on {target.id}",)
    return ()


def _limits(
    benchmarks: Sequence[Benchmark],
    names: Sequence[str],
    costs: Sequence[Decimal | None],
    wishes: Wishes,
    kinship: Kinship,
    *,
    per_model: Sequence[str],
) -> Limits:
    """Lay wishes out over places; what has no cost, or is not on offer, is barred."""
    ids = [benchmark.id for benchmark in benchmarks]
    if absent := [name for name in wishes.must if name not in ids]:
        raise UsageError(f"{', '.join(absent)} must be run but is known already or not among what may be run.")
    dear = [name for name in wishes.must if costs[ids.index(name)] is None]
    if dear:
        raise UsageError(f"{', '.join(dear)} must be run, but its cost is not told.")
    barred = {i for i, cost in enumerate(costs) if cost is None or ids[i] in wishes.barred}
    near = {benchmark.id: kinship.relatives(benchmark) for benchmark in benchmarks}
    places = {cell: i for i, cell in enumerate(zip(per_model, ids, strict=True))}
    variants = {
        i: frozenset(places[per_model[i], other] for other in near[name] if (per_model[i], other) in places)
        for i, name in enumerate(ids)
    }
    return Limits(
        names=names,
        costs=[Decimal(0) if cost is None else cost for cost in costs],
        size=wishes.size,
        budget=wishes.budget,
        must=tuple(ids.index(name) for name in wishes.must),
        barred=frozenset(barred),
        variants=variants,
    )


def _known_cells(history: History, subjects: Iterable[Subject]) -> frozenset[tuple[str, str]]:
    """Cells of exactly these models that have a visible report of the headline metric, or one that is vouched for."""
    names = {subject.model.id for subject in subjects}
    own = history.records[history.records["model"].isin(names) & (history.records["metric"] == "")]
    seen = set(zip(own["model"], own["benchmark"], strict=True))
    return frozenset(seen | {record.cell for subject in subjects for record in subject.known})


def models_by_benchmark(history: History) -> Counter[str]:
    """How many models have a visible score on each benchmark, by its id."""
    frame = history.records[(history.records["metric"] == "") & (history.records["duplicate_of"] == "")]
    return Counter(frame.drop_duplicates(["model", "benchmark"])["benchmark"].tolist())
