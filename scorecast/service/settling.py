"""Settling at the desk: an outcome is entered, and the agent's weight learned from it, whatever the adapter."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from records.errors import ScorecastError
from records.ledger import Settled
from scorecast.ledger.resolving import resolve
from scorecast.ledger.teaching import teach_agent
from scorecast.service.asked import ResolutionAsked
from scorecast.service.desk import Desk

LOG = logging.getLogger("scorecast.service")


def settle(desk: Desk, entry_id: str, asked: ResolutionAsked) -> Settled:
    """Settle a forecast; a second outcome corrects the first, and both are kept.

    Raises:
        UsageError: no such forecast, or an outcome that lies in the future.
        DataError: the value cannot be a score on this benchmark.
        StoreError: the store failed; nothing was entered.
    """
    settled = resolve(
        desk.store,
        entry_id,
        asked.value,
        now=desk.clock(),
        published=asked.published,
        source=asked.source or "",
        url=asked.url,
    )
    learn(desk, [settled])
    return settled


def learn(desk: Desk, settled: Sequence[Settled]) -> None:
    """Learn from what was just settled; where that fails it is logged, and what is settled stays so."""
    try:
        count = teach_agent(desk.workspace, settled, as_of=desk.today())
    except ScorecastError as error:
        LOG.warning("the agent's weight could not be learned anew: %s", error)
        return
    if count is not None:
        LOG.info("the agent's weight is learned anew, from %d resolved questions", count)
