"""Receipts: what was answered under an idempotency key, so that a request that is sent twice is answered once."""

from __future__ import annotations

import datetime as dt

from pydantic import AwareDatetime, Field

from records.base import Value

RETENTION = dt.timedelta(days=7)
"""How long a receipt is kept: far longer than any client retries."""


class Receipt(Value):
    """An answer that was given, under the key that its client chose."""

    owner: str = Field(max_length=128)
    """Id of the access key that asked; empty on a user's own machine."""
    key: str = Field(min_length=1, max_length=200)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of what was asked."""
    answer: str
    """The body of the answer, word for word."""
    made_at: AwareDatetime
