"""Pace: how many items the agent is given at once, so that a limit ends with forecasts and not with half of each.

Were all items begun together, a limit would be used up by the first rounds of all of them. So only as many are begun
as what is left of the limit is expected to finish; once it is used up, the rest goes through at once, unasked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from agent.access.spending import Limits, Spent
from scorecast.agents.home import AgentHome
from scorecast.batch.estimate import WAVE, Each, most_at_once, usual
from scorecast.batch.options import BatchOptions

NAME = "batch"
"""Of the budget of a job, in messages."""
ENOUGH = 5
"""Items after which this run's own figures are believed."""
RESERVE = 1.2
"""What an item may take beyond the usual."""


@dataclass
class Pace:
    """The pace of one run.

    Attributes:
        limits: of the whole job.
        each: what an item usually takes; None where no language model is asked.
        began: what had been spent when the run began.
        most: items to begin at once where no limit is near.
        settled: items that the run has settled.
        exhausted: whether a limit is used up.
    """

    limits: Limits
    each: Each | None
    began: Spent
    most: int = WAVE
    settled: int = 0
    exhausted: bool = False

    @classmethod
    def of(cls, options: BatchOptions, home: AgentHome, *, spent: Spent) -> Self:
        """Begin a run."""
        return cls(options.limits, usual(options, home), spent, most_at_once(options))

    def heard(self, reason: str) -> None:
        """Hear why the agent could not be asked."""
        self.exhausted = self.exhausted or f"budget of this {NAME} is used up" in reason

    def wave(self, spent: Spent) -> int:
        """Return how many items to begin now."""
        if self.each is None or self.exhausted:
            return self.most
        counted, before = spent.counted, self.began.counted
        measured = self.settled >= ENOUGH
        fits = [float(self.most)]
        for limit, usual_, now, then in (
            (self.limits.tokens, self.each.tokens, counted.tokens, before.tokens),
            (self.limits.usd, self.each.usd, counted.usd, before.usd),
        ):
            took = (now - then) / self.settled if measured else usual_
            if limit is not None and took:
                fits.append((limit - now) / (RESERVE * took))
        return max(1, int(min(fits)))
