"""Orders: what one client wants answered, all of it or none, and what it is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from records.receipt import Receipt
from scorecast.pipeline import Reply
from scorecast.service.asked import Asked
from scorecast.service.refusal import Refusal, Why

Write = Callable[[Sequence[Reply]], str]
"""From replies, each forecast with its entry in the ledger, to the body of an answer."""


class Told(NamedTuple):
    """An answer.

    Attributes:
        body: of the answer.
        entered: ids of the forecasts that were entered for it.
        new: whether it was made now, and not given before already.
    """

    body: str
    entered: tuple[str, ...]
    new: bool = True


class Once(NamedTuple):
    """A request that its client may send again.

    Attributes:
        key: that the client chose.
        digest: SHA-256 of what is asked.
    """

    key: str
    digest: str

    @classmethod
    def of(cls, key: str, asked: str) -> Once:
        """Know a request by its key and content."""
        return cls(key, hashlib.sha256(asked.encode()).hexdigest())

    def again(self, receipt: Receipt) -> Told:
        """Return the earlier answer.

        Raises:
            Refusal: the key was used for another request.
        """
        if receipt.digest != self.digest:
            detail = "This Idempotency-Key was used for another request; choose a new one for each."
            raise Refusal(Why.REUSED, detail)
        return Told(receipt.answer, (), new=False)


@dataclass(frozen=True)
class Order:
    """Questions of one client that are answered together, all of them or none.

    Attributes:
        asked: the questions.
        write: lays the answer out.
        user: under whose name the forecasts are entered.
        owner: whose idempotency keys count.
        once: how to know the request again; None where it may not be sent again.
        last: moment of the monotonic clock after which no further question is begun.
    """

    asked: Sequence[Asked]
    write: Write
    user: str
    owner: str
    once: Once | None
    last: float
