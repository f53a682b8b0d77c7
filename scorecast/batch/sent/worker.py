"""The worker that answers statistics, and what it stands on. It knows no store, no key and no budget.

Loaded by every worker: nothing here may need the agent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from predictors.parallel import one_core
from records.errors import ScorecastError
from records.forecast import Abstention, Answer, Forecast
from records.history import History
from records.ledger import Told
from records.question import Question
from records.stages import FittedPredictor
from scorecast.batch.sent.failed import Failed
from scorecast.code_version import code_version
from scorecast.pipeline import Citing, Stating


@dataclass(frozen=True)
class Shipped:
    """What the items of one as-of date share, as it travels.

    Attributes:
        history: what they may know.
        fitted: what was learned from it.
        citing: finds evidence.
        stating: recalibrates, and tells where a forecast comes from.
    """

    history: History
    fitted: FittedPredictor
    citing: Citing
    stating: Stating


Stood = TypeVar("Stood", bound=Shipped)


class StatisticsWorker:
    """Answers chunks of questions by statistics."""

    def __init__(self) -> None:
        self._ground: Shipped | None = None

    def stand_on(self, ground: Shipped) -> str:
        """Take what the next questions share; returns the version of the code that works here."""
        self._ground = ground
        return code_version()

    def answer(self, questions: Sequence[Question]) -> list[Told | Abstention] | Failed:
        """Answer some questions: with evidence, recalibrated, and told as the ledger keeps it."""
        ground = stood_on(self._ground)
        try:
            with one_core():
                return [_told(ground, answer) for answer in ground.fitted.forecast(questions)]
        except ScorecastError as error:
            return Failed.of(error)


def _told(ground: Shipped, answer: Answer) -> Told | Abstention:
    stated = ground.stating.stated(ground.citing.cited(answer, ground.history), ground.history)
    return Told.of(stated) if isinstance(stated, Forecast) else stated


def stood_on(ground: Stood | None) -> Stood:
    """Return what a worker stands on.

    Raises:
        LookupError: it was given nothing.
    """
    if ground is None:
        raise LookupError("this worker was given no history")
    return ground
