"""Loading the starter corpus: four CSV files beside this module become one batch.

``benchmarks.csv`` and ``sources.csv`` are written by hand, ``models.csv`` and ``records.csv`` by the compiler. Lists
within a cell are separated by semicolons. The ids of records are not stored: they are the hash of the content. A
record without a link of its own has that of its source.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path

from records.batch import Batch, ImportReport
from records.benchmark import Benchmark
from records.errors import DataError
from records.model import Model
from records.record import Record
from records.setting import Setting
from records.source import Source

FOLDER = Path(__file__).parent
FILES = ("sources.csv", "benchmarks.csv", "models.csv", "records.csv")
SERIES = "starter-corpus"
"""The series of which the corpus of each version of the program is an edition."""

MODEL_COLUMNS = (
    "id", "name", "aliases", "organisation", "family", "base_model", "effort", "reasoning", "open_weights",
    "params_b", "active_params_b", "training_tokens_t", "released",
)  # fmt: skip
SETTING_COLUMNS = tuple(Setting.model_fields)
RECORD_COLUMNS = (
    "model", "benchmark", "metric", "value", "standard_error", "items", *SETTING_COLUMNS,
    "published", "date_basis", "source", "reporter", "duplicate_of", "url", "note",
)  # fmt: skip
METRIC_COLUMNS = ("unit", "lower", "upper", "higher_is_better", "chance")
"""Columns of ``benchmarks.csv`` that belong to the metric, besides ``metric``, its name."""

Row = Mapping[str, str]


def load_corpus(folder: Path = FOLDER) -> Batch:
    """Return the starter corpus, every value validated.

    Raises:
        DataError: a file is missing, or a row is not what it must be.
    """
    try:
        records = load_records(folder)
        return Batch(
            report=ImportReport(path=str(folder), format="starter corpus", taken=len(records)),
            sources=load_sources(folder),
            models=load_models(folder),
            benchmarks=load_benchmarks(folder),
            records=records,
        )
    except (OSError, ValueError, KeyError, StopIteration, csv.Error) as error:
        raise DataError(f"the starter corpus in {folder} cannot be read: {error}. Reinstall scorecast.") from error


def corpus_fingerprint(folder: Path = FOLDER) -> str:
    """Return the hash of the corpus files, 20 hexadecimal digits, without parsing them."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:20]


def corpus_ids(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the ids of the records, which are hashes of what they say: all of them are read for it."""
    return tuple(record.id for record in load_records(folder))


def load_sources(folder: Path = FOLDER) -> tuple[Source, ...]:
    """Return the sources with their licences and attributions."""
    return tuple(Source.model_validate(_told(row)) for row in _rows(folder / "sources.csv"))


def load_models(folder: Path = FOLDER) -> tuple[Model, ...]:
    """Return the catalogue of models."""
    return tuple(Model.model_validate(_told(row) | _lists(row, "aliases")) for row in _rows(folder / "models.csv"))


def load_benchmarks(folder: Path = FOLDER) -> tuple[Benchmark, ...]:
    """Return the catalogue of benchmarks, written by hand."""
    return tuple(_benchmark(row) for row in _rows(folder / "benchmarks.csv"))


def load_records(folder: Path = FOLDER) -> tuple[Record, ...]:
    """Return the records; equal settings share one object."""
    settings: dict[tuple[str, ...], Setting] = {}
    links = {source.id: source.url for source in load_sources(folder)}
    return tuple(_record(row, settings, links) for row in _rows(folder / "records.csv"))


def _rows(path: Path) -> list[Row]:
    """The rows of a table; the standard reader takes a fifth of the time that a data frame of text would."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        columns = next(reader)
        return [dict(zip(columns, row, strict=True)) for row in reader]


def _told(row: Row) -> dict[str, object]:
    return {key: value for key, value in row.items() if value != ""}


def _lists(row: Row, *columns: str) -> dict[str, tuple[str, ...]]:
    return {column: tuple(row[column].split(";")) if row[column] else () for column in columns}


def _benchmark(row: Row) -> Benchmark:
    told = _told(row)
    metric = {"name": told.pop("metric")} | {key: told.pop(key) for key in METRIC_COLUMNS if key in told}
    return Benchmark.model_validate(told | _lists(row, "aliases", "part_of") | {"metric": metric})


def _record(row: Row, settings: dict[tuple[str, ...], Setting], links: Mapping[str, str]) -> Record:
    key = tuple(row[column] for column in SETTING_COLUMNS)
    if key not in settings:
        settings[key] = Setting.model_validate({c: v for c, v in zip(SETTING_COLUMNS, key, strict=True) if v})
    told = {k: v for k, v in row.items() if v != "" and k not in SETTING_COLUMNS}
    return Record.model_validate({"url": links[row["source"]], **told, "setting": settings[key]})
