"""How an attempt is sent: at once, as here, or gathered into a batch of the provider."""

from __future__ import annotations

import asyncio
from typing import Protocol

from pydantic import JsonValue

from agent.access.accounts import Reservation
from agent.access.completion import Body


class Sender(Protocol):
    """Sends one attempt."""

    def on_its_way(self, key: str) -> asyncio.Future[None] | None:
        """Return what is done once the fate of a request is known that was sent and that nobody waits for any more.

        It fails with an ``AgentError`` where that cannot be known now.
        """
        ...

    async def send(self, body: Body, *, key: str, reservation: Reservation) -> JsonValue:
        """Return what came.

        Args:
            body: the request.
            key: of the cache.
            reservation: of its worst case; a sender that knows what a request will cost whose caller goes away ends it.

        Raises:
            Setback: nothing came.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Posts(Protocol):
    """Posts one request, as ``agent.access.wire.Wire``."""

    async def send(self, body: Body) -> JsonValue:
        """Return what came, or raise a ``Setback``."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class AtOnce:
    """Sends every request as it comes; one whose caller goes away is given up."""

    def __init__(self, wire: Posts) -> None:
        self._wire = wire

    def on_its_way(self, key: str) -> None:
        """Return None: nothing is on its way for nobody."""

    async def send(self, body: Body, *, key: str, reservation: Reservation) -> JsonValue:  # noqa: ARG002
        """Return what came.

        Raises:
            Setback: nothing came.
        """
        return await self._wire.send(body)

    async def close(self) -> None:
        """Close all connections."""
        await self._wire.close()
