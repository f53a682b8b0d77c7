"""Speed of retrieval on a made-up store of any size: a temporary database, filled and searched like a user's.

Times are medians over different queries, in milliseconds; the first search on a history pays for laying it out.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from records.batch import Batch, ImportReport
from records.history import Exclusion, History
from records.record import Record
from records.search import GroupBy, Where
from records.setting import Setting
from records.source import DateBasis, Source
from records.store import Store
from retrieval.index import Index
from scorecast.bench.made_up import START, SUBJECTS, made_up_benchmark, made_up_model
from scorecast.indexing import open_index
from scorecast.settings import Settings

DAYS = 1_000
AS_OF = START + dt.timedelta(days=DAYS)
MODELS, BENCHMARKS = 2_000, 500
REPEATS = 9
WORDS = 40
"""In each description."""


class Speed(NamedTuple):
    """How long one kind of work takes."""

    what: str
    milliseconds: float


def measure_speed(*, records: int, seed: int, embeddings: str) -> list[Speed]:
    """Fill a store with so many records, index it, and search it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database_url=f"sqlite:///{home / 'made-up.db'}", embeddings=embeddings)
        with Store.open(settings.database_url) as store:
            store.add(_batch(records, np.random.default_rng(seed)), imported_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
            return _measured(settings, store)


def _measured(settings: Settings, store: Store) -> list[Speed]:
    opening = partial(open_index, settings, store)
    built, again, index = _median([opening]), _median([opening]), opening()
    cells = [frozenset({(f"model-{n}", f"task-{n}")}) for n in range(REPEATS + 1)]
    first, *others = (store.history(as_of=AS_OF, exclude=Exclusion(cells=own)) for own in cells)
    search = index.on(first)
    search.search("the first search loads the embedding")
    queries = [f"Family {n} at {subject}" for n, subject in enumerate(SUBJECTS[:REPEATS])]
    where, domain = Where(families=("family-7",), domains=("law",)), Where(domains=("law",))
    figures = partial(search.aggregate, domain, by=GroupBy.FAMILY)
    return [
        Speed("build the index", built),
        Speed("open it again", again),
        Speed("first search on a history", _median(partial(_first, index, history) for history in others)),
        Speed("search", _median(partial(search.search, query, limit=20) for query in queries)),
        Speed("search under conditions", _median(partial(search.search, q, where=where) for q in queries)),
        Speed("keyword", _median(partial(search.keyword, query, limit=20) for query in queries)),
        Speed("filter", _median([partial(search.filter, where)] * REPEATS)),
        Speed("aggregate", _median([figures] * REPEATS)),
    ]


def _first(index: Index, history: History) -> object:
    return index.on(history).search("law", limit=20)


def _median(acts: Iterable[Callable[[], object]]) -> float:
    seconds = []
    for act in acts:
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return 1000.0 * float(np.median(seconds))


def _batch(count: int, rng: np.random.Generator) -> Batch:
    models = tuple(made_up_model(i, days=i % DAYS) for i in range(MODELS))
    words = rng.choice(SUBJECTS, size=(BENCHMARKS, WORDS))
    benchmarks = tuple(made_up_benchmark(j, about=" ".join(words[j].tolist())) for j in range(BENCHMARKS))
    report = ImportReport(path="made up", format="table", taken=count)
    sources = tuple(Source(id=f"source-{n}", name=f"Source {n}") for n in range(5))
    places = rng.permutation(MODELS * BENCHMARKS)[:count]
    records = tuple(_record(*divmod(int(place), BENCHMARKS), rng) for place in places)
    return Batch(report=report, sources=sources, models=models, benchmarks=benchmarks, records=records)


def _record(model: int, benchmark: int, rng: np.random.Generator) -> Record:
    return Record(
        model=f"model-{model}",
        benchmark=f"task-{benchmark}",
        value=round(float(rng.uniform(5.0, 95.0)), 2),
        setting=Setting(shots=int(rng.integers(0, 9)), harness=f"harness {model % 20}"),
        published=START + dt.timedelta(days=int(rng.integers(model % DAYS, DAYS + 1))),
        date_basis=DateBasis.REPORTED,
        source=f"source-{model % 5}",
    )
