"""Opening the desk: the store, the threads, and a first fit that no client has to wait for; shared by all services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from predictors.parallel import one_core
from records.errors import NotEnoughRecords
from scorecast.service.desk import Clock, Desk
from scorecast.service.metrics import Metrics
from scorecast.settings import Settings
from scorecast.shared_fits import Waiting
from scorecast.workspace import open_workspace

LOG = logging.getLogger("scorecast.service")


@asynccontextmanager
async def open_desk(
    settings: Settings, *, clock: Clock, metrics: Metrics, turn: Waiting = nullcontext
) -> AsyncIterator[Desk]:
    """Open a desk on the user's store, fit ahead of the first question, and end soon what has begun at the end.

    Raises:
        StoreError: the store cannot be opened.
    """
    # Forecasts are many and small: several cores would spend most of their time waiting for each other, busily.
    with one_core(), open_workspace(settings, now=clock(), busy=LOG.info) as workspace:
        desk = Desk(workspace, clock=clock, metrics=metrics, turn=turn)
        beside = [asyncio.create_task(work) for work in (_prepare(desk), metrics.publish())]
        try:
            yield desk
        finally:
            for task in beside:
                task.cancel()
            await asyncio.to_thread(desk.close)


async def _prepare(desk: Desk) -> None:
    """Fit ahead of the first question; a store without records serves everything but forecasts."""
    try:
        await desk.prepare()
    except NotEnoughRecords as error:
        LOG.warning("no forecasts can be made yet: %s", error)
        desk.ready = True
    except Exception:
        desk.unfit = True
        LOG.exception("the forecaster cannot be fitted: the service is not ready, and questions will fail")
