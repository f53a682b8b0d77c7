"""Models and benchmarks: what is known, searched by any spelling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from records.benchmark import Benchmark
from records.model import Model
from scorecast.http.at_hand import AtDesk, Cursor, Limit, Reader, Search, answer, number_of
from scorecast.service import replies
from scorecast.service.desk import Desk
from scorecast.service.paging import page

router = APIRouter(prefix="/v1", tags=["names"])


@router.get("/models", response_model=replies.Models)
async def models(
    desk: AtDesk, _caller: Reader, *, search: Search = "", limit: Limit = 20, cursor: Cursor = ""
) -> Response:
    """List known models."""
    return await _list(desk, "models", lambda most: desk.catalogue().search_models(search, limit=most), limit, cursor)


@router.get("/benchmarks", response_model=replies.Benchmarks)
async def benchmarks(
    desk: AtDesk, _caller: Reader, *, search: Search = "", limit: Limit = 20, cursor: Cursor = ""
) -> Response:
    """List known benchmarks."""
    return await _list(
        desk, "benchmarks", lambda most: desk.catalogue().search_benchmarks(search, limit=most), limit, cursor
    )


async def _list(
    desk: Desk, name: str, find: Callable[[int], Sequence[Model | Benchmark]], limit: int, cursor: str
) -> Response:
    first = number_of(cursor) or 0
    found = (await desk.crew.looking.run(find, first + limit + 1))[first:]
    told = [one.model_dump(mode="json") for one in found]
    return answer(page(name, found, limit=limit, told=told, cursor=str(first + limit)))
