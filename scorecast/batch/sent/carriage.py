"""The carriage: how a team reaches its workers. Ray is one, pipes to processes of this machine are another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

Worker = Any
"""A worker as its carriage hands it out."""
Ref = Any
"""A carriage's reference to something that is on its way."""


class Lost(Exception):  # noqa: N818 - what has happened
    """What was on its way will never come: its worker died.

    Attributes:
        hopeless: whether others would die in the same way before they begin.
    """

    def __init__(self, why: str, *, hopeless: bool = False) -> None:
        super().__init__(why)
        self.hopeless = hopeless


class Carriage(Protocol):
    """Carries what a team sends to its workers, and what they send back."""

    @property
    def team(self) -> str:
        """Where the workers are, such as ``the cluster``."""
        ...

    @property
    def remedy(self) -> str:
        """What to look at when none can begin."""
        ...

    @property
    def most_false_starts(self) -> int:
        """Workers in a row that may die before they are ready."""
        ...

    def hire(self) -> Worker:
        """Ask for a worker; it comes when there is room."""
        ...

    def dismiss(self, worker: Worker) -> None:
        """Let a worker go, whatever it does."""
        ...

    def put(self, ground: object) -> object:
        """Make ready what all workers are to stand on; returns what to send of it."""
        ...

    def ask(self, worker: Worker, method: str, *arguments: object) -> Ref:
        """Have a worker do something; neither waits nor raises."""
        ...

    def arrived(self, refs: Collection[Ref], *, timeout: float) -> list[Ref]:
        """Wait until something has come, or will never come; returns all of that."""
        ...

    def take(self, ref: Ref) -> object:
        """Return what came.

        Raises:
            Lost: its worker died.
            WorkersFailed: its worker failed.
        """
        ...

    def processors(self) -> float:
        """Count the processors that workers may have."""
        ...
