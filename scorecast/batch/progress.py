"""How far a job is: items, rate, time left, spending, and what went wrong how often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.access.batched.batching import Rounds
from agent.access.pausing import Pause
from agent.access.spending import Spent
from records.job import WITH_FORECAST, ItemState

_FIGURES = re.compile(r"\d+(?:\.\d+)?")
MOST_REASONS = 5
LONGEST_REASON = 160


class Paused(NamedTuple):
    """Why nothing moves, and until when by ``time.monotonic``."""

    pause: Pause
    until: float

    def at(self, now: float) -> Pause | None:
        """Return what is left of it; None once it is over."""
        return self.pause._replace(seconds=self.until - now) if now < self.until else None


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        size: items of the job.
        tally: items by state.
        settled: items that this run settled.
        seconds: since this run began.
        spent: by the whole job.
        reasons: why items have no forecast, or not the one asked for, with their numbers; the commonest first.
        rounds: batches that are on their way at the provider.
        pause: of the endpoint, told last; None where none is.
    """

    size: int
    tally: Mapping[ItemState, int]
    settled: int = 0
    seconds: float = 0.0
    spent: Spent = field(default_factory=Spent)
    reasons: Mapping[str, int] = field(default_factory=dict)
    rounds: Rounds = ()
    pause: Paused | None = None

    @property
    def left(self) -> int:
        """Items that are open."""
        return self.tally.get(ItemState.OPEN, 0)

    @property
    def forecasts(self) -> int:
        """Items with a forecast."""
        return sum(self.tally.get(state, 0) for state in WITH_FORECAST)

    @property
    def lacking(self) -> int:
        """Items that have no forecast though one was asked for, and not since the forecaster had nothing to say."""
        return sum(self.tally.get(s, 0) for s in (ItemState.NOT_DONE, ItemState.FAILED, ItemState.REFUSED))

    @property
    def rate(self) -> float:
        """Items a second in this run."""
        return self.settled / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this rate; None where nobody can tell."""
        return self.left / self.rate if self.rate > 0.0 else None

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "items": self.size,
            "left": self.left,
            "states": {state.value: count for state, count in sorted(self.tally.items())},
            "per_second": round(self.rate, 3),
            "seconds": round(self.seconds, 3),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left, 1),
            "spent": spent_json(self.spent),
            "reasons": dict(self.reasons),
            **({"provider_batches": [one._asdict() for one in self.rounds]} if self.rounds else {}),
            **({"pause": self.pause.pause._asdict()} if self.pause else {}),
        }


def spent_json(spent: Spent) -> dict[str, object]:
    """Return what was spent as JSON values."""
    return {
        "calls": spent.calls,
        "cached_calls": spent.cached,
        "tokens": spent.tokens,
        "usd": round(spent.usd, 6),
        "unpriced_calls": spent.unpriced,
        "lost_calls": spent.lost,
        "lost_usd": round(spent.lost_usd, 6),
    }


def common(reasons: Mapping[str, int]) -> dict[str, int]:
    """Return the commonest reasons with their numbers; those that differ in figures only count as one."""
    counted: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for reason, count in reasons.items():
        key = _FIGURES.sub("#", reason)
        shown.setdefault(key, reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…")
        counted[key] += count
    return {shown[key]: count for key, count in counted.most_common(MOST_REASONS)}
