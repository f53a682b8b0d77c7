"""One request as it arrived at a scripted endpoint."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.access.scripted.replies import Body


@dataclass(frozen=True)
class Asked:
    """One request as it arrived.

    Attributes:
        number: counts from 0.
        path: the path of the address, with its query.
        headers: by name in lower case.
        body: the JSON that was sent; empty for anything else.
        method: of HTTP.
        content: the bytes that were sent.
    """

    number: int
    path: str
    headers: dict[str, str]
    body: Body
    method: str = "POST"
    content: bytes = field(default=b"", repr=False)
