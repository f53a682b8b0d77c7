"""Limits on what may be spent, and what was: calls, tokens and US dollars."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from agent.access.usage import Usage
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
        cached_tokens: tokens that these took when they were paid for.
        cached_usd: what these cost then, at the prices of today.
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
    cached_tokens: int = 0
    cached_usd: float = 0.0
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
        return Spent.trusted(**{name: mine[name] + theirs[name] for name in mine})


def used(usage: Usage, *, usd: float | None) -> Spent:
    """Return what a reply cost; a price of None is not known."""
    return Spent(
        calls=1,
        prompt_tokens=usage.prompt,
        completion_tokens=usage.completion,
        usd=usd or 0.0,
        unpriced=int(usd is None),
        estimated=int(usage.estimated),
    )


def lost(worst: Amount, *, times: int = 1) -> Spent:
    """Return what requests count whose reply never came: their worst case; ``times=-1`` takes that back."""
    return Spent(lost=times * worst.calls, lost_tokens=times * worst.tokens, lost_usd=times * worst.usd)
