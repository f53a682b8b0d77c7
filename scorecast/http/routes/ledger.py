"""The ledger: forecasts that were issued, what came of them, and how good they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from eval.track_record import By
from records.base import Day
from records.errors import NotEnoughRecords, UsageError
from records.ledger import Issued, Selection, Settled
from records.store import Ledger, Store
from scorecast.http.at_hand import TEXT, Asker, AtDesk, Cursor, Limit, Reader, answer
from scorecast.http.problems import Problem
from scorecast.ledger.in_force import InForce, in_force
from scorecast.ledger.track_record import Track, calibration, track_record
from scorecast.service import replies
from scorecast.service.asked import ResolutionAsked
from scorecast.service.desk import Desk
from scorecast.service.paging import page
from scorecast.service.settling import settle
from scorecast.showing.reply_json import Json, entry_json, settled_json

router = APIRouter(prefix="/v1", tags=["ledger"])

Of = Annotated[str, Query(max_length=128, pattern=TEXT)]
EntryId = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{20}$", description="Of an entry in the ledger.")]


@router.get("/forecasts", response_model=replies.Entries)
async def entries(
    desk: AtDesk,
    _caller: Reader,
    *,
    model: Of = "",
    benchmark: Of = "",
    method: Of = "",
    user: Of = "",
    resolved: bool | None = None,
    issued_from: Day | None = None,
    issued_to: Day | None = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """List issued forecasts, the newest first, narrowed by canonical ids, forecaster, user and date of issue."""
    wanted = Selection(
        model=model,
        benchmark=benchmark,
        method=method,
        user=user,
        resolved=resolved,
        issued_from=issued_from,
        issued_to=issued_to,
    )
    ledger = desk.store.ledger
    found = await desk.crew.looking.run(ledger.entries, wanted, limit=limit + 1, before=cursor)
    outcomes = await desk.crew.looking.run(ledger.outcomes, found)
    last = found[limit - 1].id if len(found) > limit else ""
    told = [entry_json(one, outcomes.get(one.id)) for one in found]
    return answer(page("forecasts", found, limit=limit, told=told, cursor=last))


@router.get("/forecasts/{id}", response_model=replies.EntryTold)
async def entry(desk: AtDesk, _caller: Reader, entry_id: EntryId) -> Response:
    """Show one forecast as it was issued, and what came of it."""
    found = await desk.crew.looking.run(_find, desk.store.ledger, entry_id)
    outcomes = await desk.crew.looking.run(desk.store.ledger.outcomes, [found])
    return answer(entry_json(found, outcomes.get(found.id)))


@router.post("/forecasts/{id}/resolution", response_model=replies.SettledTold, status_code=201)
async def resolution(desk: AtDesk, _caller: Asker, entry_id: EntryId, asked: ResolutionAsked) -> Response:
    """Settle a forecast; a second resolution corrects the first, and both are kept."""

    def settled() -> Settled:
        _find(desk.store.ledger, entry_id)
        return settle(desk, entry_id, asked)

    return answer(settled_json(await desk.crew.looking.run(settled)), status=201)


@router.get("/track-record", response_model=replies.TrackRecordTold)
async def record(
    desk: AtDesk,
    _caller: Reader,
    *,
    model: Of = "",
    benchmark: Of = "",
    method: Of = "",
    user: Of = "",
    since: Day | None = None,
    by_user: bool = False,
) -> Response:
    """Score the forecasts that were issued before their outcomes were public; no tracks where none is settled."""
    wanted = Selection(model=model, benchmark=benchmark, method=method, user=user, issued_from=since)
    by = By.USER if by_user else By.HORIZON
    tracks = await desk.crew.looking.run(_tracks, desk.store, wanted, by)
    told = [_track(track, await desk.crew.looking.run(_in_force, desk, track)) for track in tracks]
    return answer({"tracks": told})


def _find(ledger: Ledger, entry_id: str) -> Issued:
    """Return the entry of a whole id."""
    try:
        return ledger.entry(entry_id)
    except UsageError as error:
        raise Problem(404, "unknown-forecast", f"The ledger has no forecast {entry_id}.") from error


def _tracks(store: Store, wanted: Selection, by: By) -> Sequence[Track]:
    try:
        return track_record(store, wanted, by=by)
    except NotEnoughRecords:
        return ()


def _in_force(desk: Desk, track: Track) -> Sequence[InForce]:
    if not desk.workspace.settings.recalibrates:
        return ()
    return in_force(track.told.counted, desk.workspace.settled, day=desk.today())


def _recalibration(one: InForce) -> Json:
    return {
        "forecaster": one.forecaster,
        "settled": one.taught.settled,
        "worth": round(one.taught.worth, 2),
        "shift": round(one.taught.map.shift, 4),
        "spread": round(one.taught.map.spread, 4),
        "issued": one.issued,
    }


def _track(track: Track, found: Sequence[InForce]) -> Json:
    return {
        "forecaster": track.told.forecaster,
        "counted": len(track.told.counted),
        "hindsight": track.told.hindsight,
        "repeated": track.told.repeated,
        "calibration": {name: list(values) for name, values in calibration(track)._asdict().items()},
        "recalibration": [_recalibration(one) for one in found],
        "result": track.result.model_dump(mode="json"),
    }
