"""How requests of a run are to be gathered into batches of the provider, and what is told of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from agent.access.budget import Budget

MOST_REQUESTS = 50_000
"""In one batch; OpenAI's limit, like the next (https://developers.openai.com/api/reference/resources/batches)."""
MOST_BYTES = 200_000_000
"""Of one file of requests."""


class Round(NamedTuple):
    """A batch that is on its way.

    Attributes:
        number: counts the batches of the job.
        batch: the provider's id; empty before there is one.
        status: how far it is: ``uploading`` or the provider's word.
        requests: how many requests it holds.
        answered: how many of them are done, well or badly.
        seconds: since this program made it, or took it up.
    """

    number: int
    batch: str
    status: str
    requests: int
    answered: int
    seconds: float


Rounds = tuple[Round, ...]


def _untold(_rounds: Rounds) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Batching:
    """What is the run's own about its batches.

    Attributes:
        journal: file of the batches of the job.
        budget: of the whole run, for replies that nobody waits for any more.
        tell: told of the batches on their way after each look.
        most_requests: that one batch may hold.
        most_bytes: that one file of requests may have.
    """

    journal: Path
    budget: Budget
    tell: Callable[[Rounds], object] = field(default=_untold, repr=False)
    most_requests: int = MOST_REQUESTS
    most_bytes: int = MOST_BYTES
