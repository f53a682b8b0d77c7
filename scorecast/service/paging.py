"""Pages of long lists, as all adapters lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from scorecast.showing.reply_json import Json

T = TypeVar("T")


def page(name: str, entries: Sequence[T], *, limit: int, told: Sequence[Json], cursor: str) -> dict[str, Json]:
    """Lay a page out.

    Args:
        name: of the list.
        entries: one more than the page holds, where there are more.
        limit: of the page.
        told: the entries as JSON, in the same order.
        cursor: of the page after this one.
    """
    more = len(entries) > limit
    return {name: list(told[:limit]), "next_cursor": cursor if more else None}
