"""What a language model may simply remember: results by name, blind, and after its knowledge ended, kept apart.

A forecast says in the settings of its provenance whether it was made under names (``mode`` named or blind), whether
the model claims to recall the score (``claims_recall``), and until when the user says that the model knows
(``model_cutoff``, a date). What is not told is not guessed. Blind is not free of memory: what is asked may be
recognised by its description, and the model may claim to recall it all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Self

from records.base import Value
from records.question import Question

NAMED, BLIND = "named", "blind"
AFTER_CUTOFF = "published after the model's knowledge cutoff"
CLAIMS, DENIES = "claims recall", "claims no recall"
PARTS = (NAMED, BLIND, AFTER_CUTOFF, CLAIMS, DENIES)
"""What is told apart, in the order in which it is shown; one forecast may be in several parts."""

REMARKS = MappingProxyType({BLIND: "names masked; a model may still recognise what is asked"})
"""What a reader must know of a part, beside its name."""

COLUMN = "memory"
"""Column of ``eval.judged.Judged.table`` that names the parts of each question; absent where nobody told."""

BETWEEN = "; "

Setting = str | int | float | bool


class Memory(Value):
    """What one forecast says about the memory of its model; empty where it says nothing."""

    mode: Literal["", "named", "blind"] = ""
    claims_recall: bool | None = None
    cutoff: dt.date | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Setting]) -> Self:
        """Read the settings of a provenance; what is malformed counts as not told."""
        mode, recall = settings.get("mode"), settings.get("claims_recall")
        return cls(
            mode="blind" if mode == BLIND else "named" if mode == NAMED else "",
            claims_recall=recall if isinstance(recall, bool) else None,
            cutoff=_day(settings.get("model_cutoff")),
        )

    @property
    def told(self) -> bool:
        """Whether anything is said."""
        return self != type(self)()

    def parts(self, published: dt.date | None) -> str:
        """Name the parts that the forecast is in, for ``COLUMN``.

        Args:
            published: when the outcome was public at the earliest; None where that is not known.
        """
        after = self.cutoff is not None and published is not None and published > self.cutoff
        recall = {True: CLAIMS, False: DENIES, None: ""}[self.claims_recall]
        return BETWEEN.join(filter(None, (self.mode, AFTER_CUTOFF * after, recall)))


def label(part: str) -> str:
    """Return the name of a part as tables show it, with what a reader must know of it."""
    return f"{part} ({REMARKS[part]})" if part in REMARKS else part


def public_from(question: Question) -> dt.date | None:
    """Return a day before which the score cannot have been public: its model and benchmark were both released by then.

    The true date is often later, so that an outcome that is called published after the cutoff was; the reverse
    is not said.
    """
    return max((day for day in (question.model.released, question.benchmark.released) if day), default=None)


def _day(told: Setting | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
