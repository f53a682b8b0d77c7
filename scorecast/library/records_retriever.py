"""The LangChain retriever of the user's own store: ``scorecast.RecordsRetriever(as_of="2025-06-30", k=5)``."""

from __future__ import annotations

import datetime as dt

from pydantic import ValidationError

from agent.records_retriever import MOST, HistoryRetriever
from records.errors import UsageError
from records.search import Search, Where
from scorecast.library import functions
from scorecast.library.session import Session, as_day
from scorecast.questions.own_benchmark import first_problem


class RecordsRetriever(HistoryRetriever):
    """Finds reported scores, models and benchmarks for a LangChain chain; shows nothing published after a date."""

    def __init__(
        self,
        *,
        as_of: dt.date | str | None = None,
        k: int = 8,
        session: Session | None = None,
        **conditions: object,
    ) -> None:
        """Choose what may be found.

        Args:
            as_of: latest publication date of what is found; by default today, on the day of each query.
            k: documents at most, 1 to 50.
            session: an open session; by default the one of ``scorecast.forecast``.
            **conditions: exact conditions by the fields of ``records.search.Where``: ``models``, ``benchmarks``,
                ``families``, ``sources``, ``published_from`` and so on; a single name need not be in a list.

        Raises:
            UsageError: a date in the future, a condition that there is not, or a number of documents out of bounds.
        """
        if not 1 <= k <= MOST:
            raise UsageError(f"k is a number of documents from 1 to {MOST}; found {k}.")
        asked = session or functions.session()
        day = as_day(as_of)
        if day is not None and day > asked.today():
            raise UsageError(f"The as-of date {day} lies in the future; today is {asked.today()}.")

        def opened() -> Search:
            return asked.index.on(asked.source.history(as_of=day or asked.today()))

        super().__init__(opened=opened, where=_where(conditions), k=k)


def _where(conditions: dict[str, object]) -> Where:
    listed = {name for name, field in Where.model_fields.items() if field.default == ()}
    told = {name: (one,) if name in listed and isinstance(one, str) else one for name, one in conditions.items()}
    try:
        return Where.model_validate(told)
    except ValidationError as error:
        raise UsageError(f"{first_problem(error)}; conditions are {', '.join(Where.model_fields)}.") from None
