"""What each tool does: from checked arguments to structured content, at the desk that the HTTP API uses too."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from records.benchmark import Benchmark
from records.errors import UsageError
from records.ledger import Selection
from records.model import Model
from records.search import Search, Where
from scorecast.mcp.asked import CompareAsked, DescribeAsked, ForecastAsked, Kind, LedgerAsked, ResolveAsked, SearchAsked
from scorecast.mcp.told import brief, entry, hit
from scorecast.pipeline import Reply
from scorecast.service.asked import Asked
from scorecast.service.caller import Caller
from scorecast.service.deliberating import Deliberating, Leaving
from scorecast.service.desk import Desk, Told, Write, pairs_json, told_json
from scorecast.service.paging import page
from scorecast.service.settling import settle
from scorecast.showing.reply_json import Json, settled_json, written

NEWEST = 5
"""Records that come with a description."""

EVIDENCE = 8
EVIDENCE_COMPARED = 3
"""Records that come with a forecast, and with each one of a comparison."""


@dataclass(frozen=True)
class At:
    """Where a tool works.

    Attributes:
        desk: answers.
        caller: at whose request.
        seconds: that a call may take.
    """

    desk: Desk
    caller: Caller
    seconds: float


class Done(NamedTuple):
    """Structured content, and the ids of the forecasts that were entered for it."""

    content: dict[str, Json]
    entered: tuple[str, ...] = ()


async def forecast(at: At, asked: ForecastAsked) -> Done:
    """Forecast one score, with the language model where it is asked for; it is in the ledger before it is answered."""

    def write(answers: Sequence[Reply]) -> str:
        [answer] = answers
        return written(brief(told_json(asked, answer), evidence=EVIDENCE))

    if asked.agent:
        return _done(await _deliberate(at, asked, write))
    return _done(await _answer(at, [asked], write))


async def compare(at: At, asked: CompareAsked) -> Done:
    """Forecast each model on one benchmark, and tell how likely each scores better than each other."""
    questions = asked.questions()

    def write(answers: Sequence[Reply]) -> str:
        told: list[Json] = [
            brief(told_json(*one), evidence=EVIDENCE_COMPARED) for one in zip(questions, answers, strict=True)
        ]
        return written({"forecasts": told, "pairs": pairs_json(answers)})

    return _done(await _answer(at, questions, write))


async def search_records(at: At, asked: SearchAsked) -> Done:
    """Look records up on the history of a day."""

    def found() -> dict[str, Json]:
        search, where = _search(at, asked.as_of), asked.where()
        query = asked.query.strip()
        hits = (
            search.search(query, where=where, limit=asked.limit) if query else search.filter(where, limit=asked.limit)
        )
        return {"as_of": search.history.as_of.isoformat(), "hits": [hit(one) for one in hits]}

    return Done(await at.desk.crew.looking.run(found))


async def describe(at: At, asked: DescribeAsked) -> Done:
    """Tell what was known of a model or benchmark on a day, with its newest records."""
    tell = partial(_described, at, asked)
    return Done(await at.desk.crew.looking.run(tell))


async def resolve(at: At, asked: ResolveAsked) -> Done:
    """Settle a forecast; a second outcome corrects the first, and both are kept."""
    return Done(settled_json(await at.desk.crew.looking.run(settle, at.desk, asked.id, asked)))


async def list_ledger(at: At, asked: LedgerAsked) -> Done:
    """List issued forecasts, the newest first, with what came of them."""
    wanted = Selection.model_validate(asked.model_dump(include=set(Selection.model_fields)))

    def listed() -> dict[str, Json]:
        ledger = at.desk.store.ledger
        found = ledger.entries(wanted, limit=asked.limit + 1, before=asked.cursor)
        outcomes = ledger.outcomes(found)
        last = found[asked.limit - 1].id if len(found) > asked.limit else ""
        told: list[Json] = [entry(one, outcomes.get(one.id)) for one in found]
        return page("forecasts", found, limit=asked.limit, told=told, cursor=last)

    return Done(await at.desk.crew.looking.run(listed))


async def _answer(at: At, asked: Sequence[Asked], write: Write) -> Told:
    return await at.desk.answer(asked, write, user=at.caller.name, owner=at.caller.id, once=None, seconds=at.seconds)


async def _deliberate(at: At, asked: Asked, write: Write) -> Told:
    user, owner = at.caller.name, at.caller.id
    deliberating, leaving = Deliberating(at.desk), Leaving()
    return await deliberating.answer([asked], write, user=user, owner=owner, seconds=at.seconds, leaving=leaving)


def _done(told: Told) -> Done:
    return Done(json.loads(told.body), told.entered)


def _described(at: At, asked: DescribeAsked) -> dict[str, Json]:
    search = _search(at, asked.as_of)
    history = search.history
    passage = (search.describe_model if asked.kind is Kind.MODEL else search.describe_benchmark)(asked.name)
    key = passage.id.partition(":")[2]
    if asked.kind is Kind.MODEL:
        known: Model | Benchmark = history.models[key]
        newest = search.filter(Where(models=(key,)), limit=NEWEST)
    else:
        # The history's text of a benchmark quotes no withheld score; the catalogue's may.
        known = history.benchmarks[key].model_copy(update={"description": history.describe(history.benchmarks[key])})
        newest = search.filter(Where(benchmarks=(key,)), limit=NEWEST)
    return {
        "as_of": history.as_of.isoformat(),
        "kind": asked.kind.value,
        "id": key,
        "name": known.name,
        "text": passage.text,
        "facts": known.model_dump(mode="json", exclude_defaults=True),
        "records": [hit(one) for one in newest],
    }


def _search(at: At, as_of: dt.date | None) -> Search:
    """Return a search on what was public by a day; today's where none is given.

    Raises:
        UsageError: the day lies in the future.
    """
    today = at.desk.today()
    if as_of is not None and as_of > today:
        raise UsageError(f"The as-of date {as_of} lies in the future; today is {today}.")
    return at.desk.index.on(at.desk.histories.history(as_of=as_of or today))
