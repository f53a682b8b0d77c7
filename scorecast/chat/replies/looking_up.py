"""What is known: reported scores of a cell, a model or a benchmark, the best of them, and descriptions."""

from __future__ import annotations

import pandas as pd

from records.benchmark import Benchmark
from records.history import History, to_record
from records.metric import Metric, bounds_told
from records.model import Model
from records.record import Record
from scorecast.chat.replies.markdown import blocks, bullets, code, count, link, named, plain
from scorecast.chat.understanding.intent import Topic
from scorecast.showing.card import score

SHOWN = 8
"""Records that are listed."""


def known(topic: Topic, history: History) -> str:
    """Tell what has been reported of models on benchmarks, of models, or on benchmarks."""
    if topic.models and topic.benchmarks:
        return blocks(*(_cell(model, benchmark, history) for model, benchmark in topic.cells))
    return blocks(*(_model(one, history) for one in topic.models), *(_best(one, history) for one in topic.benchmarks))


def best(topic: Topic, history: History) -> str:
    """Tell the best reported scores on each benchmark."""
    return blocks(*(_best(benchmark, history) for benchmark in topic.benchmarks))


def describe(topic: Topic, history: History) -> str:
    """Tell what is known of models and benchmarks before any score."""
    models = [_described_model(one, history) for one in topic.models]
    return blocks(*models, *(_described_benchmark(one, history) for one in topic.benchmarks))


def _headline(history: History) -> pd.DataFrame:
    """Records in the headline metric, copies left out, the newest first."""
    frame = history.records
    own = frame[(frame["metric"] == "") & (frame["duplicate_of"] == "")]
    return own.sort_values(["published", "id"], ascending=[False, True], kind="stable")


def _records(rows: pd.DataFrame) -> list[Record]:
    return [to_record(row) for _, row in rows.head(SHOWN).iterrows()]


def _told(record: Record, metric: Metric | None) -> str:
    value = score(record.value, metric) if metric else f"{record.value:g}"
    error = f" ± {record.standard_error:.1f}" if record.standard_error else ""
    setting = f"; {plain(str(record.setting))}" if record.setting.told() else ""
    dated = "" if record.date_basis == "reported" else f" (date of the {record.date_basis.value})"
    source = link(record.source, record.url)
    return f"**{value}**{error}, {record.published}{dated}, {source}{setting} ({code(record.id[:10])})"


def _cell(model: Model, benchmark: Benchmark, history: History) -> str:
    frame = _headline(history)
    here = frame[frame["benchmark"] == benchmark.id]
    own = here[here["model"] == model.id]
    title = f"{plain(model.name)} on {plain(benchmark.name)}"
    kin = here[here["model"].isin(history.kinship.kin(model) - {model.id})]
    variants = [f"{code(one.model)} {_told(one, benchmark.metric)}" for one in _records(kin)]
    beside = f"Of its variants:\n{bullets(variants)}" if variants else ""
    if own.empty:
        ask = f'Ask "What will {plain(model.name)} get on {plain(benchmark.name)}?" for a forecast.'
        return blocks(f"**{title}:** no score is known as of {history.as_of}. {ask}", beside)
    lines = [_told(one, benchmark.metric) for one in _records(own)]
    return blocks(f"**{title}:** {count(len(own), 'report')} as of {history.as_of}", bullets(lines), beside)


def _model(model: Model, history: History) -> str:
    frame = _headline(history)
    own = frame[frame["model"] == model.id]
    if own.empty:
        return f"**{plain(model.name)}:** no score is known as of {history.as_of}."
    total = f"{count(len(own), 'report')} on {count(own['benchmark'].nunique(), 'benchmark')}"
    first = own.drop_duplicates("benchmark")
    lines = [f"{code(one.benchmark)} {_told(one, _metric(one, history))}" for one in _records(first)]
    rest = f"and {len(first) - SHOWN} more benchmarks; name one to see it." if len(first) > SHOWN else ""
    return blocks(f"**{plain(model.name)}:** {total} as of {history.as_of}, the newest first", bullets(lines), rest)


def _metric(record: Record, history: History) -> Metric | None:
    found = history.benchmarks.get(record.benchmark)
    return found.metric if found else None


def _best(benchmark: Benchmark, history: History) -> str:
    frame = _headline(history)
    here = frame[frame["benchmark"] == benchmark.id]
    if here.empty:
        return f"**{plain(benchmark.name)}:** no score is known as of {history.as_of}."
    higher = benchmark.metric.higher_is_better
    ordered = here.sort_values("value", ascending=not higher, kind="stable").drop_duplicates("model")
    lines = [f"{code(one.model)} {_told(one, benchmark.metric)}" for one in _records(ordered)]
    total = f"best reported of {count(here['model'].nunique(), 'model')}"
    direction = "" if higher else " (lower is better)"
    note = "Settings and harnesses differ between reports; look at the sources before you rank by a point."
    ranked = "\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1))
    return blocks(f"**{plain(benchmark.name)}:** {total} as of {history.as_of}{direction}", ranked, note)


def _described_model(model: Model, history: History) -> str:
    frame = _headline(history)
    own = frame[frame["model"] == model.id]
    size = f"{model.params_b:g} B parameters" if model.params_b else ""
    active = f", {model.active_params_b:g} B active" if size and model.active_params_b else ""
    thinking = {True: "thinks at length before it answers", False: "answers without long thinking", None: ""}
    weights = {True: "open weights", False: "closed weights", None: ""}
    facts = [
        f"by {plain(model.organisation)}" if model.organisation else "",
        f"released {model.released}" if model.released else "",
        f"family {plain(model.family)}" if model.family else "",
        size + active,
        f"effort {plain(model.effort)}" if model.effort else "",
        thinking[model.reasoning],
        weights[model.open_weights],
    ]
    told = "; ".join(fact for fact in facts if fact) or "nothing but its name is known"
    total = f"{count(len(own), 'reported score')} on {count(own['benchmark'].nunique(), 'benchmark')}"
    efforts = sorted(history.kinship.kin(model) - {model.id})[:SHOWN]
    variants = f"\nVariants: {', '.join(code(key) for key in efforts)}." if efforts else ""
    return f"**{plain(model.name)}** ({code(model.id)}): {told}. {total} as of {history.as_of}.{variants}"


def _described_benchmark(benchmark: Benchmark, history: History) -> str:
    metric = benchmark.metric
    frame = _headline(history)
    here = frame[frame["benchmark"] == benchmark.id]
    facts = [
        f"{named(metric)} in {metric.unit.value}, {bounds_told(*metric.bounds)}",
        "" if metric.higher_is_better else "lower is better",
        f"chance {score(metric.chance, metric)}" if metric.chance else "",
        f"{benchmark.items:,} items" if benchmark.items else "",
        plain(benchmark.answer_format.replace("_", " ")),
        f"released {benchmark.released}" if benchmark.released else "",
    ]
    total = f"{count(len(here), 'report')} of {count(here['model'].nunique(), 'model')} as of {history.as_of}"
    middle = f", median {score(float(here['value'].median()), metric)}" if len(here) else ""
    return blocks(
        f"**{plain(benchmark.name)}** ({code(benchmark.id)}): "
        + (plain(history.describe(benchmark), longest=2000) or "no description is known."),
        f"{'; '.join(fact for fact in facts if fact)}. {total}{middle}.",
        link("More about it", benchmark.url) if benchmark.url else "",
    )
