"""Visible: one history laid out for searching. Everything that can be found stands here, and nothing else.

Rows are the records whose model and benchmark the history holds, the newest first; each names its model, benchmark,
setting and origin by number, so that what is worked out for a thousand models serves a hundred thousand records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from records.benchmark import Benchmark
from records.frame import SETTING_COLUMNS
from records.history import History
from records.metric import Floats
from records.model import Model
from records.names.catalogue import Catalogue
from records.record import Record
from records.setting import Setting
from retrieval.documents import NAME, plain

Numbers = NDArray[np.intp]

LARGEST = 2**62
"""Numbers of combinations stay below this: they are 64 bits wide."""


@dataclass(frozen=True, eq=False)
class Visible:
    """What one history shows."""

    history: History

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """Every visible model."""
        return tuple(self.history.models.values())

    @cached_property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Every visible benchmark."""
        return tuple(self.history.benchmarks.values())

    @cached_property
    def catalogue(self) -> Catalogue:
        """Finds visible models and benchmarks by any spelling, and suggests no others."""
        return Catalogue.of(self.models, self.benchmarks)

    @cached_property
    def rows(self) -> Numbers:
        """Places in ``history.records`` of what can be found, the newest first."""
        known = (self._codes[0] >= 0) & (self._codes[1] >= 0)
        newest = np.argsort(-self.history.records["published"].to_numpy().astype("int64"), kind="stable")
        found: Numbers = newest[known[newest]]
        return found

    @cached_property
    def model_of(self) -> Numbers:
        """Number of the model of each row."""
        return self._codes[0][self.rows]

    @cached_property
    def benchmark_of(self) -> Numbers:
        """Number of the benchmark of each row."""
        return self._codes[1][self.rows]

    @cached_property
    def setting_of(self) -> Numbers:
        """Number of the setting of each row."""
        return self._settings[1]

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every setting of a visible record."""
        frame = self.history.records.iloc[self.rows[self._settings[0]]]
        told = frame[list(SETTING_COLUMNS)].to_dict("records")
        return tuple(Setting.model_validate({k: v for k, v in row.items() if not pd.isna(v)}) for row in told)

    @cached_property
    def origin_of(self) -> Numbers:
        """Number of the origin of each row."""
        return self._origins[1]

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Every origin: where a record comes from and what its note says."""
        frame = self.history.records.iloc[self.rows[self._origins[0]]]
        names = {key: source.name for key, source in self.history.sources.items()}
        told = zip(frame["source"].tolist(), frame["note"].tolist(), strict=True)
        return tuple(plain(f"{names.get(s, s)} {plain(note, limit=NAME)}") for s, note in told)

    @cached_property
    def headline(self) -> NDArray[np.bool_]:
        """Whether each row is in the headline metric of its benchmark."""
        return (self.history.records["metric"] == "").to_numpy(dtype=bool)[self.rows]

    @cached_property
    def model_counts(self) -> Mapping[str, int]:
        """Number of rows of each model, by id."""
        return dict(zip(self.history.models, np.bincount(self.model_of, minlength=len(self.models)), strict=True))

    @cached_property
    def benchmark_counts(self) -> Mapping[str, int]:
        """Number of rows of each benchmark, by id."""
        counts = np.bincount(self.benchmark_of, minlength=len(self.benchmarks))
        return dict(zip(self.history.benchmarks, counts, strict=True))

    @cached_property
    def originals(self) -> NDArray[np.bool_]:
        """Whether each row is no copy of another."""
        return (self.history.records["duplicate_of"] == "").to_numpy(dtype=bool)[self.rows]

    @cached_property
    def scores(self) -> Floats:
        """Value of each row."""
        return self.history.records["value"].to_numpy(dtype=float)[self.rows]

    @cached_property
    def released(self) -> Floats:
        """Day on which each model was released; NaN where it is not known."""
        return np.array([m.released.toordinal() if m.released else np.nan for m in self.models])

    def column(self, name: str) -> pd.Series:
        """One column of the records, in the order of the rows."""
        return self.history.records[name].iloc[self.rows]

    def id_of(self, row: int) -> str:
        """The id of the record in a row."""
        return str(self.history.records["id"].iloc[int(self.rows[row])])

    def records(self, rows: Numbers) -> list[Record]:
        """Return the records of some rows; these are the history's own."""
        return [self.history.reader.at(place) for place in self.rows[rows].tolist()]

    @cached_property
    def _codes(self) -> tuple[Numbers, Numbers]:
        frame = self.history.records
        models, benchmarks = pd.Index(list(self.history.models)), pd.Index(list(self.history.benchmarks))
        return _places(models, frame["model"]), _places(benchmarks, frame["benchmark"])

    @cached_property
    def _settings(self) -> tuple[Numbers, Numbers]:
        return self._distinct(*SETTING_COLUMNS)

    @cached_property
    def _origins(self) -> tuple[Numbers, Numbers]:
        return self._distinct("source", "note")

    def _distinct(self, *columns: str) -> tuple[Numbers, Numbers]:
        """First row of each distinct combination of some columns, and the number of the combination of each row."""
        code, kinds_so_far = np.zeros(len(self.history.records), dtype=np.int64), 1
        for name in columns:
            part, values = pd.factorize(self.history.records[name], use_na_sentinel=False)
            if kinds_so_far * len(values) > LARGEST:
                code, seen = pd.factorize(code)
                kinds_so_far = len(seen)
            code, kinds_so_far = code * len(values) + part, kinds_so_far * len(values)
        numbers, kinds = pd.factorize(code[self.rows])
        first = np.zeros(len(kinds), dtype=np.intp)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        return first, numbers


def _places(names: pd.Index, wanted: pd.Series) -> Numbers:
    """Place of each value among some names, -1 for none of them."""
    values, kinds = pd.factorize(wanted)
    found: Numbers = names.get_indexer(pd.Index(kinds))[values] if len(values) else values.astype(np.intp)
    return found
