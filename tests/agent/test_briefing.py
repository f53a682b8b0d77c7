"""What is told with a question: the nearest and the newest, bounded, over the desk, and citable at once."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from agent.briefing import NEWEST, OTHERS, OWN, brief
from agent.effort import Framing
from agent.opening import opening
from agent.quoting import LONGEST
from records.errors import UsageError
from records.search import Aggregate
from retrieval.nearest import NearestRecords


@pytest.fixture
def told(desk):
    """The briefing of the desk's question, by the real retriever."""
    return brief(desk.question, desk.history, retriever=NearestRecords(), search=desk.search)


def _question(desk, briefing, **mask):
    open_desk = dataclasses.replace(desk, shown={}, **mask)
    messages = opening(
        open_desk, rounds=3, framing=Framing.BASE_RATE, lessons=(), reported=(), blind=bool(mask), briefing=briefing
    )
    return messages[1].text, open_desk


def test_own_scores_siblings_and_newest_records_are_told_with_dates_and_can_be_cited(desk, told, history) -> None:
    text, open_desk = _question(desk, told)
    frame = history.records
    own = frame.loc[frame["model"] == "m-5", "id"].tolist()
    newest = frame.loc[frame["published"] == "2025-04-01", "id"].item()
    for key in (*own, newest):
        assert f"[{key}]" in text
        assert open_desk.shown[key].id == key
    assert "m-5 on b-1: 58 percent" in text
    assert "2025-04-01 (reported date)" in text
    assert "All visible records on the asked benchmark:" in text


def test_no_record_is_told_twice(desk, told) -> None:
    text, open_desk = _question(desk, told)
    lines = [line for line in text.splitlines() if line.startswith("[") and " percent" in line]
    assert len(lines) == len({line.split("]")[0] for line in lines}) > 3
    assert {line[1:].split("]")[0] for line in lines} <= open_desk.shown.keys()


def test_the_barrier_holds_also_where_retriever_and_search_see_everything(
    desk, everything, history, question, doubles
) -> None:
    seer = question.model_copy(update={"as_of": everything.as_of, "cell_known": True})

    class Leaky:
        def evidence(self, asked, _history, *, limit):
            return NearestRecords().evidence(seer, everything, limit=limit)

    leaky = brief(question, history, retriever=Leaky(), search=doubles.Scan(everything))
    text, open_desk = _question(desk, leaky)
    hidden = set(everything.records["id"]) - set(history.records["id"])
    assert any(piece.record.id in hidden for piece in (*leaky.own, *leaky.others)) or any(
        record.id in hidden for record in leaky.newest
    )
    assert not any(key in text for key in hidden)
    assert not hidden & open_desk.shown.keys()


def test_a_blind_model_reads_the_briefing_under_pseudonyms(desk, told, question, history) -> None:
    from agent.blinding import Blinding

    blinding = Blinding.of(question, history, seed=0)
    text, _ = _question(desk, told, mask=blinding.mask, unmask=blinding.unmask_arguments)
    assert "Newest records" in text
    assert not any(name in text for name in ("m-5", "m-1", "b-0", "b-1", "source-a", "Mo 5"))


def test_it_is_bounded(desk, history, question, doubles, make_record) -> None:
    class Flood:
        def evidence(self, asked, _history, *, limit):
            pieces = NearestRecords().evidence(asked, _history, limit=limit)
            return tuple(pieces) * 20

    long = brief(question, history, retriever=Flood(), search=doubles.Scan(history))
    assert len(long.own) <= OWN
    assert len(long.others) <= OTHERS
    assert len(long.newest) <= NEWEST
    assert len(_question(desk, long)[0]) < 2 * LONGEST


def test_what_cannot_be_looked_up_is_left_out(desk, question, history) -> None:
    class Broken:
        def evidence(self, *_args, **_kwargs):
            raise UsageError("no")

        filter = aggregate = search = evidence

    nothing = brief(question, history, retriever=Broken(), search=Broken())
    text, _ = _question(desk, nothing)
    assert "nearest of what is visible" not in text


def test_scores_that_the_asker_vouches_for_are_not_told_again(desk, question, history) -> None:
    frame = history.records
    key = frame.loc[(frame["model"] == "m-5") & (frame["benchmark"] == "b-1"), "id"].item()
    vouched = question.model_copy(update={"known": (history.record(key),)})
    told = brief(vouched, history, retriever=NearestRecords(), search=desk.search)
    assert key not in {piece.record.id for piece in told.own}


def test_figures_of_the_benchmark_come_first(desk, told) -> None:
    [figures] = told.figures
    assert isinstance(figures, Aggregate)
    assert figures.count == len(desk.history.records.query("benchmark == 'b-0'"))
    assert desk.history.as_of == dt.date(2025, 6, 1)


def test_of_a_benchmark_that_nobody_has_run_the_nearest_by_description_are_told(
    desk, question, history, make_benchmark, doubles
) -> None:
    new = make_benchmark("loom", name="Loom", description="Asks things that no record tells of.")
    asked = question.model_copy(update={"benchmark": new})

    class Describes(doubles.Scan):
        def search(self, query, *, where=None, limit=10):
            if not query.startswith("Loom. Asks things"):
                return super().search(query, where=where, limit=limit)
            return tuple(self.describe_benchmark(f"b-{j}") for j in range(3))

    told = brief(asked, history, retriever=NearestRecords(), search=Describes(history))
    text, open_desk = _question(dataclasses.replace(desk, question=asked), told)
    assert "No record is visible on it. The nearest by description:" in text
    assert "[benchmark:b-1] b-1 is a benchmark." in text
    assert "benchmark:b-1" in open_desk.shown
    assert told.figures == told.newest == ()
