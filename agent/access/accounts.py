"""The accounts behind budgets: what is held and spent in each, and who waits for a place.

An amount must fit into an account and all those around it. One that does not fit now, but would once others have
settled for less than they hold, waits its turn; one that would not fit even then is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.access.spending import NOTHING, Amount, Limits, Spent, lost, used
from agent.access.usage import Usage
from agent.errors import BudgetExhausted


@dataclass
class Account:
    """Where one budget stands; all of a run are guarded by the lock that they share."""

    limits: Limits
    name: str
    begun: float
    spent: Spent = field(default_factory=Spent)
    held: Amount = NOTHING

    def free(self, amount: Amount) -> None:
        """Hold so much less; where no call is left nothing is held, whatever floats leave behind."""
        less = self.held.plus(amount, times=-1)
        self.held = less if less.calls else NOTHING

    def over(self, amount: Amount) -> str | None:
        """Name the first limit that an amount breaks."""
        for name in ("calls", "tokens", "usd"):
            allowed = getattr(self.limits, name)
            if allowed is not None and getattr(amount, name) > allowed:
                return name
        return None

    def refusal(self, worst: Amount) -> BudgetExhausted | None:
        """Return why an amount would not fit even if nothing else were held."""
        counted = self.spent.counted
        if (limit := self.over(counted.plus(worst))) is None:
            return None
        return BudgetExhausted(
            self.name,
            limit,
            allowed=getattr(self.limits, limit),
            spent=getattr(counted, limit),
            worst=getattr(worst, limit),
        )


Watch = Callable[[Spent, Amount], None]
"""Told of what is spent and what is held in the outermost account."""


def unwatched(_spent: Spent, _held: Amount) -> None:
    """Watch nothing."""


Lineage = tuple[Account, ...]
"""A budget's account and those of the budgets around it, innermost first."""


class _Waiting(NamedTuple):
    lineage: Lineage
    worst: Amount
    future: Future[Reservation]


class Accounts:
    """What all budgets of one run share: the lock, and the calls that wait for others to settle."""

    def __init__(self, watch: Watch = unwatched) -> None:
        self.lock, self._watch = threading.Lock(), watch
        self._waiting: list[_Waiting] = []

    def reserve(self, lineage: Lineage, worst: Amount) -> Future[Reservation]:
        """Hold an amount in all accounts of a lineage, at once or when others have settled.

        Raises:
            BudgetExhausted: it would not fit even then.
        """
        wanted = _Waiting(lineage, worst, Future())
        with self.lock:
            if (refusal := _refusal(lineage, worst)) is not None:
                raise refusal
            if _hold(lineage, worst):
                self._watch(lineage[-1].spent, lineage[-1].held)
                wanted.future.set_result(Reservation(self, lineage, worst))
            else:
                self._waiting.append(wanted)
        return wanted.future

    def change(self, lineage: Lineage, spent: Spent, *, freed: Amount) -> None:
        """Count what was spent, give back what was held, and let those go on who fit now."""
        with self.lock:
            for account in lineage:
                account.free(freed)
                account.spent = account.spent.plus(spent)
            ended = self._wake()
            self._watch(lineage[-1].spent, lineage[-1].held)
        for waiting, refusal in ended:
            self._tell(waiting, refusal)

    def _wake(self) -> list[tuple[_Waiting, BudgetExhausted | None]]:
        """Take those off the list that fit now or never will, first come first; the lock is held."""
        ended: list[tuple[_Waiting, BudgetExhausted | None]] = []
        still: list[_Waiting] = []
        for waiting in self._waiting:
            refusal = _refusal(waiting.lineage, waiting.worst)
            if refusal is not None or _hold(waiting.lineage, waiting.worst):
                ended.append((waiting, refusal))
            else:
                still.append(waiting)
        self._waiting = still
        return ended

    def _tell(self, waiting: _Waiting, refusal: BudgetExhausted | None) -> None:
        """Give a caller its place; the lock is not held, since the caller may go on at once."""
        reservation = Reservation(self, waiting.lineage, waiting.worst)
        wanted = waiting.future.set_running_or_notify_cancel()
        if refusal is not None and wanted:
            waiting.future.set_exception(refusal)
        elif wanted:
            waiting.future.set_result(reservation)
        elif refusal is None:
            reservation.release()


def _refusal(lineage: Lineage, worst: Amount) -> BudgetExhausted | None:
    return next((refusal for account in lineage if (refusal := account.refusal(worst)) is not None), None)


def _hold(lineage: Lineage, worst: Amount) -> bool:
    """Hold an amount in all accounts if it fits into all of them."""
    if any(account.over(account.spent.counted.plus(account.held).plus(worst)) for account in lineage):
        return False
    for account in lineage:
        account.held = account.held.plus(worst)
    return True


class Reservation:
    """A part of a budget held for one attempt; the first of its methods ends it, later ones change nothing."""

    def __init__(self, accounts: Accounts, lineage: Lineage, worst: Amount) -> None:
        self._accounts, self._lineage, self._worst = accounts, lineage, worst
        self._open = True

    @property
    def worst(self) -> Amount:
        """What is held, or was."""
        return self._worst

    def settle(self, usage: Usage, *, usd: float | None) -> None:
        """Replace the worst case by what was used; a price of None is not known."""
        self._end(used(usage, usd=usd))

    def release(self) -> None:
        """Give everything back: the provider did not take the request."""
        self._end(Spent())

    def lose(self) -> None:
        """Keep the worst case: the request was sent and its reply never came whole."""
        self._end(lost(self._worst))

    def _end(self, spent: Spent) -> None:
        if self._open:
            self._open = False
            self._accounts.change(self._lineage, spent, freed=self._worst)
