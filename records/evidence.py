"""Evidence: dated records found for a question, and how much is known altogether."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from records.base import Text, Value
from records.record import Record

MODEL_STEPS = ((0, "new model"), (1, "1-2 scores"), (3, "3-9 scores"), (10, "10+ scores"))
BENCHMARK_STEPS = ((0, "new benchmark"), (1, "1-4 models"), (5, "5-19 models"), (20, "20+ models"))


class Relation(StrEnum):
    """Why a record bears on a question, nearest first."""

    SAME_CELL = "same model and benchmark"
    SAME_MODEL = "same model, related benchmark"
    SAME_FAMILY = "same family, same benchmark"
    SIMILAR_MODEL = "similar model, same benchmark"
    ANALOGUE = "other model, other benchmark"


class Evidence(Value):
    """One record that was found for a question."""

    record: Record
    relation: Relation
    relevance: float = Field(ge=0.0, le=1.0)
    """How much it bears on the question, 1 the most; comparable within one question only."""
    why: Text = ""


class EvidenceLevel(Value):
    """How much is known: the numbers of cells that the history holds in the row and the column asked for."""

    model_scores: int = Field(ge=0)
    """Benchmarks on which this model has a visible score, the asked cell not counted."""
    benchmark_scores: int = Field(ge=0)
    """Models that have a visible score on this benchmark, the asked cell not counted."""
    cell_reports: int = Field(default=0, ge=0)
    """Visible reports of the asked cell itself."""

    @property
    def group(self) -> str:
        """The group in which weights and calibration are learned: ``3-9 scores / 20+ models``."""
        if self.cell_reports:
            return "already reported"
        return f"{_step(self.model_scores, MODEL_STEPS)} / {_step(self.benchmark_scores, BENCHMARK_STEPS)}"


def _step(count: int, steps: tuple[tuple[int, str], ...]) -> str:
    return next(name for least, name in reversed(steps) if count >= least)
