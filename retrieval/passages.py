"""Passages: what a hit says, in our own words and figures, dated and sourced.

Every figure comes from the history. What was imported (names, descriptions, notes) is plain text on one line, cut to
a length, and a note stands in quotation marks: it is somebody's words, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from records.benchmark import Benchmark
from records.history import History
from records.metric import Metric, Unit
from records.model import Model
from records.record import Record
from records.search import Passage, PassageKind
from records.setting import Setting
from records.source import DateBasis
from retrieval.documents import NAME, plain, setting_id

LONGEST = 4_000
"""Characters of a passage."""

LISTED = 12
"""Names in a list."""

BASES = {
    DateBasis.REPORTED: "",
    DateBasis.SNAPSHOT: " (date of the copy of the source)",
    DateBasis.RELEASE: " (release date of the model)",
}
UNITS = {Unit.PERCENT: " %", Unit.USD: " US dollars", Unit.RATING: " rating points", Unit.POINTS: " points"}


def record_passage(
    record: Record, history: History, *, relevance: float = 1.0, others: tuple[str, ...] = ()
) -> Passage:
    """Tell one result, and how many near-duplicates it stands for."""
    model, benchmark = history.models[record.model], history.benchmarks[record.benchmark]
    source = history.sources.get(record.source)
    told = [
        f"{_name(model)} on {_name(benchmark)}: {_value(record, benchmark.metric)}",
        f"published {record.published}{BASES[record.date_basis]}",
        f"source {plain(source.name if source else record.source, limit=NAME)} ({record.reporter.replace('_', ' ')})",
        f"setting {plain(str(record.setting), limit=NAME)}",
        f"{len(others)} more reports of the same number" if others else "",
        f'note "{plain(record.note, limit=2 * NAME)}"' if record.note else "",
    ]
    return Passage(
        id=record.id,
        kind=PassageKind.RECORD,
        text=_joined(told, "; "),
        published=record.published,
        source=record.source,
        url=record.url or (source.url if source else ""),
        relevance=relevance,
        record=record,
        merged=others,
    )


def model_passage(model: Model, history: History, *, records: int, relevance: float = 1.0) -> Passage:
    """Tell what is known of a model before any score, and how many records of it are visible."""
    told = [
        f"{_name(model)} (id {model.id})",
        f"made by {plain(model.organisation, limit=NAME)}" if model.organisation else "maker unknown",
        f"family {plain(model.family, limit=NAME)}" if model.family else "",
        f"reasoning effort {plain(model.effort, limit=NAME)}" if model.effort else "",
        {True: "a reasoning model", False: "not a reasoning model", None: ""}[model.reasoning],
        {True: "open weights", False: "closed weights", None: ""}[model.open_weights],
        _size(model),
        f"trained on {model.training_tokens_t:g} trillion tokens" if model.training_tokens_t else "",
        f"released {model.released}" if model.released else "release date unknown",
        _list("other efforts of it", _efforts(model, history)),
        _list("also called", model.aliases),
        f"{records} visible records",
    ]
    key = f"model:{model.id}"
    return Passage(id=key, kind=PassageKind.MODEL, text=_joined(told), published=model.released, relevance=relevance)


def benchmark_passage(benchmark: Benchmark, history: History, *, records: int, relevance: float = 1.0) -> Passage:
    """Tell what a benchmark asks and how it is scored, as the history may say it."""
    told = [
        f"{_name(benchmark)} (id {benchmark.id}): {plain(history.describe(benchmark), limit=2_500)}".rstrip(". "),
        f"domain {benchmark.domain.replace('_', ' ')}" if benchmark.domain else "",
        f"answers {benchmark.answer_format.replace('_', ' ')}" if benchmark.answer_format else "",
        _scored(benchmark.metric),
        f"{benchmark.items} items" if benchmark.items else "number of items unknown",
        f"released {benchmark.released}" if benchmark.released else "release date unknown",
        _list("part of", _shown(benchmark.part_of, history.benchmarks)),
        _list("also called", benchmark.aliases),
        f"{records} visible records",
    ]
    return Passage(
        id=f"benchmark:{benchmark.id}",
        kind=PassageKind.BENCHMARK,
        text=_joined(told),
        published=benchmark.released,
        url=benchmark.url,
        relevance=relevance,
    )


def setting_passage(setting: Setting, *, records: int, models: int, benchmarks: int, relevance: float) -> Passage:
    """Tell how often a setting is used."""
    used = f"used in {records} visible records of {models} models on {benchmarks} benchmarks"
    text = f"Setting {plain(str(setting), limit=LONGEST // 2)}: {used}."
    return Passage(id=setting_id(setting), kind=PassageKind.SETTING, text=text, relevance=relevance)


def _name(entry: Model | Benchmark) -> str:
    return plain(entry.name, limit=NAME)


def _value(record: Record, metric: Metric) -> str:
    name = plain(record.metric or metric.name, limit=NAME).replace("_", " ")
    error = f" ± {record.standard_error:.2g} standard error" if record.standard_error is not None else ""
    items = f" over {record.items} items" if record.items else ""
    return f"{record.value:.6g}{UNITS[metric.unit]} {name}{error}{items}"


def _size(model: Model) -> str:
    active = f" ({model.active_params_b:g}B active)" if model.active_params_b else ""
    return f"{model.params_b:g}B parameters{active}" if model.params_b else "size unknown"


def _scored(metric: Metric) -> str:
    low, high = ("open" if bound is None else f"{bound:g}" for bound in (metric.lower, metric.upper))
    chance = "" if metric.chance is None else f", chance level {metric.chance:g}"
    better = "higher" if metric.higher_is_better else "lower"
    name = plain(metric.name, limit=NAME).replace("_", " ")
    return f"scored by {name} in {metric.unit.value} from {low} to {high}, {better} is better{chance}"


def _efforts(model: Model, history: History) -> list[str]:
    if not model.base_model:
        return []
    return sorted(m.id for m in history.models.values() if m.base_model == model.base_model and m.id != model.id)


def _shown(ids: Iterable[str], known: Mapping[str, object]) -> list[str]:
    return [key for key in ids if key in known]


def _list(what: str, names: Iterable[str]) -> str:
    told = [plain(name, limit=NAME) for name in names]
    more = f" and {len(told) - LISTED} more" if len(told) > LISTED else ""
    return f"{what} {', '.join(told[:LISTED])}{more}" if told else ""


def _joined(parts: Iterable[str], mark: str = ". ") -> str:
    return plain(mark.join(part for part in parts if part), limit=LONGEST - 1) + "."
