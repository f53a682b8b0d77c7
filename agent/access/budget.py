"""Hard limits on what the agent may spend: reserved from the worst case before a call, settled from its usage after.

A budget may stand within another, as a question within a run; a call must fit into all of them. A call that does not
fit now, but would once others have settled for less than they reserved, waits; one that would not fit even then is
refused. All budgets of a run share one lock, so threads and tasks can use them together.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import NamedTuple

from pydantic import Field

from agent.access.usage import Usage
from agent.errors import BudgetExhausted
from records.base import Value


class Limits(Value):
    """The most that may be spent; None is no limit."""

    usd: float | None = Field(default=None, gt=0.0)
    tokens: int | None = Field(default=None, gt=0)
    calls: int | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0.0)


class Amount(NamedTuple):
    """What one call takes, or may take."""

    tokens: int = 0
    usd: float = 0.0
    calls: int = 1

    def plus(self, other: Amount, *, times: int = 1) -> Amount:
        """Return the sum, the other one counted so many times."""
        return Amount(
            self.tokens + times * other.tokens, self.usd + times * other.usd, self.calls + times * other.calls
        )


NOTHING = Amount(calls=0)


class Spent(Value):
    """What was spent.

    Attributes:
        calls: replies that were paid for.
        cached: replies from the cache, which cost nothing.
        prompt_tokens: tokens read.
        completion_tokens: tokens written.
        usd: money for replies whose price is known.
        unpriced: replies whose price is not known; they are not in ``usd``.
        estimated: replies whose tokens are estimates, since the provider gave none.
        lost: attempts whose reply never came whole; the provider may charge for them.
        lost_tokens: the most tokens that lost attempts may have taken; they count against the limits.
        lost_usd: the most money that lost attempts may have taken; it counts against the limits.
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    unpriced: int = 0
    estimated: int = 0
    lost: int = 0
    lost_tokens: int = 0
    lost_usd: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def counted(self) -> Amount:
        """What counts against the limits."""
        return Amount(self.tokens + self.lost_tokens, self.usd + self.lost_usd, self.calls + self.lost)

    def plus(self, other: Spent) -> Spent:
        """Return the sum of both."""
        mine, theirs = dict(self), dict(other)
        return Spent.model_validate({name: mine[name] + theirs[name] for name in mine})


class _Waiting(NamedTuple):
    budget: Budget
    worst: Amount
    future: Future[Reservation]


class _Ledger:
    """What all budgets of one run share: the lock, and the calls that wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[_Waiting] = []


class Reservation:
    """A part of a budget held for one attempt; exactly one of its methods ends it, later ones change nothing."""

    def __init__(self, budget: Budget, worst: Amount) -> None:
        self._budget, self.worst = budget, worst
        self._open = True

    def settle(self, usage: Usage, *, usd: float | None) -> None:
        """Replace the worst case by what was used; a price of None is not known."""
        self._end(
            Spent(
                calls=1,
                prompt_tokens=usage.prompt,
                completion_tokens=usage.completion,
                usd=usd or 0.0,
                unpriced=int(usd is None),
                estimated=int(usage.estimated),
            )
        )

    def release(self) -> None:
        """Give everything back: the provider did not take the request."""
        self._end(Spent())

    def lose(self) -> None:
        """Keep the worst case: the request was sent and its reply never came whole."""
        self._end(Spent(lost=1, lost_tokens=self.worst.tokens, lost_usd=self.worst.usd))

    def _end(self, spent: Spent) -> None:
        if self._open:
            self._open = False
            self._budget._change(spent, freed=self.worst)  # noqa: SLF001 - both halves of one mechanism


class Budget:
    """Hard limits, alone or within another budget.

    Attributes:
        limits: the most that may be spent here.
        name: ``run`` or ``question``, for messages.
    """

    def __init__(
        self, limits: Limits | None = None, *, name: str = "run", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin a budget; its seconds run from here, by a clock that only goes forward."""
        self.limits, self.name = limits or Limits(), name
        self._clock, self._begun = clock, clock()
        self._spent, self._held = Spent(), NOTHING
        self._above: Budget | None = None
        self._ledger = _Ledger()

    def within(self, limits: Limits | None = None, *, name: str = "question") -> Budget:
        """Begin a budget within this one."""
        inner = Budget(limits, name=name, clock=self._clock)
        inner._above, inner._ledger = self, self._ledger
        return inner

    @property
    def spent(self) -> Spent:
        """What was spent here and in all budgets within."""
        with self._ledger.lock:
            return self._spent

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the first limit on time is reached, 0 at the least; None without one."""
        left = [
            budget.limits.seconds - (self._clock() - budget._begun)
            for budget in self._lineage()
            if budget.limits.seconds is not None
        ]
        return max(0.0, min(left)) if left else None

    @property
    def limits_money(self) -> bool:
        """Whether a limit in money holds here."""
        return any(budget.limits.usd is not None for budget in self._lineage())

    def check_time(self) -> None:
        """Raise where the time is up.

        Raises:
            BudgetExhausted: a limit in seconds is reached.
        """
        if self.seconds_left == 0.0:
            raise self.time_up()

    def time_up(self) -> BudgetExhausted:
        """Return the error that says that the time is up: of the budget with the least time left."""
        timed = [budget for budget in self._lineage() if budget.limits.seconds is not None] or [self]
        ends = min(timed, key=lambda budget: (budget.limits.seconds or 0.0) + budget._begun)
        allowed = ends.limits.seconds or 0.0
        return BudgetExhausted(ends.name, "seconds", allowed=allowed, spent=self._clock() - ends._begun)

    def reserve(self, worst: Amount) -> Future[Reservation]:
        """Hold the worst case of one attempt, or wait for others to settle.

        Returns:
            A future that is done at once where the attempt fits; cancelling it gives up the place.

        Raises:
            BudgetExhausted: it would not fit even if all others gave back what they hold.
        """
        self.check_time()
        waiting = _Waiting(self, worst, Future())
        with self._ledger.lock:
            self._refuse_what_never_fits(worst)
            if self._fits(worst):
                self._hold(worst)
                waiting.future.set_result(Reservation(self, worst))
            else:
                self._ledger.waiting.append(waiting)
        return waiting.future

    def count_cached(self) -> None:
        """Count a reply that came from the cache."""
        self._change(Spent(cached=1), freed=NOTHING)

    def _lineage(self) -> Iterator[Budget]:
        budget: Budget | None = self
        while budget is not None:
            yield budget
            budget = budget._above

    def _change(self, spent: Spent, *, freed: Amount) -> None:
        with self._ledger.lock:
            for budget in self._lineage():
                budget._held = budget._held.plus(freed, times=-1)
                budget._spent = budget._spent.plus(spent)
            ended = self._wake()
        for waiting, outcome in ended:
            _tell(waiting, outcome)

    def _wake(self) -> list[tuple[_Waiting, BudgetExhausted | None]]:
        """Take those off the list that fit now or never will, first come first; the lock is held."""
        ended: list[tuple[_Waiting, BudgetExhausted | None]] = []
        for waiting in list(self._ledger.waiting):
            try:
                waiting.budget._refuse_what_never_fits(waiting.worst)
            except BudgetExhausted as refusal:
                ended.append((waiting, refusal))
            else:
                if waiting.budget._fits(waiting.worst):
                    waiting.budget._hold(waiting.worst)
                    ended.append((waiting, None))
        for waiting, _ in ended:
            self._ledger.waiting.remove(waiting)
        return ended

    def _hold(self, worst: Amount) -> None:
        for budget in self._lineage():
            budget._held = budget._held.plus(worst)

    def _fits(self, worst: Amount) -> bool:
        return all(
            _over(budget.limits, budget._spent.counted.plus(budget._held).plus(worst)) is None
            for budget in self._lineage()
        )

    def _refuse_what_never_fits(self, worst: Amount) -> None:
        for budget in self._lineage():
            counted = budget._spent.counted
            if (limit := _over(budget.limits, counted.plus(worst))) is not None:
                raise BudgetExhausted(
                    budget.name,
                    limit,
                    allowed=getattr(budget.limits, limit),
                    spent=getattr(counted, limit),
                    worst=getattr(worst, limit),
                )


def _over(limits: Limits, amount: Amount) -> str | None:
    """Name the first limit that an amount breaks."""
    for name in ("calls", "tokens", "usd"):
        allowed = getattr(limits, name)
        if allowed is not None and getattr(amount, name) > allowed:
            return name
    return None


def _tell(waiting: _Waiting, refusal: BudgetExhausted | None) -> None:
    reservation = Reservation(waiting.budget, waiting.worst)
    if not waiting.future.set_running_or_notify_cancel():
        if refusal is None:
            reservation.release()
    elif refusal is None:
        waiting.future.set_result(reservation)
    else:
        waiting.future.set_exception(refusal)
