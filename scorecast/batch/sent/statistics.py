"""The crew that has statistics answered by others: what comes back is what one process would have said.

Its chunks are those of one process, since a forecaster's last digit may depend on what it is asked together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from records.forecast import Abstention
from records.job import Item
from records.ledger import Told
from scorecast.batch.crew import Ground, Tell, answer_all
from scorecast.batch.sent.failed import Failed
from scorecast.batch.sent.team import Task, Team, Ways
from scorecast.batch.sent.worker import Shipped
from scorecast.ledger.recalibrating import FromLedger
from scorecast.pipeline import Citing, Stating

AHEAD = 2
"""Chunks that a worker is given at once: one to work on, and one to go on with."""


@dataclass(frozen=True)
class StatisticsCrew:
    """Workers that answer chunks; a ``scorecast.batch.crew.Crew``.

    Attributes:
        team: who they are.
        few: items of one date that this process answers faster than it could send what they stand on.
    """

    team: Team
    few: int = 0

    def answer(self, ground: Ground, waves: Iterator[Sequence[Item]], tell: Tell) -> None:
        """Answer chunk after chunk, several at the same time."""
        first = next(waves, ())
        if len(first) <= self.few:
            for items in chain((first,), waves):
                answer_all(ground, items, tell)
            return

        def done(task: Task, came: list[Told | Abstention] | Failed) -> None:
            if isinstance(came, Failed):
                raise came.again()
            for item, answer in zip(task.items, came, strict=True):
                tell(item, answer)

        tasks = (Task(items, ([item.question for item in items],)) for items in chain((first,), waves))
        self.team.work(shipped(ground), tasks, Ways(done))


def shipped(ground: Ground) -> Shipped:
    """Return what statistics need elsewhere."""
    pipeline, history = ground.pipeline, ground.history
    recalibrate = pipeline.recalibrate
    if isinstance(recalibrate, FromLedger):
        recalibrate = recalibrate.on(history.as_of)
    _ = history.fingerprint  # worked out once, here
    return Shipped(history, ground.fitted, Citing(pipeline.retriever), Stating(pipeline.version, recalibrate))
