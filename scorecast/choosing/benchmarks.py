"""Choosing benchmarks as every adapter asks for it; ``scorecast.choosing.cells`` chooses single experiments.

In: a history, a joint forecast on it (``records.joint``), what the user wishes. Out: what ``planning`` chose, with
the benchmarks it is about.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from planning.belief import Belief
from planning.limits import FREE, Limits
from planning.scorecard import Masks
from planning.subset import Subset, Way, subset
from records.benchmark import Benchmark
from records.errors import NotEnoughRecords, UsageError
from records.history import History
from records.joint import JointPredictor
from records.kinship import Kinship
from records.metric import Floats
from records.model import Model
from records.question import Question
from records.record import Record
from scorecast.choosing.costs import Costs

NEW_RELEASE = "new-release"
"""Id of the model that stands for all that will come: of nothing but its date is known."""

LEAST = 5
"""Models that must have a score on a benchmark for it to be in the pool unless the user names it."""


CARDS = 100
"""Newest models at most whose published scorecards tell which benchmarks matter."""


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

    Raises:
        UsageError: neither a size nor a budget bounds the choice.
    """

    size: int | None = None
    budget: Decimal | None = None
    must: tuple[str, ...] = ()
    barred: frozenset[str] = frozenset()
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        """Check that the choice comes to an end."""
        if self.size is None and self.budget is None:
            raise UsageError("Say how many to choose or what they may cost together: --size, --budget.")


@dataclass(frozen=True)
class ChosenSubset:
    """A subset and the benchmarks that its places stand for; ``costless`` could not be picked, for want of a cost."""

    subject: Model
    benchmarks: tuple[Benchmark, ...]
    found: Subset
    costless: tuple[str, ...]


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
    known = known_cells(history, [subject])
    places = [j for j, benchmark in enumerate(benchmarks) if (subject.model.id, benchmark.id) not in known]
    left = [benchmarks[j] for j in places]
    if not left:
        raise NotEnoughRecords(f"Every one of these scores of {subject.model.id} is known: nothing is left to run.")
    belief = Belief.of(
        predictor.joint([subject.ask(benchmark, history.as_of) for benchmark in left]), [b.metric for b in left]
    )
    costs = [wishes.costs.of(benchmark, subject.model.id) for benchmark in left]
    costless = tuple(b.id for b, cost in zip(left, costs, strict=True) if cost is None)
    cells = [(subject.model.id, benchmark) for benchmark in left]
    limits = limits_of(cells, [benchmark.id for benchmark in left], costs, wishes, history.kinship)
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


def limits_of(
    cells: Sequence[tuple[str, Benchmark]],
    names: Sequence[str],
    costs: Sequence[Decimal | None],
    wishes: Wishes,
    kinship: Kinship,
) -> Limits:
    """Lay wishes out over cells, each a model's id and a benchmark; what has no cost is barred.

    Raises:
        UsageError: what must be run is not there or has no cost, or the wishes contradict each other.
    """
    ids = [benchmark.id for _, benchmark in cells]
    if absent := [name for name in wishes.must if name not in ids]:
        raise UsageError(f"{', '.join(absent)} must be run but is known already or not among what may be run.")
    if dear := [name for name in wishes.must if costs[ids.index(name)] is None]:
        raise UsageError(f"{', '.join(dear)} must be run, but its cost is not told.")
    return Limits(
        names=names,
        costs=[FREE if cost is None else cost for cost in costs],
        size=wishes.size,
        budget=wishes.budget,
        must=tuple(ids.index(name) for name in wishes.must),
        barred=frozenset(i for i, cost in enumerate(costs) if cost is None or ids[i] in wishes.barred),
        variants=_variants(cells, kinship),
    )


def _variants(cells: Sequence[tuple[str, Benchmark]], kinship: Kinship) -> dict[int, frozenset[int]]:
    """The cells of the same model on parts, wholes and other spellings of each cell's benchmark."""
    near = {benchmark.id: kinship.relatives(benchmark) for _, benchmark in cells}
    places = {(model, benchmark.id): i for i, (model, benchmark) in enumerate(cells)}
    return {
        i: frozenset(places[model, other] for other in near[benchmark.id] if (model, other) in places)
        for i, (model, benchmark) in enumerate(cells)
    }


def known_cells(history: History, subjects: Iterable[Subject]) -> frozenset[tuple[str, str]]:
    """Cells of exactly these models that have a visible report of the headline metric, or one that is vouched for."""
    names = {subject.model.id for subject in subjects}
    own = history.records[history.records["model"].isin(names) & (history.records["metric"] == "")]
    seen = set(zip(own["model"], own["benchmark"], strict=True))
    return frozenset(seen | {record.cell for subject in subjects for record in subject.known})


def models_by_benchmark(history: History) -> Counter[str]:
    """How many models have a visible score on each benchmark, by its id."""
    frame = history.records[(history.records["metric"] == "") & (history.records["duplicate_of"] == "")]
    return Counter(frame.drop_duplicates(["model", "benchmark"])["benchmark"].tolist())
