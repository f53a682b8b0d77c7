"""Issuing: a forecast is entered in the ledger before anybody sees it.

A ledger that cannot be written costs the entry, never the forecast: the reason is told and the forecast is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from records.errors import StoreError
from records.forecast import Forecast
from records.store.ledger import Ledger
from scorecast.pipeline import Reply


def issued(
    replies: Sequence[Reply], ledger: Ledger, *, now: dt.datetime, tell: Callable[[str], None]
) -> tuple[Reply, ...]:
    """Enter the forecasts of all replies, or none of them; an abstention is not entered.

    Args:
        replies: as they are about to be shown.
        ledger: of the store that they were made from.
        now: the moment, with its time zone.
        tell: told why, where they could not be entered.

    Returns:
        The replies, each forecast with its entry.
    """
    forecasts = [reply.answer for reply in replies if isinstance(reply.answer, Forecast)]
    try:
        entries = iter(ledger.issue(forecasts, issued_at=now) if forecasts else ())
    except StoreError as error:
        tell(f"Not entered in the ledger: {error}")
        return tuple(replies)
    return tuple(replace(r, issued=next(entries)) if isinstance(r.answer, Forecast) else r for r in replies)
