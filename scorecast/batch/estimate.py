"""What a plan will take, before anything is asked: calls, tokens, money, time.

From measured conversations of the same language model and effort where there are enough of them, else from the length
of the prompts; which of the two is said.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from agent.access.prices import Price, price_of
from agent.access.settings import AccessSettings
from agent.access.usage import Usage, bytes_of, tokens_in_bytes
from agent.effort import EFFORTS
from agent.predictor import AT_ONCE, BATCHED
from agent.tools.toolbox import schemas
from prompts import prompt
from records.job import Item
from scorecast.agents.home import AgentHome
from scorecast.batch.options import BatchOptions

ENOUGH = 5
"""Conversations from which an estimate is taken."""
READ = 300
"""Conversations that are read for one."""
STATISTICS_SECONDS = 0.001
"""For one item, once the forecaster is fitted; ``scorecast bench batch`` measures it."""
CALL_SECONDS = 8.0
ANSWER_TOKENS = 700
LOOKED_UP_TOKENS = 1_500
"""What one round of looking up adds to a conversation."""
QUESTION_TOKENS = 800
ROUNDS = 3
"""Of a usual draw."""
WINDOW_SECONDS = 86_400.0
"""In which a provider is to work through a batch; most take far less."""
WAVE = 2_000
"""Items that the agent is given at once; it works on 64 of them at a time, or on all where its calls are batched."""
WAITING = 8_000
"""Requests that wait for a batch of the provider at the same time, so that memory stays small."""

Plain = str | int | float | bool


@dataclass(frozen=True)
class Each:
    """What one item takes: a usual one, and one that takes as much as it may."""

    calls: float
    tokens: float
    usd: float | None
    seconds: float
    most_usd: float | None


@dataclass(frozen=True)
class Estimate:
    """What a plan will take.

    Attributes:
        items: that will be asked.
        dates: as-of dates among them; each needs a history, and a fit unless it is cached.
        calls, tokens: of the language model.
        usd: None where nobody knows the price.
        most_usd: if every item took as much as it may; None as above.
        seconds: by the clock, fits left out.
        basis: what the figures rest on.
        provider_batches: batches of the provider, one after the other, for which the calls wait; 0 where they do not.
    """

    items: int
    dates: int
    calls: int
    tokens: int
    usd: float | None
    most_usd: float | None
    seconds: float
    basis: str
    provider_batches: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {**vars(self), "seconds": round(self.seconds, 1)}


def estimate(items: tuple[Item, ...], options: BatchOptions, home: AgentHome) -> Estimate:
    """Estimate what the open items of a plan will take."""
    asked = [item.question for item in items if item.question]
    count, dates = len(asked), len({question.as_of for question in asked})
    seconds = STATISTICS_SECONDS * count
    if not options.agent:
        return Estimate(count, dates, 0, 0, 0.0, 0.0, seconds, "statistics, which ask no language model")
    if not isinstance(home.access, AccessSettings):
        return Estimate(count, dates, 0, 0, 0.0, 0.0, seconds, f"statistics alone: {home.access}")
    each, basis = _each(options, home, home.access)
    basis += _full_price(options, home.access)
    lanes = min(AT_ONCE, count, home.access.max_in_flight) or 1
    batches = rounds_of(options) * -(-count // most_at_once(options)) if options.provider_batch else 0
    took = max(each.seconds, count * each.seconds / lanes, _throttled(count * each.calls, home.access))
    return Estimate(
        items=count,
        dates=dates,
        calls=round(count * each.calls),
        tokens=round(count * each.tokens),
        usd=None if each.usd is None else round(count * each.usd, 4),
        most_usd=None if each.most_usd is None else round(count * each.most_usd, 4),
        seconds=seconds + (batches * WINDOW_SECONDS if batches else took),
        basis=basis,
        provider_batches=batches,
    )


def _full_price(options: BatchOptions, access: AccessSettings) -> str:
    """Say where no price for batches is known."""
    price = price_of(access.model, host=access.host, own=access.prices) if options.provider_batch else None
    unknown = price is not None and price.batch == 1.0
    return "; no price for batches is known, so the full one is counted" if unknown else ""


def most_at_once(options: BatchOptions) -> int:
    """Items that the agent is given at once."""
    draws_and_probe = len(EFFORTS[options.think].framings) + 1
    return min(WAVE, WAITING // draws_and_probe) if options.provider_batch else WAVE


def rounds_of(options: BatchOptions) -> int:
    """Rounds of a usual draw."""
    return min(ROUNDS, EFFORTS[options.think].rounds)


def _throttled(calls: float, access: AccessSettings) -> float:
    return 60.0 * calls / access.requests_per_minute if access.requests_per_minute else 0.0


def usual(options: BatchOptions, home: AgentHome) -> Each | None:
    """Return what one item takes; None where no language model is asked."""
    if not options.agent or not isinstance(home.access, AccessSettings):
        return None
    return _each(options, home, home.access)[0]


def _each(options: BatchOptions, home: AgentHome, access: AccessSettings) -> tuple[Each, str]:
    direct = price_of(access.model, host=access.host, own=access.prices)
    price = direct.in_batch if direct and options.provider_batch else direct
    reckoned = _reckoned(options, price)
    told = [
        one.settings
        for one in islice(home.conversations.all(), READ)
        if one.llm == access.model
        and one.blind == options.blind
        and one.settings.get("think") == options.think.value
        and one.agent is not None
    ]
    if len(told) < ENOUGH:
        return reckoned, "the length of the prompts; no conversations of this model and effort are kept yet"

    def mean(name: str) -> float:
        return statistics.fmean(float(one.get(name, 0)) + float(one.get(f"cached_{name}", 0)) for one in told)

    timed = [float(one["agent_seconds"]) for one in told if not one.get("cached_calls")] or [reckoned.seconds]
    each = Each(
        calls=mean("calls"),
        tokens=mean("tokens"),
        usd=_usd(told, direct, in_batch=options.provider_batch) if direct else None,
        seconds=statistics.fmean(timed),
        most_usd=reckoned.most_usd,
    )
    return each, f"{len(told)} kept conversations of this model and effort"


def _usd(told: Sequence[Mapping[str, Plain]], price: Price, *, in_batch: bool) -> float:
    """What a conversation costs, as it was asked or not, from what it cost then."""

    def cost(one: Mapping[str, Plain]) -> float:
        paid = float(one.get("usd", 0)) + float(one.get("cached_usd", 0))
        direct = paid / price.batch if one.get(BATCHED) else paid
        return direct * price.batch if in_batch else direct

    return statistics.fmean(map(cost, told))


def _reckoned(options: BatchOptions, price: Price | None) -> Each:
    effort = EFFORTS[options.think]
    rounds = rounds_of(options)
    calls = len(effort.framings) * rounds + (0 if options.blind else 1)
    fixed = tokens_in_bytes(bytes_of([dict(schema) for schema in schemas()]) + len(prompt("forecaster").text.encode()))
    read = calls * (fixed + QUESTION_TOKENS) + len(effort.framings) * LOOKED_UP_TOKENS * rounds * (rounds - 1) // 2
    used = Usage(prompt=read, completion=calls * ANSWER_TOKENS)
    most = Usage(prompt=effort.tokens // 2, completion=effort.tokens - effort.tokens // 2)
    return Each(
        calls=calls,
        tokens=used.total,
        usd=price.of(used) if price else None,
        seconds=rounds * CALL_SECONDS,
        most_usd=price.of(most) if price else None,
    )
