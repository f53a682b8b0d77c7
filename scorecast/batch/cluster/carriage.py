"""Ray as the carriage: workers are actors, what they stand on lies in its object store, once a machine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from scorecast.batch.sent.carriage import Lost, Ref, Worker
from scorecast.batch.sent.errors import WorkersFailed


@dataclass(frozen=True)
class RayCarriage:
    """Reaches the workers of a cluster; a ``scorecast.batch.sent.carriage.Carriage``.

    Attributes:
        ray: connected.
        kind: what Ray makes workers of.
    """

    ray: ModuleType
    kind: Any
    team: str = "the cluster"
    remedy: str = "Is Scorecast installed on all machines?"
    most_false_starts: int = 20
    """As many as there are where a machine has just gone."""

    def hire(self) -> Worker:
        """Ask for an actor; it comes when there is room."""
        return self.kind.remote()

    def dismiss(self, worker: Worker) -> None:
        """End an actor."""
        self.ray.kill(worker)

    def put(self, ground: object) -> object:
        """Put what all workers are to stand on into the object store."""
        return self.ray.put(ground)

    def ask(self, worker: Worker, method: str, *arguments: object) -> Ref:
        """Call a method of an actor."""
        return getattr(worker, method).remote(*arguments)

    def arrived(self, refs: Collection[Ref], *, timeout: float) -> list[Ref]:
        """Wait until something has come; returns all of that."""
        wanted = list(refs)
        if not self.ray.wait(wanted, num_returns=1, timeout=timeout)[0]:
            return []
        ready: list[Ref] = self.ray.wait(wanted, num_returns=len(wanted), timeout=0)[0]
        return ready

    def take(self, ref: Ref) -> object:
        """Return what came.

        Raises:
            Lost: its worker died.
            WorkersFailed: its worker failed.
        """
        try:
            came: object = self.ray.get(ref)
        except (self.ray.exceptions.RayActorError, self.ray.exceptions.ObjectLostError) as error:
            raise Lost(_last_line(error), hopeless="creation task" in str(error)) from error
        except self.ray.exceptions.RayTaskError as error:
            raise WorkersFailed(f"A worker of the cluster failed: {_last_line(error)}") from error
        return came

    def processors(self) -> float:
        """Count the processors of the cluster."""
        return float(self.ray.cluster_resources().get("CPU", 0.0))


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
