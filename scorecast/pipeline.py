"""The flow of a forecast, once, from top to bottom.

question -> history as of its date -> evidence -> component forecasts -> pooled forecast -> calibrated forecast

Forecasters calibrate themselves on rehearsals inside the history; what came of issued forecasts recalibrates them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.forecast import Answer, Forecast, Provenance
from records.history import Exclusion, History
from records.ledger import Issued
from records.question import Question
from records.record import Record
from records.reports import reports
from records.stages import HistorySource, Predictor, Retriever
from scorecast.ledger.recalibrating import Recalibrate, as_stated

if TYPE_CHECKING:
    from agent.opinion import Opinion

EVIDENCE = 8
"""Records cited with a forecast."""


@dataclass(frozen=True)
class Reply:
    """The answer to a question, and what had been reported of the cell already.

    Attributes:
        answer: a forecast, or an abstention with its reason.
        already_reported: reports of exactly this cell that the question may know, the newest first.
        withheld: number of reports of the cell or its siblings that the question asked not to know.
        issued: the forecast's entry in the ledger; None where it has none.
        opinions: what each draw of the language model came to and why, the supervisor's last.
    """

    answer: Answer
    already_reported: tuple[Record, ...] = ()
    withheld: int = 0
    issued: Issued | None = None
    opinions: tuple[Opinion, ...] = ()

    @property
    def question(self) -> Question:
        """The question that was answered."""
        return self.answer.question


@dataclass(frozen=True)
class Citing:
    """The stage that finds evidence; it needs no store, so that it may run elsewhere."""

    retriever: Retriever

    def cited(self, answer: Answer, history: History) -> Answer:
        """Return a forecaster's answer with its evidence: what it cites itself, then the nearest records."""
        if not isinstance(answer, Forecast):
            return answer
        own = {item.record.id for item in answer.evidence}
        nearest = self.retriever.evidence(answer.question, history, limit=EVIDENCE)
        others = [item for item in nearest if item.record.id not in own]
        return answer.model_copy(update={"evidence": (*answer.evidence, *others[: max(0, EVIDENCE - len(own))])})


@dataclass(frozen=True)
class Stating:
    """The last stage: recalibrates, and tells where a forecast comes from; it may run elsewhere as well.

    Attributes:
        version: of Scorecast.
        recalibrate: reads a forecast by what settled ones teach.
    """

    version: str
    recalibrate: Recalibrate = as_stated

    def stated(self, answer: Answer, history: History, *, seconds: float | None = None) -> Answer:
        """Return an answer that has its evidence, recalibrated, with its provenance; an abstention as it is."""
        if not isinstance(answer, Forecast):
            return answer
        calibrated = self.recalibrate(answer, history)
        return calibrated.model_copy(update={"provenance": self._provenance(calibrated, history, seconds)})

    def _provenance(self, answer: Forecast, history: History, seconds: float | None) -> Provenance:
        return Provenance(
            version=self.version,
            history=history.fingerprint,
            as_of=history.as_of,
            strict_dates=history.strict_dates,
            settings={"records": len(history), **answer.provenance.settings},
            seconds=seconds,
        )


@dataclass(frozen=True)
class Pipeline:
    """The stages of a forecast, each behind its protocol."""

    source: HistorySource
    predictor: Predictor
    retriever: Retriever
    version: str
    recalibrate: Recalibrate = as_stated

    def forecast(
        self, question: Question, *, strict_dates: bool = False, without_sources: frozenset[str] = frozenset()
    ) -> Reply:
        """Answer one question from what was public on its as-of date."""
        started = time.perf_counter()
        history = self.history(question, strict_dates=strict_dates, without_sources=without_sources)
        [answer] = self.predictor.fit(history).forecast([question])
        return Reply(
            answer=self.completed(answer, history, seconds=round(time.perf_counter() - started, 4)),
            already_reported=reports(history, question) if question.cell_known else (),
            withheld=history.refused.get("withheld cell or sibling", 0),
        )

    def history(self, question: Question, *, strict_dates: bool, without_sources: frozenset[str]) -> History:
        """Return what the question may know: its cell and siblings are withheld unless it says that they are known."""
        cells = frozenset() if question.cell_known else frozenset({question.cell})
        return self.source.history(
            as_of=question.as_of,
            exclude=Exclusion(cells=cells, sources=without_sources),
            strict_dates=strict_dates,
        )

    def completed(self, answer: Answer, history: History, *, seconds: float | None = None) -> Answer:
        """Return a forecaster's answer, recalibrated, with its evidence and provenance; an abstention as it is."""
        return self.stated(Citing(self.retriever).cited(answer, history), history, seconds=seconds)

    def stated(self, answer: Answer, history: History, *, seconds: float | None = None) -> Answer:
        """Return an answer that has its evidence, recalibrated, with its provenance; an abstention as it is."""
        return Stating(self.version, self.recalibrate).stated(answer, history, seconds=seconds)
