"""History: what a forecast of a given date may know.

``store.history(as_of=..., exclude=...)`` is the only way to one: the store reads its tables and hands them to
``records.barrier``. Every reader of records gets a ``History`` and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd

from records.benchmark import Benchmark
from records.errors import LeakageError
from records.exclusion import NOTHING, Exclusion, excluded, public_since
from records.frame import COLUMNS, NUMBERS, SETTING_COLUMNS, RecordReader, tidy_frame, to_frame, to_record
from records.kinship import Kinship
from records.model import Model
from records.question import Question
from records.record import Record
from records.source import Source

__all__ = [
    "COLUMNS",
    "NOTHING",
    "NUMBERS",
    "SETTING_COLUMNS",
    "Exclusion",
    "History",
    "tidy_frame",
    "to_frame",
    "to_record",
]


@dataclass(frozen=True, eq=False)
class History:
    """Everything that a forecast may know, and the count of what it was refused.

    Attributes:
        as_of: latest publication date in it.
        records: one row a record, columns as in ``COLUMNS``; treat it as read-only.
        models: every model released by the as-of date, by id.
        benchmarks: every benchmark released by the as-of date, by id; descriptions quote no withheld score.
        sources: by id.
        kinship: which of these models and benchmarks give each other away.
        exclude: what was withheld.
        strict_dates: whether dates that rest on the model's release were replaced by the source's snapshot.
        refused: number of records withheld, by reason.
        redacted: descriptions of benchmarks, visible or not, that quote a withheld score, without it, by id.
    """

    as_of: dt.date
    records: pd.DataFrame
    models: Mapping[str, Model]
    benchmarks: Mapping[str, Benchmark]
    sources: Mapping[str, Source]
    kinship: Kinship
    exclude: Exclusion = NOTHING
    strict_dates: bool = False
    refused: Mapping[str, int] = field(default_factory=dict)
    redacted: Mapping[str, str] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """Return what other processes are sent: views that nobody can write to do not travel, dictionaries do."""
        return {k: dict(value) if isinstance(value, MappingProxyType) else value for k, value in vars(self).items()}

    def __len__(self) -> int:
        """Number of visible records."""
        return len(self.records)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what is visible, as of when, and of what was withheld, 20 hexadecimal digits."""
        told = f"{self.as_of} {self.strict_dates} {self.content_fingerprint} ".encode()
        return hashlib.sha256(told + _stable(self.exclude)).hexdigest()[:20]

    @cached_property
    def content_fingerprint(self) -> str:
        """Hash of all that a predictor could learn from this history, 20 hexadecimal digits.

        Two histories that show the same have the same one, whatever their as-of dates: nothing was published between
        them, so what is fitted on one is what would be fitted on the other. The order of the records does not matter.
        """
        digest = hashlib.sha256()
        digest.update(np.sort(pd.util.hash_pandas_object(self.records, index=False).to_numpy()).tobytes())
        for catalogue in (self.models, self.benchmarks):
            for key in sorted(catalogue):
                digest.update(catalogue[key].model_dump_json().encode())
        digest.update(repr(sorted(self.redacted.items())).encode())
        return digest.hexdigest()[:20]

    @cached_property
    def reader(self) -> RecordReader:
        """Reads its records one by one, and keeps what it has read."""
        return RecordReader(self.records)

    def record(self, record_id: str) -> Record:
        """Return one visible record.

        Raises:
            KeyError: no visible record has this id.
        """
        found = self.reader.find(record_id)
        if found is None:
            raise KeyError(record_id)
        return found

    @cached_property
    def benchmarks_of(self) -> Mapping[str, frozenset[str]]:
        """Ids of the benchmarks on which each model has a visible record, by its id."""
        return _together(self.records, "model", "benchmark")

    @cached_property
    def models_on(self) -> Mapping[str, frozenset[str]]:
        """Ids of the models that have a visible record on each benchmark, by its id."""
        return _together(self.records, "benchmark", "model")

    @cached_property
    def shown_cells(self) -> frozenset[tuple[str, str]]:
        """The (kin group of the model, benchmark) cells that have a visible record."""
        groups = self.kinship.groups
        models = (groups.get(model, model) for model in self.records["model"].tolist())
        return frozenset(zip(models, self.records["benchmark"].tolist(), strict=True))

    def shows(self, model: Model, benchmark: Benchmark) -> bool:
        """Whether a report of this cell, or of a sibling, is visible."""
        relatives = self.kinship.relatives(benchmark)
        return any((group, near) in self.shown_cells for group in self.kinship.groups_of(model) for near in relatives)

    def describe(self, benchmark: Benchmark) -> str:
        """Return the description of a benchmark as a forecast may read it, quoting no withheld score.

        A question carries its benchmark whole; who reads texts reads them through this.
        """
        return self.redacted.get(benchmark.id, benchmark.description)

    def cell_records(self, model: Model, benchmark: Benchmark) -> pd.DataFrame:
        """Return the visible records of exactly this model on exactly this benchmark."""
        return self.records.iloc[list(self._places_of.get((model.id, benchmark.id), ()))]

    def cell_reports(self, model: Model, benchmark: Benchmark) -> tuple[Record, ...]:
        """Return the same as records, in the order of the table."""
        return tuple(map(self.reader.at, self._places_of.get((model.id, benchmark.id), ())))

    @cached_property
    def _places_of(self) -> Mapping[tuple[str, str], Sequence[int]]:
        """Rows of each cell: plans ask about many cells, and each would take a pass over the table."""
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for place, cell in enumerate(
            zip(self.records["model"].tolist(), self.records["benchmark"].tolist(), strict=True)
        ):
            found[cell].append(place)
        return dict(found)

    def refuse_leak(self, question: Question) -> None:
        """Make sure that what was fitted on this history may answer the question.

        Raises:
            LeakageError: the question's as-of date is before the history's; or the history or the question's known
                scores show the cell that is asked for (or a sibling) and the question does not say that it is known.
        """
        if question.as_of < self.as_of:
            raise LeakageError(
                f"a history as of {self.as_of} may not answer a question as of {question.as_of}: "
                "take store.history(as_of=...) of the question's date"
            )
        if question.cell_known:
            return
        if self.shows(question.model, question.benchmark):
            raise LeakageError(
                f"the history shows reports of {question.model.id} on {question.benchmark.id}, or of a sibling: "
                "withhold the cell with Exclusion(cells=...) or say cell_known=True"
            )
        telling = self.kinship.relatives(question.benchmark) & {record.benchmark for record in question.known}
        if telling:
            raise LeakageError(
                f"a known score on {', '.join(sorted(telling))} gives {question.model.id} on {question.benchmark.id} "
                "away: leave it out, or say cell_known=True"
            )

    def with_known(self, models: Iterable[Model], records: Sequence[Record]) -> History:
        """Return this history with scores that the asker vouches for; they replace visible records of the same id.

        Their notes are left behind: nobody has held them against the withheld scores.

        Raises:
            LeakageError: a record that was public after the as-of date only, or one that the exclusion withholds.
        """
        catalogue = dict(self.models) | {model.id: model for model in models}
        kinship = self.kinship.including([model for key, model in catalogue.items() if self.models.get(key) != model])
        if not records:
            return replace(self, models=MappingProxyType(catalogue), kinship=kinship)
        frame = to_frame([record.model_copy(update={"note": ""}) for record in records])
        late = public_since(frame, self.sources, strict_dates=self.strict_dates) > pd.Timestamp(self.as_of)
        if late.any():
            raise LeakageError(f"known score {_first(frame, late)} was published after the as-of date {self.as_of}")
        for reason, mask in excluded(frame, self.exclude, kinship).items():
            if mask.any():
                raise LeakageError(f"known score {_first(frame, mask)} is refused: {reason}")
        others = self.records[~self.records["id"].isin(frame["id"])]
        return replace(
            self,
            records=pd.concat([others, frame], ignore_index=True),
            models=MappingProxyType(catalogue),
            kinship=kinship,
        )


def _together(frame: pd.DataFrame, by: str, other: str) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, name in zip(frame[by].tolist(), frame[other].tolist(), strict=True):
        found[key].add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _first(frame: pd.DataFrame, mask: pd.Series) -> str:
    row = frame[mask].iloc[0]
    return f"of {row['model']} on {row['benchmark']} ({row['published']:%Y-%m-%d}, source {row['source']})"


def _stable(exclude: Exclusion) -> bytes:
    parts = [sorted(map(str, getattr(exclude, name))) for name in Exclusion.model_fields]
    return repr(parts).encode()
