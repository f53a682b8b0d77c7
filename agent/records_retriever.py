"""A LangChain retriever over the records: for chains that quote scores, with the information barrier kept.

In: a query. Out: documents, each with id, date and source in its metadata. What it may find is decided by the history
that the search was opened on, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from records.search import Passage, Search, Where

MOST = 50
"""Documents of one query."""


class HistoryRetriever(BaseRetriever):
    """Finds records, models and benchmarks on one history, by meaning and words together.

    Attributes:
        opened: opens the search, on a history of its choice.
        where: exact conditions beside the query.
        k: documents at most.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    opened: Callable[[], Search] = Field(exclude=True, repr=False)
    where: Where = Where()
    k: int = Field(default=8, ge=1, le=MOST)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain hands it over
    ) -> list[Document]:
        """Return what is nearest to a query; without one, the newest records under the conditions."""
        search = self.opened()
        if query.strip():
            found = search.search(query, where=self.where, limit=self.k)
        else:
            found = search.filter(self.where, limit=self.k)
        return [document(passage, as_of=search.history.as_of.isoformat()) for passage in found]


def document(passage: Passage, *, as_of: str) -> Document:
    """Return a passage as LangChain has it; metadata are plain values, dates as year-month-day."""
    told: dict[str, object] = {
        "id": passage.id,
        "kind": passage.kind.value,
        "published": passage.published.isoformat() if passage.published else None,
        "source": passage.source,
        "url": passage.url,
        "relevance": passage.relevance,
        "as_of": as_of,
    }
    if (record := passage.record) is not None:
        told |= {"model": record.model, "benchmark": record.benchmark, "value": record.value}
        told |= {"date_basis": record.date_basis.value, "setting": str(record.setting)}
    return Document(id=passage.id, page_content=passage.text, metadata=told)
