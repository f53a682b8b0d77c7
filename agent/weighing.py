"""Weighing: how much the agent counts beside the statistics, learned from their track records.

Agent and statistics are pooled by averaging quantiles. The share of the agent minimises the mean CRPS of that pool over
resolved questions, group by group of evidence, each group drawn towards the one that it lies in as if that were worth
``STRENGTH`` questions. With no record the statistics win: the agent gets ``UNPROVEN``, a tenth, enough to be seen and
too little to do harm: were it as bad as climatology, one tenth of it costs about one percent of CRPS.

Only benchmarks in percent teach, since a CRPS in points can be averaged over benchmarks; the shares hold for all units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.track_record import Resolved, TrackRecord
from records import quantiles as q
from records.distribution import Distribution
from records.metric import Floats, Metric, Unit
from records.stages import Calibrator, FittedCalibrator

UNPROVEN = 0.1
"""Share of an agent without a track record."""

STRENGTH = 40.0
"""How many questions a group's parent is worth."""

SHARES: Floats = np.linspace(0.0, 1.0, 21)

LEAST_TO_CALIBRATE = 40
"""Resolved questions below which the pool is not recalibrated."""

CUT = " / "
ALL = ""


@dataclass(frozen=True, eq=False)
class Weights:
    """Shares of the agent by evidence group, and what they rest on.

    Attributes:
        shares: by group, from narrow to broad; what is not in it has its parent's.
        counts: resolved questions by group.
        crps: mean CRPS over all of them, in points: of the agent and of the statistics; NaN without a record.
        calibration: learned from the pool's past forecasts of percent benchmarks; None with too few of them.
    """

    shares: dict[str, float] = field(default_factory=lambda: {ALL: UNPROVEN})
    counts: dict[str, int] = field(default_factory=dict)
    crps: tuple[float, float] = (np.nan, np.nan)
    calibration: FittedCalibrator | None = None

    @classmethod
    def learn(cls, record: TrackRecord, *, calibrator: Calibrator | None = None) -> Weights:
        """Learn from a record that ``TrackRecord.before`` has narrowed."""
        entries = [one for one in record.entries if one.metric.unit is Unit.PERCENT]
        if not entries:
            return cls()
        losses = np.array([_losses(one) for one in entries])
        groups = [chain(one.group) for one in entries]
        shares: dict[str, float] = {}
        for name in sorted(
            {part for parts in groups for part in parts}, key=lambda group: group.count(CUT) + bool(group)
        ):
            members = np.array([name in parts for parts in groups])
            prior = shares[chain(name)[-2]] if name else UNPROVEN
            shares[name] = _share(losses[members], prior)
        counts = {name: sum(name in parts for parts in groups) for name in shares}
        crps = (float(losses[:, -1].mean()), float(losses[:, 0].mean()))
        return cls(shares, counts, crps, _calibration(entries, shares, calibrator))

    def share(self, group: str) -> float:
        """Share of the agent in an evidence group."""
        return next(self.shares[name] for name in reversed(chain(group)) if name in self.shares)

    def pool(self, agent: Distribution, statistics: Distribution, *, group: str, metric: Metric) -> Distribution:
        """Average the quantiles of both by the group's share, then recalibrate where there is a record."""
        values = _averaged(agent, statistics, self.share(group))
        if self.calibration is not None and metric.unit is Unit.PERCENT:
            [working] = self.calibration.calibrate(metric.to_working(values)[None, :], [group])
            values = metric.from_working(working)
        return Distribution.from_array(values, metric)

    def told(self, group: str) -> str:
        """Say what the share of a group rests on."""
        past = self.counts.get(ALL, 0)
        if not past:
            return f"The agent counts {self.share(group):.0%}: it has no track record yet, so the statistics win."
        mine = self.counts.get(group, 0)
        return (
            f"The agent counts {self.share(group):.0%}, learned from {past:,} resolved questions, {mine:,} of this "
            f"kind ({group}): mean CRPS {self.crps[0]:.2f} points against {self.crps[1]:.2f} of the statistics."
        )


def chain(group: str) -> tuple[str, ...]:
    """All groups that a group lies in, the broadest first, itself last."""
    parts = group.split(CUT) if group else []
    return (ALL, *(CUT.join(parts[: i + 1]) for i in range(len(parts))))


def _averaged(agent: Distribution, statistics: Distribution, share: float) -> Floats:
    return share * np.asarray(agent.quantiles) + (1.0 - share) * np.asarray(statistics.quantiles)


def _losses(one: Resolved) -> Floats:
    """CRPS of the pool at each share, shape ``(21,)``, in points."""
    pools = np.array([_averaged(one.agent, one.statistics, float(share)) for share in SHARES])
    return np.asarray(q.crps(q.knots(pools, *one.metric.bounds), np.full(len(SHARES), one.value)))


def _share(losses: Floats, prior: float) -> float:
    """The share of least loss, drawn to the prior's: a share far from it must earn its distance."""
    pull = STRENGTH * float(losses[:, 0].mean()) * (SHARES - prior) ** 2
    return float(SHARES[int(np.argmin(losses.sum(axis=0) + pull))])


def _calibration(
    entries: Sequence[Resolved], shares: dict[str, float], calibrator: Calibrator | None
) -> FittedCalibrator | None:
    if calibrator is None or len(entries) < LEAST_TO_CALIBRATE:
        return None
    past = [_averaged(one.agent, one.statistics, shares[one.group]) for one in entries]
    working = np.array([one.metric.to_working(v) for one, v in zip(entries, past, strict=True)])
    outcomes = np.array([float(one.metric.to_working(one.value)) for one in entries])
    return calibrator.fit(working, outcomes, [one.group for one in entries])
