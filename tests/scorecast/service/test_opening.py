"""Opening the desk: what holds for as long as a service runs."""

from __future__ import annotations

import asyncio
import datetime as dt

from threadpoolctl import threadpool_info, threadpool_limits

from records.corpus.load import SERIES, corpus_fingerprint
from records.store import Store
from scorecast.service.metrics import Metrics
from scorecast.service.opening import open_desk
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


def cores() -> set[int]:
    """How many cores each library of linear algebra takes."""
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_linear_algebra_keeps_to_one_core_while_a_service_runs(batch, tmp_path) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'store.db'}")
    with Store.open(settings.database_url) as store:
        store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())

    async def run() -> None:
        async with open_desk(settings, clock=lambda: NOW, metrics=Metrics()):
            assert cores() == {1}

    with threadpool_limits(limits=2, user_api="blas"):
        asyncio.run(run())
