"""Conditions: from a ``Where`` to which rows, models, benchmarks and settings of a history it lets through.

Names are looked up among what the history shows, so that a condition on something hidden is a condition on something
unknown, and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from records.errors import UsageError
from records.model import Model
from records.names.fold import fold
from records.search import Where
from records.setting import Setting
from retrieval.visible import Visible

Mask = NDArray[np.bool_]
Ordered = TypeVar("Ordered", float, dt.date)

NO_CONDITION = Where()

OF_MODELS = {
    "models", "families", "organisations", "params_b_from", "params_b_to", "released_from", "released_to", "reasoning",
}  # fmt: skip
"""Conditions that a model meets or not, whatever its records."""

OF_BENCHMARKS = {"benchmarks", "domains"}
"""Conditions that a benchmark meets or not, whatever its records."""


@dataclass(frozen=True)
class Allowed:
    """What conditions let through: one flag a row, a model, a benchmark."""

    visible: Visible
    rows: Mask
    models: Mask
    benchmarks: Mask

    @property
    def everything(self) -> Mask:
        """One flag for each place: rows, models, benchmarks and settings; a setting counts where a row has it."""
        settings = _touched(self.visible.setting_of[self.rows], len(self.visible.settings))
        return np.concatenate([self.rows, self.models, self.benchmarks, settings])


def allowed(where: Where, visible: Visible) -> Allowed:
    """Find what meets all conditions.

    A model, benchmark or setting meets a condition on something else when a record does that is of both.

    Raises:
        UnknownName: a model or benchmark that the history does not know.
        UsageError: a family, organisation, domain, source or field of a setting that no visible record has.
    """
    given = {name for name in Where.model_fields if getattr(where, name) != getattr(NO_CONDITION, name)}
    models = _models(where, visible) if given & OF_MODELS else np.ones(len(visible.models), dtype=bool)
    benchmarks = _benchmarks(where, visible) if given & OF_BENCHMARKS else np.ones(len(visible.benchmarks), dtype=bool)
    rows = _records(where, visible)
    if given & OF_MODELS:
        rows &= models[visible.model_of]
    if given & OF_BENCHMARKS:
        rows &= benchmarks[visible.benchmark_of]
    if given - OF_MODELS:
        models &= _touched(visible.model_of[rows], len(models))
    if given - OF_BENCHMARKS:
        benchmarks &= _touched(visible.benchmark_of[rows], len(benchmarks))
    return Allowed(visible, rows, models, benchmarks)


def _touched(numbers: NDArray[np.intp], length: int) -> Mask:
    return np.bincount(numbers, minlength=length) > 0


def _models(where: Where, visible: Visible) -> Mask:
    ids = {name if name in visible.history.models else visible.catalogue.model(name).id for name in where.models}
    families = _known("family", where.families, (m.family for m in visible.models))
    makers = _known("organisation", where.organisations, (m.organisation for m in visible.models))

    def meets(model: Model) -> bool:
        return (
            (not ids or model.id in ids)
            and (not families or fold(model.family) in families)
            and (not makers or fold(model.organisation) in makers)
            and (where.reasoning is None or model.reasoning is where.reasoning)
            and _within(model.params_b, where.params_b_from, where.params_b_to)
            and _within(model.released, where.released_from, where.released_to)
        )

    return np.fromiter(map(meets, visible.models), dtype=bool, count=len(visible.models))


def _benchmarks(where: Where, visible: Visible) -> Mask:
    known = visible.history.benchmarks
    ids = {name if name in known else visible.catalogue.benchmark(name).id for name in where.benchmarks}
    domains = _known("domain", where.domains, (b.domain for b in visible.benchmarks))

    keep = np.ones(len(known), dtype=bool)
    if ids:
        keep &= np.fromiter((key in ids for key in known), dtype=bool, count=len(known))
    if domains:
        keep &= np.fromiter((fold(b.domain) in domains for b in known.values()), dtype=bool, count=len(known))
    return keep


def _records(where: Where, visible: Visible) -> Mask:
    """Tell which rows meet the conditions on records themselves."""
    keep = _metrics(where, visible)
    if where.setting:
        keep &= _settings(where, visible)[visible.setting_of]
    if where.sources:
        column = visible.column("source")
        keep &= column.isin(_ids("source", where.sources, column.unique())).to_numpy()
    if where.published_from or where.published_to:
        published = visible.column("published")
        keep &= (published >= pd.Timestamp(where.published_from or pd.Timestamp.min)).to_numpy()
        keep &= (published <= pd.Timestamp(where.published_to or pd.Timestamp.max)).to_numpy()
    return keep


def _metrics(where: Where, visible: Visible) -> Mask:
    """Tell which rows are in a metric that is asked for; in the headline metric where none is."""
    headline = visible.headline
    if not where.metrics:
        return headline.copy()
    asked = {fold(name) for name in where.metrics}
    mains = np.fromiter((fold(b.metric.name) in asked for b in visible.benchmarks), dtype=bool)
    named = visible.column("metric").map(fold).isin(asked).to_numpy()
    found: Mask = np.where(headline, mains[visible.benchmark_of], named) if len(mains) else named
    return found


def _settings(where: Where, visible: Visible) -> Mask:
    if unknown := sorted(where.setting.keys() - Setting.model_fields.keys()):
        raise UsageError(f"A setting has no field {', '.join(unknown)}; it has {', '.join(Setting.model_fields)}.")
    asked = {name: fold(str(value)) for name, value in where.setting.items()}

    def meets(setting: Setting) -> bool:
        told = setting.told()
        return all(name in told and fold(str(told[name])) == value for name, value in asked.items())

    return np.fromiter(map(meets, visible.settings), dtype=bool, count=len(visible.settings))


def _within(value: Ordered | None, low: Ordered | None, high: Ordered | None) -> bool:
    """Whether a value lies in a range; one that is not known lies in no range."""
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _known(kind: str, asked: Collection[str], values: Iterable[str]) -> set[str]:
    """Fold the values that are asked for, each of which something visible must have."""
    return {fold(name) for name in _ids(kind, asked, values)} if asked else set()


def _ids(kind: str, asked: Collection[str], values: Iterable[str]) -> list[str]:
    """Return the visible spellings of the values that are asked for.

    Raises:
        UsageError: nothing visible has such a value.
    """
    spelled = {fold(value): value for value in values if value}
    for name in asked:
        if fold(name) not in spelled:
            near = [spelled[key] for key in get_close_matches(fold(name), list(spelled), n=5, cutoff=0.4)]
            hint = ", ".join(near or sorted(spelled.values())[:10]) or "none"
            raise UsageError(f"Nothing found is of the {kind} {name!r}; nearest known: {hint}.")
    return [spelled[fold(name)] for name in asked]
