"""One forecast as a Python program and a notebook have it: numbers, a table, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.distribution import Distribution
from records.errors import NotEnoughRecords, UsageError
from records.evidence import Evidence
from records.forecast import Forecast
from records.ledger import Issued
from records.quantiles import LEVELS
from records.question import Question
from records.record import Record
from scorecast.library.arguments import percentage
from scorecast.pipeline import Reply

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ScoreForecast:
    """A forecast of one score, in the unit of the benchmark's metric; a notebook shows it as a picture and a table.

    Attributes:
        reply: the answer of the pipeline, with everything that is known of it.
        threshold: the score that was asked about; None where none was.
    """

    reply: Reply
    threshold: float | None = None

    @property
    def abstained(self) -> bool:
        """Whether there is no forecast; ``reason`` says why."""
        return not isinstance(self.reply.answer, Forecast)

    @property
    def reason(self) -> str:
        """Why there is no forecast; empty where there is one."""
        return "" if isinstance(self.reply.answer, Forecast) else self.reply.answer.reason

    @property
    def forecast(self) -> Forecast:
        """The forecast with its provenance, as the ledger has it.

        Raises:
            NotEnoughRecords: there is none.
        """
        if not isinstance(self.reply.answer, Forecast):
            raise NotEnoughRecords(self.reply.answer.reason)
        return self.reply.answer

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.reply.question

    @property
    def distribution(self) -> Distribution:
        """The predictive distribution."""
        return self.forecast.distribution

    @property
    def id(self) -> str:
        """Of the entry in the ledger, for ``scorecast resolve``; empty where it could not be entered."""
        return self.entry.id if self.entry else ""

    @property
    def entry(self) -> Issued | None:
        """The entry in the ledger; None where it could not be entered."""
        return self.reply.issued

    @property
    def unit(self) -> str:
        """What scores are told in."""
        return self.question.metric.unit.value

    @property
    def median(self) -> float:
        """The score that is exceeded as often as not."""
        return self.distribution.median

    @property
    def quantiles(self) -> dict[float, float]:
        """Scores by level, 0.01 to 0.99."""
        return dict(zip(LEVELS.round(2).tolist(), self.distribution.quantiles, strict=True))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The records that it rests on."""
        return self.forecast.evidence

    @property
    def already_reported(self) -> tuple[Record, ...]:
        """Reports of this very cell that the forecast may know, the newest first."""
        return self.reply.already_reported

    def interval(self, percent: float = 90.0) -> tuple[float, float]:
        """Return the central interval that holds the score with probability ``percent`` / 100.

        Raises:
            UsageError: a percentage outside 1 to 100.
        """
        return self.distribution.interval(percentage(percent))

    def probability_above(self, threshold: float | ScoreForecast | None = None) -> float:
        """Return the probability of a score at or above a threshold, or above that of another forecast.

        Args:
            threshold: a score, or another forecast, taken as independent, ties counted half; by default the
                threshold that was asked about.

        Raises:
            UsageError: no threshold was asked about, or the other forecast is told in another unit.
            DistributionError: a threshold that is not a number.
        """
        if isinstance(threshold, ScoreForecast):
            if threshold.unit != self.unit:
                raise UsageError(f"A score in {self.unit} cannot be held against one in {threshold.unit}.")
            return self.distribution.probability_above(threshold.distribution)
        wanted = self.threshold if threshold is None else threshold
        if wanted is None:
            raise UsageError("Above which score? Say it: probability_above(60).")
        return self.distribution.exceedance(wanted)

    def probability_better(self, other: ScoreForecast) -> float:
        """Return the probability that this score is the better one, in the direction of the metric; ties count half.

        Raises:
            UsageError: the other forecast is of another benchmark.
        """
        if other.question.benchmark.id != self.question.benchmark.id:
            ours, theirs = self.question.benchmark.name, other.question.benchmark.name
            raise UsageError(f"Scores on {ours} and on {theirs} cannot be held against each other.")
        above = self.distribution.probability_above(other.distribution)
        return above if self.question.metric.higher_is_better else 1.0 - above

    def to_pandas(self) -> pd.DataFrame:
        """Return the quantiles, a row a level: columns ``model``, ``benchmark``, ``as_of``, ``level``, ``score``."""
        import pandas as pd

        question = self.question
        return pd.DataFrame(
            {
                "model": question.model.id,
                "benchmark": question.benchmark.id,
                "as_of": pd.Timestamp(question.as_of),
                "level": list(self.quantiles),
                "score": list(self.quantiles.values()),
            }
        )

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from scorecast.showing.picture import page

        return page(self.reply, threshold=self.threshold)

    def __repr__(self) -> str:
        if self.abstained:
            return f"<ScoreForecast {self.question.model.id} on {self.question.benchmark.id}: none, {self.reason}>"
        low, high = self.interval(90)
        name = f"{self.question.model.id} on {self.question.benchmark.id}"
        return f"<ScoreForecast {name}: {self.median:.4g}, 90 % {low:.4g} to {high:.4g} {self.unit}>"
