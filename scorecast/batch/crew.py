"""The crew: who answers the items of a job. Here, this process; a cluster is another one, with the same answers.

In: the open items of one as-of date, wave after wave, and what was fitted for it. Out: each answer, with its evidence
and provenance, told as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from agent.predictor import FittedAgent
from predictors.parallel import one_core
from records.forecast import Answer
from records.history import History
from records.job import Item
from records.ledger import Told
from records.stages import FittedPredictor
from scorecast.pipeline import Pipeline

Tell = Callable[[Item, "Answer | Told"], object]
"""Takes an item and its answer, which may be told as the ledger keeps it already; what it raises ends the work."""


@dataclass(frozen=True)
class Ground:
    """What the items of one as-of date share.

    Attributes:
        history: what they may know.
        fitted: what was learned from it.
        pipeline: completes the answers.
    """

    history: History
    fitted: FittedPredictor
    pipeline: Pipeline


class Crew(Protocol):
    """Those who answer, while the work lasts."""

    def answer(self, ground: Ground, waves: Iterator[Sequence[Item]], tell: Tell) -> None:
        """Answer all items; of the agent's, a wave begins when the one before it is answered."""
        ...


Calling = Callable[[Pipeline], AbstractContextManager[Crew]]
"""Calls a crew together for one run of a job."""


class Alone:
    """This process; a ``Crew``."""

    def answer(self, ground: Ground, waves: Iterator[Sequence[Item]], tell: Tell) -> None:
        """Answer wave after wave."""
        for items in waves:
            answer_all(ground, items, tell)


def answer_all(ground: Ground, items: Sequence[Item], tell: Tell) -> None:
    """Answer some items in this process, on one core: the last digits depend on how many share a product."""
    questions = [item.question for item in items if item.question]
    fitted, pipeline, history = ground.fitted, ground.pipeline, ground.history

    def complete(number: int, answer: Answer) -> None:
        tell(items[number], pipeline.completed(answer, history))

    with one_core():
        if isinstance(fitted, FittedAgent):
            fitted.each(questions, complete)
            return
        for number, answer in enumerate(fitted.forecast(questions)):
            complete(number, answer)


@contextmanager
def alone(_pipeline: Pipeline) -> Iterator[Crew]:
    """Leave the work to this process."""
    yield Alone()
