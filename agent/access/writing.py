"""Requests as JSON texts: for the wire, for their length, and for the key of the cache.

Every call of a conversation repeats its tools, which are a third of it and more: their text is written once and put
into place. What comes out is what ``json`` gives for the whole.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import JsonValue

TOOLS = "tools"
"""The field whose text is kept."""

FEW = 4
"""Lists of tools that are kept: a conversation has two, one for its last round."""


def compact(value: object) -> str:
    """Return a value as JSON without blanks, in Unicode: as it goes over the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical(value: object) -> str:
    """Return a value as JSON that does not depend on the order of names, in ASCII: what keys are made of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class _Kept(NamedTuple):
    tools: JsonValue
    text: str


class Writer:
    """Writes the requests of one endpoint; belongs to one thread."""

    def __init__(self) -> None:
        self._compact: deque[_Kept] = deque(maxlen=FEW)
        self._canonical: deque[_Kept] = deque(maxlen=FEW)

    def compact(self, body: Mapping[str, JsonValue]) -> str:
        """Return a request as ``compact`` does."""
        return _object(body, list(body), compact, self._compact)

    def canonical(self, body: Mapping[str, JsonValue]) -> str:
        """Return a request as ``canonical`` does."""
        return _object(body, sorted(body), canonical, self._canonical)


def _object(body: Mapping[str, JsonValue], names: list[str], write: Callable[[object], str], kept: deque[_Kept]) -> str:
    parts = (
        f"{write(name)}:{_tools(body[name], write, kept) if name == TOOLS else write(body[name])}" for name in names
    )
    return "{" + ",".join(parts) + "}"


def _tools(tools: JsonValue, write: Callable[[object], str], kept: deque[_Kept]) -> str:
    """The text of some tools, written once; equal lists of the same objects are compared without looking inside."""
    found = next((one.text for one in kept if one.tools == tools), None)
    if found is None:
        found = write(tools)
        kept.append(_Kept(tools, found))
    return found
