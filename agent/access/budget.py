"""Hard limits on what the agent may spend: reserved from the worst case before a call, settled from its usage after.

A budget may stand within another, as a question within a run; a call must fit into all of them. Threads and tasks can
use the budgets of a run together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from operator import itemgetter

from agent.access.accounts import Account, Accounts, Lineage, Reservation, Watch, unwatched
from agent.access.spending import NOTHING, Amount, Limits, Spent, lost, used
from agent.access.usage import Usage
from agent.errors import BudgetExhausted

__all__ = ["Budget", "Limits", "Spent"]


class Budget:
    """Hard limits, alone or within another budget."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        name: str = "run",
        clock: Callable[[], float] = time.monotonic,
        spent: Spent | None = None,
        watch: Watch = unwatched,
    ) -> None:
        """Begin a budget; its seconds run from here, by a clock that only goes forward.

        Args:
            limits: the most that may be spent.
            name: for messages.
            clock: counts its seconds.
            spent: what counts as spent already.
            watch: told of what is spent and held whenever that changes, before a call that is held for is sent.
        """
        self._clock = clock
        self._lineage: Lineage = (Account(limits or Limits(), name, clock(), spent or Spent()),)
        self._accounts = Accounts(watch)

    def within(self, limits: Limits | None = None, *, name: str = "question") -> Budget:
        """Begin a budget within this one."""
        inner = Budget(limits, name=name, clock=self._clock)
        inner._lineage, inner._accounts = inner._lineage + self._lineage, self._accounts
        return inner

    @property
    def name(self) -> str:
        """``run`` or ``question``, for messages."""
        return self._lineage[0].name

    @property
    def limits(self) -> Limits:
        """The most that may be spent here; budgets around it may allow less."""
        return self._lineage[0].limits

    @property
    def spent(self) -> Spent:
        """What was spent here and in all budgets within."""
        with self._accounts.lock:
            return self._lineage[0].spent

    @property
    def limits_money(self) -> bool:
        """Whether a limit in money holds here."""
        return any(account.limits.usd is not None for account in self._lineage)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the first limit on time is reached, 0 at the least; None without one."""
        now = self._clock()
        left = [a.begun + a.limits.seconds - now for a in self._lineage if a.limits.seconds is not None]
        return max(0.0, min(left)) if left else None

    def check_time(self) -> None:
        """Raise where the time is up.

        Raises:
            BudgetExhausted: a limit in seconds is reached.
        """
        if self.seconds_left == 0.0:
            raise self.time_up()

    def time_up(self) -> BudgetExhausted:
        """Return the error that says that the time is up, of the budget whose time ends first."""
        timed = [(a.begun + a.limits.seconds, a) for a in self._lineage if a.limits.seconds is not None]
        _, ended = min(timed, key=itemgetter(0))
        return BudgetExhausted(
            ended.name, "seconds", allowed=ended.limits.seconds or 0.0, spent=self._clock() - ended.begun
        )

    def reserve(self, worst: Amount) -> Future[Reservation]:
        """Hold the worst case of one attempt, or wait for others to settle.

        Returns:
            A future that is done at once where the attempt fits; cancelling it gives up the place.

        Raises:
            BudgetExhausted: it would not fit even if all others gave back what they hold.
        """
        self.check_time()
        return self._accounts.reserve(self._lineage, worst)

    def found(self, worst: Amount, usage: Usage | None = None, *, usd: float | None = None) -> None:
        """Take back the worst case of requests that counted as lost, now that it is known what became of them.

        Args:
            worst: what they counted.
            usage: what the one request took, where its reply came after all; None where nothing was billed.
            usd: what that cost; None where the price is not known.
        """
        known = Spent() if usage is None else used(usage, usd=usd)
        self._accounts.change(self._lineage, known.plus(lost(worst, times=-1)), freed=NOTHING)

    def count_cached(self, *, tokens: int = 0, usd: float = 0.0) -> None:
        """Count a reply that came from the cache, and what it took when it was paid for."""
        self._accounts.change(self._lineage, Spent(cached=1, cached_tokens=tokens, cached_usd=usd), freed=NOTHING)
