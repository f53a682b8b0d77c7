"""The retriever in LangChain: dated, sourced documents, none of them later than the as-of date."""

from __future__ import annotations

import datetime as dt

import pytest
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

import scorecast
from records.corpus.load import SERIES, corpus_fingerprint
from records.errors import UsageError
from records.store import Store
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def session(batch, tmp_path_factory):
    home = tmp_path_factory.mktemp("retriever")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'store.db'}")
    with Store.open(settings.database_url) as store:
        store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
    with scorecast.Session(settings, clock=lambda: NOW) as opened:
        yield opened


def test_documents_carry_id_date_and_source(session) -> None:
    found = scorecast.RecordsRetriever(session=session, k=4).invoke("DeepSeek-R1 on AIME 2024")
    assert 1 <= len(found) <= 4
    records = [one for one in found if one.metadata["kind"] == "record"]
    assert records
    for one in records:
        assert session.source.history(as_of=NOW.date()).record(one.id).value == one.metadata["value"]
        assert {"published", "source", "url", "model", "benchmark", "as_of"} <= set(one.metadata)


def test_nothing_later_than_the_as_of_date_is_found(session) -> None:
    later, earlier = (
        scorecast.RecordsRetriever(session=session, as_of=day, k=50).invoke("DeepSeek-R1 on AIME 2024")
        for day in ("2025-05-01", "2025-04-30")
    )
    assert "66 %" in "".join(one.page_content for one in later)
    assert "66 %" not in "".join(one.page_content for one in earlier)
    assert all((one.metadata["published"] or "") <= "2025-04-30" for one in earlier)


def test_conditions_hold_with_and_without_a_query(session) -> None:
    for query in ("", "mathematics"):
        found = scorecast.RecordsRetriever(session=session, models="DeepSeek-R1", k=20).invoke(query)
        assert {one.metadata["model"] for one in found if one.metadata["kind"] == "record"} == {"deepseek-r1"}


def _joined(found) -> str:
    return "\n".join(one.page_content for one in found)


def test_it_takes_part_in_a_chain(session) -> None:
    retriever = scorecast.RecordsRetriever(session=session, as_of="2025-06-01", k=3)
    prompt = ChatPromptTemplate.from_template("Scores:\n{scores}\n\nQuestion: {question}")
    chain = (
        {
            "scores": retriever | (lambda found: "\n".join(one.page_content for one in found)),
            "question": RunnablePassthrough(),
        }
        | prompt
        | RunnableLambda(lambda told: told.to_string())
    )
    told = chain.invoke("How good is DeepSeek-R1 at AIME 2024?")
    assert "DeepSeek-R1" in told
    assert told.endswith("How good is DeepSeek-R1 at AIME 2024?")
    assert len(chain.batch(["one", "two"])) == 2


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"as_of": "2999-01-01"}, "future"),
        ({"as_of": "soon"}, "as_of takes a date"),
        ({"k": 0}, "k is a number"),
        ({"model": "gpt-4.1"}, "conditions are models"),
    ],
)
def test_what_makes_no_sense_is_told(session, asked, why) -> None:
    with pytest.raises(UsageError, match=why):
        scorecast.RecordsRetriever(session=session, **asked)


def test_an_unknown_name_is_told_when_it_is_looked_for(session) -> None:
    with pytest.raises(UsageError, match="No model"):
        scorecast.RecordsRetriever(session=session, models="nobody").invoke("anything")
