"""``pool``, the default: members stacked by how much is known, then calibrated in the same groups.

The pool averages quantiles on the standard scale. Measured on calibrated rehearsals the linear pool is no clear
winner (CRPS 0.3 % worse on the BenchPress matrix, 1.0 % better on the starter corpus, with these weights), and it
has to be inverted question by question. The calibrator comes in as an argument and learns from the pooled forecasts
of the same rehearsals.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from predictors.answers import answers, evidence_groups, to_distributions
from predictors.asked import Asked, ask
from predictors.cells import Cells, Reports
from predictors.method import Learned, Method, tell, visible_reports
from predictors.models import Ints
from predictors.parallel import one_core, side_by_side
from predictors.rehearsal import rehearse, with_spreads
from predictors.spread import Spread
from predictors.stacking import learn_weights, pooled, weights_of
from records.distribution import Distribution
from records.forecast import Answer, Component
from records.history import History
from records.metric import Floats
from records.question import Question
from records.stages import Calibrator, FittedCalibrator, State

PRIOR_WEIGHTS = {
    "climatology": 0.05, "benchmark-trend": 0.05, "neighbours": 0.15, "gaussian-process": 0.40,
    "latent-trait": 0.25, "scaling": 0.05, "prior-reports": 0.05,
}  # fmt: skip
"""Weights before any rehearsal; a member of another name gets the mean of these."""

REPORTER = "prior-reports"
"""The member that knows reports of the asked cell itself."""

SMALLEST_SHOWN = 0.005
"""Components with less weight than this are not listed."""

SILENCE = "no member of the pool has anything to say about this benchmark"


@dataclass(frozen=True)
class Pool:
    """A stack of methods with calibration; a ``records.stages.Predictor``."""

    members: tuple[Method, ...]
    calibrator: Calibrator | None = None
    name: str = "pool"

    def fit(self, history: History) -> FittedPool:
        """Learn the members on everything, weights and calibration on rehearsals inside the history.

        Raises:
            NotEnoughRecords: the history shows no report of any headline metric.
        """
        reports = visible_reports(history, self.name)
        rehearsed, spreads = with_spreads(
            rehearse(reports, self.members), self.members, columns=len(reports.benchmarks)
        )
        group = rehearsed.group
        weights = learn_weights(rehearsed, self._prior(), reporter=self._reporter())
        calibration = None
        if self.calibrator is not None:
            past = pooled(rehearsed.quantiles, weights_of(weights, group))
            spoken = ~np.isnan(past[:, 0])
            groups = [name for name, spoke in zip(group, spoken, strict=True) if spoke]
            calibration = self.calibrator.fit(past[spoken], rehearsed.outcome[spoken], groups)
        cells = Cells.of(reports)
        learned = tuple(side_by_side(lambda method: method.learn(cells), self.members))
        counts = {name: group.count(name) for name in set(group)}
        return FittedPool(self, history, reports, cells, learned, tuple(spreads), weights, counts, calibration)

    def restore(self, history: History, state: State) -> FittedPool:
        """Return what ``fit`` on the same history returned, from its state.

        Raises:
            NotEnoughRecords: the history shows no report of any headline metric.
        """
        return self._taken_over(history, state, lambda method, cells, part: method.recall(cells, part))

    def taken_over(self, state: State) -> State:
        """Return what rehearsals taught: all of a state but what the members themselves have learned."""
        found = {key: array for key, array in state.items() if not key.startswith("member ")}
        for method in self.members:
            if method.learns_spread:
                spread = Spread.recall(_part(state, f"member {method.name}")).state()
                found |= {f"member {method.name}/{key}": array for key, array in spread.items()}
        return found

    def refit(self, history: History, state: State) -> FittedPool:
        """Learn the members anew, and take weights, spreads and calibration over from a fit to nearly the same records.

        Those are learned from thousands of past forecasts, which a handful of records does not change; no rehearsal is
        made, so that this takes an eighth of the time of ``fit``.

        Args:
            history: that of the earlier fit with some records more, or less.
            state: of the earlier fit, or what ``taken_over`` returns of it.

        Raises:
            NotEnoughRecords: the history shows no report of any headline metric.
        """
        with one_core():
            return self._taken_over(history, state, lambda method, cells, _: method.learn(cells))

    def _taken_over(
        self, history: History, state: State, learn: Callable[[Method, Cells, State], Learned]
    ) -> FittedPool:
        """Take over from a state all that does not come from the members."""
        reports = visible_reports(history, self.name)
        cells = Cells.of(reports)
        parts = {method.name: _part(state, f"member {method.name}") for method in self.members}
        place = _places(column_codes(cells), state["columns"])
        return FittedPool(
            self,
            history,
            reports,
            cells,
            learned=tuple(learn(method, cells, parts[method.name]) for method in self.members),
            spreads=tuple(
                Spread.recall(parts[method.name]).moved(place) if method.learns_spread else None
                for method in self.members
            ),
            weights=_part(state, "weights"),
            counts={name: int(count[0]) for name, count in _part(state, "count").items()},
            calibration=None if self.calibrator is None else self.calibrator.restore(_part(state, "calibration")),
        )

    def _reporter(self) -> int | None:
        return next((k for k, method in enumerate(self.members) if method.name == REPORTER), None)

    def _prior(self) -> Floats:
        other = float(np.mean(list(PRIOR_WEIGHTS.values())))
        weights = np.array([PRIOR_WEIGHTS.get(method.name, other) for method in self.members])
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, eq=False)
class FittedPool:
    """A pool that has learned from one history; a ``records.stages.FittedPredictor``.

    Attributes:
        weights: of each evidence group, shape ``(k,)``; those of all forecasts under ``EVERY``.
        counts: past forecasts of each evidence group.
    """

    pool: Pool
    history: History
    reports: Reports
    cells: Cells
    learned: tuple[Learned, ...]
    spreads: tuple[Spread | None, ...]
    weights: Mapping[str, Floats]
    counts: Mapping[str, int]
    calibration: FittedCalibrator | None

    @property
    def name(self) -> str:
        """What a user types."""
        return self.pool.name

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Forecast all questions, in order.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
        """
        if not questions:
            return []
        asked = ask(questions, history=self.history, reports=self.reports, cells=self.cells)
        groups = evidence_groups(asked.model_scores, asked.benchmark_scores, asked.cell_reports)
        told = np.array([self._told(k, asked) for k in range(len(self.learned))])
        weights = weights_of(self.weights, groups)
        return answers(
            questions,
            asked=asked,
            quantiles=self._calibrated(pooled(told, weights), groups),
            method=self.name,
            silence=SILENCE,
            history=self.history,
            reports=self.reports,
            components=self._components(questions, asked, told, weights),
            weighing=[self._weighing(group) for group in groups],
        )

    def state(self) -> State:
        """Return what was learned: members, weights, counts and calibration, each under its own prefix."""
        found = {"columns": column_codes(self.cells)}
        found |= {f"weights/{name}": array for name, array in self.weights.items()}
        found |= {f"count/{name}": np.array([float(count)]) for name, count in self.counts.items()}
        for method, learned, spread in zip(self.pool.members, self.learned, self.spreads, strict=True):
            state = dict(learned.state()) | ({} if spread is None else dict(spread.state()))
            found |= {f"member {method.name}/{key}": array for key, array in state.items()}
        if self.calibration is not None:
            found |= {f"calibration/{key}": array for key, array in self.calibration.state().items()}
        return found

    def _told(self, k: int, asked: Asked) -> Floats:
        """What one member says, with the spread that the rehearsals taught."""
        told, spread = tell(self.learned[k], asked), self.spreads[k]
        return told.quantiles if spread is None else spread.applied(told)

    def _calibrated(self, quantiles: Floats, groups: Sequence[str]) -> Floats:
        if self.calibration is None:
            return quantiles
        spoken = ~np.isnan(quantiles[:, 0])
        chosen = [name for name, spoke in zip(groups, spoken, strict=True) if spoke]
        calibrated = quantiles.copy()
        calibrated[spoken] = self.calibration.calibrate(quantiles[spoken], chosen)
        return calibrated

    def _components(
        self, questions: Sequence[Question], asked: Asked, told: Floats, weights: Floats
    ) -> list[tuple[Component, ...]]:
        """What each member said, with the weight that it had after those that abstained passed theirs on."""
        present = ~np.isnan(told[..., 0])
        share = np.where(present, weights, 0.0)
        share = np.where(share.sum(axis=0) > 0, share, present)
        share = share / np.maximum(share.sum(axis=0), 1e-12)
        shown = share >= SMALLEST_SHOWN
        share = np.where(shown, share, 0.0)
        share = share / np.maximum(share.sum(axis=0), 1e-12)  # what is told adds up
        said = [
            to_distributions(questions, asked, quantiles, wanted=wanted)
            for quantiles, wanted in zip(told, shown, strict=True)
        ]
        return [
            tuple(
                self._component(k, distribution, weight)
                for k, (distribution, weight) in enumerate(zip(of_all, shares, strict=True))
                if distribution is not None
            )
            for of_all, shares in zip(zip(*said, strict=True), share.T.tolist(), strict=True)
        ]

    def _component(self, k: int, distribution: Distribution, weight: float) -> Component:
        method = self.pool.members[k]
        return Component.trusted(name=method.name, weight=weight, distribution=distribution, reason=method.how)

    def _weighing(self, group: str) -> str:
        """Say what the weights of a group rest on."""
        past = self.counts.get(group, 0)
        known = f"({group})"
        return (
            f"Weights learned from {past:,} past forecasts of this kind {known}." if past else f"Usual weights {known}."
        )


def column_codes(cells: Cells) -> Floats:
    """Hash the ids of the benchmarks, so that a column is found again where the catalogue has changed, ``(B,)``."""
    return np.array([zlib.crc32(b.id.encode()) for b in cells.benchmarks.benchmarks], dtype=float)


def _places(codes: Floats, earlier: Floats) -> Ints:
    """Place of each column among earlier ones, past the end for those that are new, shape ``(B,)``."""
    order = np.argsort(earlier)
    place = order[np.minimum(np.searchsorted(earlier[order], codes), len(earlier) - 1)]
    return np.where(earlier[place] == codes, place, len(earlier))


def _part(state: State, prefix: str) -> dict[str, Floats]:
    start = f"{prefix}/"
    return {key[len(start) :]: array for key, array in state.items() if key.startswith(start)}
