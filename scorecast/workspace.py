"""The workspace: the user's store with the starter corpus in it, and the pipeline on top of it."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from calibration.registry import calibrator
from predictors.registry import DEFAULT, predictor
from records.corpus.load import SERIES, corpus_fingerprint, load_corpus
from records.stages import Predictor
from records.store import Store
from retrieval.nearest import NearestRecords
from scorecast.code_version import code_version
from scorecast.fits import Fits
from scorecast.ledger.kept_marks import KeptMarks
from scorecast.ledger.recalibrating import FromLedger, as_stated
from scorecast.pipeline import Pipeline
from scorecast.settings import Settings
from scorecast.starter_fit import shipped

if TYPE_CHECKING:
    from agent.remembered import Remembered
    from scorecast.agents.home import AgentOptions

Busy = Callable[[str], None]


@dataclass(frozen=True)
class Workspace:
    """An open store and what is needed to forecast from it."""

    settings: Settings
    store: Store
    version: str
    busy: Busy

    def pipeline(
        self,
        name: str = DEFAULT,
        *,
        agent: AgentOptions | None = None,
        heard: Callable[[Remembered], None] = lambda _remembered: None,
        recalibrates: bool = True,
    ) -> Pipeline:
        """Return the pipeline with the forecaster of this name, and an agent beside it where one is asked for.

        Args:
            name: of the statistical forecaster.
            agent: how the agent is to work; None asks no language model.
            heard: told of each forecast of the agent, with its conversations.
            recalibrates: whether settled forecasts recalibrate new ones, where the settings allow it.

        Raises:
            UsageError: no forecaster has this name.
            DataError: the agent's track record is damaged.
        """
        predictor: Predictor = self.fits().of(forecaster(name))
        if agent is not None:
            predictor = self._agent(agent, predictor, heard)
        return Pipeline(
            source=self.store,
            predictor=predictor,
            retriever=NearestRecords(),
            version=self.version,
            recalibrate=self.settled if recalibrates and self.settings.recalibrates else as_stated,
        )

    @cached_property
    def settled(self) -> FromLedger:
        """What the settled forecasts of the store teach."""
        return FromLedger(self.store.resolutions, KeptMarks(self.settings.home))

    def fits(self) -> Fits:
        """Return the cache of fits, of this version of the program's code."""
        return Fits(self.settings.fits, code_version(), self.busy, shipped=shipped)

    def _agent(self, options: AgentOptions, statistics: Predictor, heard: Callable[[Remembered], None]) -> Predictor:
        # Here, since the search index and the agent take time to load, and most forecasts need neither.
        from scorecast.agents.home import AgentHome, LazyIndex
        from scorecast.indexing import open_index

        index = LazyIndex(lambda: open_index(self.settings, self.store, busy=self.busy))
        home, tell = AgentHome.of(self.settings), lambda pause: self.busy(str(pause))
        return home.agent(options, statistics=statistics, index=index, heard=heard, tell=tell)


def forecaster(name: str) -> Predictor:
    """Return the forecaster of this name, calibrated where it calibrates.

    Raises:
        UsageError: no forecaster has this name.
    """
    return predictor(name, calibrator=calibrator())


@contextmanager
def open_workspace(settings: Settings, *, now: dt.datetime, busy: Busy = lambda _sentence: None) -> Iterator[Workspace]:
    """Open the user's store, with this program's edition of the starter corpus in it, and close it afterwards.

    Raises:
        StoreError: the store cannot be opened.
    """
    with Store.open(settings.database_url) as store:
        fingerprint = corpus_fingerprint()
        if store.edition(SERIES) != fingerprint:
            busy("Loading the starter corpus (once)")
            store.add_edition(load_corpus(), series=SERIES, imported_at=now, fingerprint=fingerprint)
        yield Workspace(settings, store, importlib.metadata.version("scorecast"), busy)
