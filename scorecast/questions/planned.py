"""From options to a question: known names, a model or benchmark of one's own, scores that the user vouches for, dates.

Shared by every adapter; each passes what its user typed and shows the error it gets back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from records.benchmark import Benchmark
from records.errors import UnknownName, UsageError
from records.metric import Unit
from records.model import Model
from records.names.canonical import canonical_id
from records.names.catalogue import Catalogue
from records.question import Question
from records.record import Record
from records.setting import Setting
from records.source import DateBasis, Reporter, Source
from scorecast.questions.own_benchmark import OwnBenchmark, described_benchmark, first_problem

ASKER = Source(id="asker", name="Scores given with the question")


@dataclass(frozen=True)
class OwnModel:
    """What a user tells of a model that no catalogue knows. Units as in ``records.model.Model``."""

    released: dt.date | None = None
    params_b: float | None = None
    active_params_b: float | None = None
    training_tokens_t: float | None = None
    family: str = ""
    organisation: str = ""
    reasoning: bool | None = None

    @property
    def told(self) -> list[str]:
        """The options that were given, as typed."""
        return [f"--{name.replace('_', '-')}" for name, value in vars(self).items() if value not in (None, "")]


def plan(
    catalogue: Catalogue,
    *,
    model: str,
    benchmark: str,
    as_of: dt.date,
    today: dt.date,
    own: OwnModel = OwnModel(),
    described: OwnBenchmark | None = None,
    known: Sequence[str] = (),
    setting: Sequence[str] = (),
    withhold: bool = False,
) -> Question:
    """Build the question that these options ask.

    Args:
        catalogue: known names.
        model: name of a known model, or of the user's own when ``own`` or ``known`` tell of it.
        benchmark: name of a known benchmark, or of the user's own where ``described`` tells of it.
        as_of: latest publication date that the forecast may know.
        today: no as-of date lies after it.
        own: what is told of a model that the catalogue does not know.
        described: what is told of a benchmark that the catalogue does not know; None asks for a known one.
        known: ``BENCHMARK=SCORE`` each.
        setting: ``KEY=VALUE`` each.
        withhold: forecast as if the cell had not been reported.

    Raises:
        UsageError: unknown names, impossible dates or values, contradictory options.
    """
    if as_of > today:
        raise UsageError(f"The as-of date {as_of} lies in the future; today is {today}.")
    asked = described_benchmark(catalogue, benchmark, described) if described else catalogue.benchmark(benchmark)
    conditions = parse_setting(setting)
    subject, records = subject_of(catalogue, model=model, as_of=as_of, own=own, known=known, effort=conditions.effort)
    for record in records:
        if record.benchmark == asked.id:
            raise UsageError(f"--known gives the very score that is asked for, {asked.id}: leave one of them out.")
    return Question(
        model=subject,
        benchmark=asked,
        setting=conditions,
        as_of=as_of,
        known=records,
        cell_known=not withhold,
    )


def subject_of(
    catalogue: Catalogue,
    *,
    model: str,
    as_of: dt.date,
    own: OwnModel = OwnModel(),
    known: Sequence[str] = (),
    effort: str = "",
) -> tuple[Model, tuple[Record, ...]]:
    """Return the model that these options ask about, known or the user's own, and the scores vouched for.

    Raises:
        UsageError: unknown names, impossible values, contradictory options.
    """
    found = at_effort(catalogue, _model(catalogue, model, own, described=bool(known or own.told)), effort)
    records = tuple(_known(item, catalogue, found, as_of) for item in known)
    for name, count in Counter(record.benchmark for record in records).items():
        if count > 1:
            told = ", ".join(f"{record.value:g}" for record in records if record.benchmark == name)
            raise UsageError(f"--known gives {name} {count} times, as {told}: leave one of them.")
    return found, records


def _model(catalogue: Catalogue, name: str, own: OwnModel, *, described: bool) -> Model:
    known = catalogue.find_model(name)
    if known is not None:
        if own.told:
            raise UsageError(
                f"{known.name} is a known model, so {', '.join(own.told)} cannot describe it: "
                "leave them out, or give your model a name of its own."
            )
        return known
    if not described:
        try:
            return catalogue.model(name)
        except UnknownName as error:
            raise UsageError(
                f"{error} For a model of your own add what you know of it: "
                "--known BENCHMARK=SCORE, --params-b, --released."
            ) from None
    if not canonical_id(name):
        raise UsageError(f"A model cannot be called {name!r}: a name has a letter from a to z or a digit.")
    if own.params_b and own.active_params_b and own.active_params_b > own.params_b > 0.0:
        raise UsageError(
            f"The model {name!r} cannot have {own.active_params_b:g} B active parameters of {own.params_b:g} B in all."
        )
    try:
        return Model(id=canonical_id(name), name=name, **vars(own))
    except ValidationError as error:
        raise UsageError(f"The model {name!r} cannot be: {first_problem(error)}") from None


def _known(item: str, catalogue: Catalogue, model: Model, as_of: dt.date) -> Record:
    name, equals, told = item.partition("=")
    value = _number(told)
    if not equals or value is None:
        raise UsageError(f"--known takes BENCHMARK=SCORE, for example gpqa_diamond=71; found {item!r}.")
    benchmark = catalogue.benchmark(name.strip())
    _check_score(item, value, benchmark)
    return Record(
        model=model.id,
        benchmark=benchmark.id,
        value=value,
        published=as_of,
        date_basis=DateBasis.REPORTED,
        source=ASKER.id,
        reporter=Reporter.FIRST_PARTY,
    )


def _number(told: str) -> float | None:
    """Return a score as typed, with or without a sign of percent; None where it is no number."""
    try:
        return float(told.strip().removesuffix("%"))
    except ValueError:
        return None


def _check_score(item: str, value: float, benchmark: Benchmark) -> None:
    metric = benchmark.metric
    if not metric.admits(value):
        low, high = metric.bounds
        raise UsageError(
            f"--known {item}: scores on {benchmark.name} lie between {low:g} and {high:g} {metric.unit.value}."
        )
    if "%" in item and metric.unit is not Unit.PERCENT:
        raise UsageError(f"--known {item}: scores on {benchmark.name} are in {metric.unit.value}, not in percent.")
    if metric.unit is Unit.PERCENT and 0.0 < value < 1.0 < (metric.chance or 0.0):
        raise UsageError(
            f"--known {item}: scores on {benchmark.name} are in percent, and guessing gets {metric.chance:g}: "
            f"for {100 * value:g} % write {100 * value:g}."
        )


def at_effort(catalogue: Catalogue, model: Model, effort: str) -> Model:
    """Return the variant of a model at a reasoning effort; the model itself when it has no variants.

    Raises:
        UsageError: the model has variants, but none at this effort.
    """
    if not effort or effort == model.effort:
        return model
    variants = {m.effort: m for m in catalogue.models.values() if m.base_model and m.root == model.root}
    if effort in variants:
        return variants[effort]
    if variants:
        raise UsageError(f"{model.name} is known at the efforts {', '.join(sorted(variants))}, not at {effort!r}.")
    return model


def parse_setting(items: Sequence[str]) -> Setting:
    """Read ``KEY=VALUE`` items into a setting.

    Raises:
        UsageError: an unknown key, a value that cannot be, or a key given twice.
    """
    told: dict[str, str] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or key not in Setting.model_fields:
            fields = ", ".join(Setting.model_fields)
            raise UsageError(f"--setting takes KEY=VALUE with one of the keys {fields}; found {item!r}.")
        if key in told:
            raise UsageError(f"--setting {key} is given twice, as {told[key]!r} and {value!r}.")
        told[key] = value
    try:
        return Setting.model_validate(told)
    except ValidationError as error:
        raise UsageError(f"--setting: {first_problem(error)}") from None


def check_sources(catalogue: Catalogue, names: Sequence[str]) -> frozenset[str]:
    """Return source ids after making sure that each exists: a typo would let the source through.

    Raises:
        UsageError: no source has this id.
    """
    for name in names:
        if name not in catalogue.sources:
            raise UsageError(f"No source is called {name!r}; known are {', '.join(sorted(catalogue.sources))}.")
    return frozenset(names)


def withheld_sources(catalogue: Catalogue, *, without: Sequence[str], only: Sequence[str]) -> frozenset[str]:
    """Return the ids of the sources to leave out: those named, and where some are to stay alone, all others.

    Raises:
        UsageError: no source has this id, or none would be left.
    """
    named, kept = check_sources(catalogue, without), check_sources(catalogue, only)
    if kept and kept <= named:
        raise UsageError(f"No source is left: {', '.join(sorted(kept))} is to be used alone and to be left out.")
    return named | (frozenset(catalogue.sources) - kept if kept else frozenset())


def check_threshold(threshold: float, benchmark: Benchmark) -> None:
    """Make sure that a threshold is a possible score.

    Raises:
        UsageError: it lies outside the bounds of the benchmark's metric.
    """
    metric = benchmark.metric
    if not metric.admits(threshold):
        low, high = metric.bounds
        raise UsageError(
            f"A threshold of {threshold:g} is impossible on {benchmark.name}, "
            f"whose scores lie between {low:g} and {high:g} {metric.unit.value}."
        )
