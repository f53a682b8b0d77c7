"""Shared by the tests of retrieval: a planted store, an index in a temporary folder, and an embedding by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from records.batch import Batch, ImportReport
from records.metric import Metric, Unit
from records.setting import Setting
from records.store import Store
from retrieval.embedding import Vectors, unit_length
from retrieval.index import Index
from retrieval.keywords import words
from retrieval.vectors import embedded

TODAY = dt.date(2025, 6, 1)
LATER = dt.date(2026, 1, 1)
IMPORTED = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@dataclass
class WordHashes:
    """A public double: each word is a direction of its own, a text the sum of its words; counts what it is asked."""

    name: str = "word-hashes"
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in words(text):
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
                row += np.random.default_rng(seed).standard_normal(64)
        return unit_length(vectors)


@pytest.fixture
def words_by_hand() -> WordHashes:
    """The embedding by hand, which remembers what it was asked."""
    return WordHashes()


@pytest.fixture(scope="session")
def fill(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Store]:
    """Open a new store with these entries and records in it."""

    def make(*, models, benchmarks, records, sources, store: Store | None = None) -> Store:
        opened = store or Store.open(f"sqlite:///{tmp_path_factory.mktemp('planted') / 'store.db'}")
        report = ImportReport(path="planted", format="table", taken=len(records))
        batch = Batch(
            report=report,
            sources=tuple(sources),
            models=tuple(models),
            benchmarks=tuple(benchmarks),
            records=tuple(records),
        )
        opened.add(batch, imported_at=IMPORTED)
        return opened

    return make


@pytest.fixture(scope="session")
def open_index() -> Callable[..., Index]:
    """Open an index in a folder, with the embedding by hand unless told otherwise."""

    def make(embedding=None, *, folder: Path, **options: float) -> Index:
        vectors = embedded(folder / "index", collection="test-index")
        return Index(embedding or WordHashes(), vectors, lock=folder / "index.lock", **options)

    return make


@pytest.fixture(scope="session")
def planted(fill, make_model, make_benchmark, make_record, make_source) -> Store:
    """Two families on mathematics and poems, a rating, an error rate, copies, notes that tell, later records."""
    oaks = [
        make_model(
            f"oak-{i}",
            name=f"Oak {i}",
            family="oak",
            organisation="Arboretum",
            params_b=2.0**i,
            reasoning=i > 2,
            released=dt.date(2024, i + 1, 1),
        )
        for i in range(5)
    ]
    elms = [
        make_model(
            f"elm-{i}",
            name=f"Elm {i}",
            family="elm",
            organisation="Nursery",
            params_b=2.0**i,
            released=dt.date(2024, i + 1, 15),
        )
        for i in range(5)
    ]
    twin = make_model("oak-1-turbo", name="Oak 1 Turbo", base_model="oak-1", family="oak", released=dt.date(2024, 2, 1))
    future = make_model("yew-9", name="Yew 9", family="yew", released=LATER)
    rating = Metric(name="rating", unit=Unit.RATING)
    errors = Metric(name="word_error_rate", higher_is_better=False)
    benchmarks = [
        make_benchmark("algebra", domain="mathematics", description="Equations to be solved by hand."),
        make_benchmark(
            "geometry",
            domain="mathematics",
            description="Triangles and circles. The best model, Oak 4, scored 77.7 percent here in late 2025.",
        ),
        make_benchmark("mathematics-average", domain="mathematics", description="Mean over algebra and geometry."),
        make_benchmark("poems", domain="writing", description="Rhymes and metre, marked by poets."),
        make_benchmark("arena", domain="other", metric=rating, description="Pairwise votes."),
        make_benchmark("dictation", domain="speech", metric=errors, description="Spoken words to be written down."),
        make_benchmark("quantum", domain="science", released=LATER, description="Quantum puzzles of the future."),
    ]
    benchmarks[0] = benchmarks[0].model_copy(update={"part_of": ("mathematics-average",)})
    records = []
    for m, model in enumerate([*oaks, *elms]):
        for b, name in enumerate(("algebra", "geometry", "poems")):
            day = dt.date(2025, 1, 1 + m)
            setting = Setting(shots=5 * b, harness="lm-eval")
            records.append(
                make_record(30.0 + 4 * m + b, model=model.id, benchmark=name, setting=setting, published=day)
            )
        records.append(make_record(1000.0 + 20 * m, model=model.id, benchmark="arena"))
        records.append(make_record(9.0 - m / 2, model=model.id, benchmark="dictation"))
    records += [
        make_record(34.02, model="oak-1", benchmark="algebra", source="source-b", duplicate_of=records[5].id),
        make_record(33.5, model="oak-1-turbo", benchmark="algebra", note="Oak 1 scored 34.0 before."),
        make_record(35.5, model="oak-1", benchmark="mathematics-average"),
        make_record(88.8, model="oak-2", benchmark="algebra", source="secret", note="a hidden champion"),
        make_record(77.7, model="oak-4", benchmark="geometry", published=LATER, note="zanzibar"),
        make_record(66.6, model="yew-9", benchmark="algebra", published=LATER),
        make_record(55.5, model="oak-0", benchmark="quantum", published=LATER),
    ]
    sources = [make_source("source-a"), make_source("source-b"), make_source("secret", name="Secret lab")]
    return fill(models=[*oaks, *elms, twin, future], benchmarks=benchmarks, records=records, sources=sources)
