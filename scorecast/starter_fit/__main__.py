"""``python -m scorecast.starter_fit`` (``make fit``): rehearse on the starter corpus, and keep what that taught."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

from predictors.registry import DEFAULT
from records.batch import Batch
from records.corpus.load import SERIES, corpus_fingerprint, load_corpus
from records.history import History
from records.stages import Predictor, Refitting
from records.store import Store
from scorecast.code_version import code_version
from scorecast.starter_fit.shipped import StarterFile
from scorecast.workspace import forecaster


def main() -> int:
    """Learn the starter fit anew and say where it is."""
    with tempfile.TemporaryDirectory() as folder:
        history = whole_history(load_corpus(), Path(folder))
    path = learned(forecaster(DEFAULT), history, version=code_version(), corpus=corpus_fingerprint()).write()
    sys.stdout.write(f"{path}: learned from {len(history):,} records, {path.stat().st_size / 1e3:.0f} kB\n")
    return 0


def whole_history(batch: Batch, folder: Path) -> History:
    """Return the history that shows all records of a batch, by way of a store as any other."""
    last = max(record.published for record in batch.records)
    with Store.open(f"sqlite:///{folder / 'corpus.sqlite'}") as store:
        now = dt.datetime.now(dt.UTC)
        store.add_edition(batch, series=SERIES, imported_at=now, fingerprint=corpus_fingerprint())
        return store.history(as_of=last)


def learned(predictor: Predictor, history: History, *, version: str, corpus: str) -> StarterFile:
    """Fit a predictor and keep what a later fit takes over."""
    if not isinstance(predictor, Refitting):
        raise TypeError(f"{predictor.name} takes nothing over from an earlier fit: there is nothing to ship")
    taken_over = predictor.taken_over(predictor.fit(history).state())
    state = {name: tuple(array.tolist()) for name, array in sorted(taken_over.items())}
    return StarterFile(predictor=predictor.name, version=version, corpus=corpus, records=len(history), state=state)


if __name__ == "__main__":
    sys.exit(main())
