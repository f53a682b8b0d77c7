"""Records: searched and imported."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import ValidationError

from records.base import Day
from records.batch import Added, Batch
from records.errors import ImportRefused, UsageError
from records.history import to_record
from records.importers import Mapping, Overrides, read_all
from records.record import Record
from scorecast.http.at_hand import TEXT, Administrator, AtDesk, Cursor, Limit, Name, Reader, Search, answer
from scorecast.ledger.resolving import resolve_from_records
from scorecast.narrowing import Wanted, narrow
from scorecast.service import replies
from scorecast.service.asked import ImportAsked
from scorecast.service.desk import Desk
from scorecast.service.settling import learn
from scorecast.showing.reply_json import Json

router = APIRouter(prefix="/v1", tags=["records"])


@router.get("/records", response_model=replies.Records)
async def search(
    desk: AtDesk,
    _caller: Reader,
    *,
    text: Search = "",
    model: Name = "",
    benchmark: Name = "",
    source: Annotated[str, Query(max_length=128, pattern=TEXT, description="Id of a source.")] = "",
    since: Day | None = None,
    as_of: Day | None = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """List records, the newest first."""
    wanted = Wanted(
        text=text,
        models=[model] if model else (),
        benchmarks=[benchmark] if benchmark else (),
        sources=[source] if source else (),
        since=since,
    )
    found, total, following = await desk.crew.looking.run(
        _page, desk, wanted, as_of=as_of or desk.today(), limit=limit, cursor=cursor
    )
    told: list[Json] = [one.model_dump(mode="json") for one in found]
    return answer({"records": told, "total": total, "next_cursor": following})


@router.post("/records", response_model=replies.Imported, status_code=201)
async def take(desk: AtDesk, _caller: Administrator, asked: ImportAsked) -> Response:
    """Import a result file whole; tells what was taken, what was refused and why, and settles open forecasts."""
    return answer(await desk.crew.looking.run(_import, desk, asked), status=201)


def _page(
    desk: Desk, wanted: Wanted, *, as_of: dt.date, limit: int, cursor: str
) -> tuple[list[Record], int, str | None]:
    if as_of > desk.today():
        raise UsageError(f"The as-of date {as_of} lies in the future; today is {desk.today()}.")
    frame = narrow(desk.histories.history(as_of=as_of), wanted, desk.catalogue()).records
    first = 0
    if cursor:
        before = frame.index[frame["id"] == cursor]
        if before.empty:
            raise UsageError("This cursor is of another search, or its record is gone; begin with the first page.")
        first = int(before[0]) + 1
    rows = frame.iloc[first : first + limit]
    following = str(rows["id"].iloc[-1]) if first + limit < len(frame) else None
    return [to_record(row) for _, row in rows.iterrows()], len(frame), following


def _import(desk: Desk, asked: ImportAsked) -> Json:
    now = desk.clock()
    with tempfile.TemporaryDirectory(prefix="scorecast-") as folder:
        path = Path(folder, asked.name)
        path.write_text(asked.content, encoding="utf-8")
        try:
            batches = read_all(
                [path],
                names=desk.catalogue(),
                today=now.date(),
                mapping=_mapping(asked),
                overrides=_overrides(asked),
            )
        except ImportRefused as error:
            raise ImportRefused(_without(str(error), folder)) from error
    stored = [None if asked.dry_run else desk.store.add(_named(batch, folder), imported_at=now) for batch in batches]
    settled = () if asked.dry_run else resolve_from_records(desk.store, now=now)
    learn(desk, settled)
    files: list[Json] = [_told(_named(batch, folder), added) for batch, added in zip(batches, stored, strict=True)]
    return {"files": files, "settled": len(settled)}


def _mapping(asked: ImportAsked) -> Mapping | None:
    try:
        return None if asked.mapping is None else Mapping.model_validate(asked.mapping)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "as a whole"
        raise ImportRefused(f"The mapping is none: {place}: {fault['msg']}.") from error


def _overrides(asked: ImportAsked) -> Overrides:
    return Overrides(
        model=asked.model,
        source=asked.source or "",
        published=asked.published,
        accept_partial=asked.accept_partial,
    )


def _named(batch: Batch, folder: str) -> Batch:
    """Return the batch with the name that the client gave in place of where the file lay for a moment."""
    told = type(batch.report).model_validate_json(_without(batch.report.model_dump_json(), folder))
    return Batch(told, batch.sources, batch.models, batch.benchmarks, batch.records)


def _without(text: str, folder: str) -> str:
    return text.replace(f"{folder}/", "")


def _told(batch: Batch, added: Added | None) -> Json:
    stored: Json = added.model_dump(mode="json") if added else None
    return {"report": batch.report.model_dump(mode="json"), "stored": stored}
