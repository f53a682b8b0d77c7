"""Questions to a provider about its batches from outside of any run: has it any, and please stop these."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent.access.batched.api import BatchApi
from agent.access.batched.journal import Kept
from agent.access.batched.making import patiently
from agent.access.setback import Setback
from agent.access.settings import AccessSettings


def offered(settings: AccessSettings) -> bool:
    """Whether an endpoint takes batches.

    Raises:
        AgentError: it cannot be reached, or refuses the key.
    """
    return asyncio.run(_offered(settings))


async def _offered(settings: AccessSettings) -> bool:
    api = BatchApi(settings)
    try:
        return await patiently(api.offered, settings)
    except Setback as setback:
        raise setback.error(settings.host, attempts=1) from None
    finally:
        await api.close()


def cancel(settings: AccessSettings, batches: Sequence[Kept]) -> list[str]:
    """Ask a provider to stop working on batches; returns a line about each."""
    return asyncio.run(_cancel(settings, batches))


async def _cancel(settings: AccessSettings, batches: Sequence[Kept]) -> list[str]:
    api = BatchApi(settings)
    try:
        return [await _cancelled(api, one) for one in batches]
    finally:
        await api.close()


async def _cancelled(api: BatchApi, kept: Kept) -> str:
    name = f"Batch {kept.batch_id} with {len(kept.requests):,} requests"
    try:
        batch = await api.cancel(kept.batch_id)
    except Setback as setback:
        return f"{name} could not be cancelled ({setback.reason}): it goes on at the provider, and is charged."
    now = f"has ended at the provider ({batch.status.value})" if batch.status.ended else "is told to stop"
    return f"{name} {now}; what it answered is charged, and a retry picks it up."
