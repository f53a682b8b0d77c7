"""Records that a user imports settle the forecasts that waited for them, without being asked to."""

from __future__ import annotations

import datetime as dt

from predictors.registry import predictor
from records.corpus.load import SERIES, corpus_fingerprint
from records.question import Question
from records.store import Store

LAST_YEAR = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


def test_an_import_settles_the_forecasts_that_waited_for_its_records(run, batch, tmp_path, monkeypatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("SCORECAST_HOME", str(home))
    with Store.open(f"sqlite:///{home / 'scorecast.db'}") as store:
        store.add_edition(batch, series=SERIES, imported_at=LAST_YEAR, fingerprint=corpus_fingerprint())
        history = store.history(as_of=LAST_YEAR.date())
        model, benchmark = next(
            (model, benchmark)
            for model in history.models.values()
            for benchmark in history.benchmarks.values()
            if benchmark.metric.bounded and not history.shows(model, benchmark)
        )
        asked = Question(model=model, benchmark=benchmark, as_of=LAST_YEAR.date())
        [issued] = store.ledger.issue(
            predictor("additive").fit(history).forecast([asked]), issued_at=LAST_YEAR, user="somebody"
        )
    table, mapping = tmp_path / "scores.csv", tmp_path / "mapping.yaml"
    table.write_text(f"model,{benchmark.id}\n{model.id},41.5\n", encoding="utf-8")
    mapping.write_text(run("records", "import", str(table))[1], encoding="utf-8")
    code, _, err = run("records", "import", str(table), "--mapping", str(mapping), "--published", "2025-07-01")
    assert code == 0, err
    assert "settled by now: 1." in err
    with Store.open(f"sqlite:///{home / 'scorecast.db'}") as store:
        [settled] = store.ledger.settled()
    assert (settled.issued, settled.resolution.value, settled.foresight) == (issued, 41.5, True)
