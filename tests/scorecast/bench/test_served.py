"""Served runs: who works on one, which of two ends counts, and how long the rest will take."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest

from records.errors import UsageError
from scorecast.bench.asked import BenchRunAsked
from scorecast.bench.served.counting import Counting
from scorecast.bench.served.folder import BenchRuns, Ended, KeyReused, RunState, Stage, id_for
from scorecast.bench.served.locks import held, is_held
from scorecast.bench.served.runner import BenchRunner
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
ASKED = BenchRunAsked(suite="cells", forecasters=("climatology",))


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'store.db'}")


def test_a_run_waits_while_another_process_has_the_place(settings) -> None:
    run = BenchRuns.of(settings).begin(ASKED, now=NOW)
    with held(run.folder.parent / "place-0.lock") as place:
        assert place is not None
        runner = BenchRunner(settings, clock=lambda: NOW, at_once=1)
        time.sleep(0.3)
        assert (run.state, run.log.exists()) == (RunState.WAITING, False)
        runner.close()


def test_a_run_that_somebody_works_on_is_left_to_them_and_told_as_running(settings) -> None:
    run = BenchRuns.of(settings).begin(ASKED, now=NOW)
    with held(run.lock) as first, held(run.lock) as second:
        assert first is not None
        assert second is None
        assert run.state is RunState.RUNNING
        runner = BenchRunner(settings, clock=lambda: NOW, at_once=1)
        time.sleep(0.3)
        runner.close()
        assert not run.log.exists()
    assert not is_held(run.lock)
    assert run.state is RunState.WAITING


def test_of_two_ends_the_first_one_counts(settings) -> None:
    runs = BenchRuns.of(settings)
    run = runs.begin(ASKED, now=NOW)
    assert [one.id for one in runs.open()] == [run.id]
    assert run.end(Ended(state=RunState.CANCELLED, at=NOW))
    assert not run.end(Ended(state=RunState.DONE, at=NOW))
    assert BenchRuns.of(settings).find(run.id).state is RunState.CANCELLED
    assert list(runs.open()) == []


def test_an_idempotency_key_names_one_run_of_its_owner(settings) -> None:
    runs, mine, theirs = BenchRuns.of(settings), id_for("ada", "k"), id_for("bob", "k")
    first = runs.begin(ASKED, now=NOW, run_id=mine)
    assert BenchRuns.of(settings).begin(ASKED, now=NOW + dt.timedelta(1), run_id=mine).begun == first.begun
    assert runs.begin(ASKED, now=NOW, run_id=theirs).id != first.id
    with pytest.raises(KeyReused):
        runs.begin(ASKED.model_copy(update={"seed": 1}), now=NOW, run_id=mine)


def test_what_is_no_run_is_passed_over(settings) -> None:
    runs = BenchRuns.of(settings)
    run = runs.begin(ASKED, now=NOW)
    (runs.home / "000").mkdir()
    (runs.home / "000" / "asked.json").write_text("{}")
    (runs.home / "aaaaaaaaaaaa").symlink_to(run.folder)
    assert [one.id for one in BenchRuns.of(settings).all()] == [run.id]
    for wrong in ("000", "aaaaaaaaaaaa", "../bench-runs", "ffffffffffff"):
        with pytest.raises(UsageError, match="no benchmark run"):
            runs.find(wrong)


def test_the_rest_is_reckoned_at_each_forecasters_own_pace() -> None:
    folds = [SimpleNamespace(name=name, questions=range(10)) for name in ("one", "two")]
    contestants = [SimpleNamespace(name=name) for name in ("quick", "slow", "new")]
    entries = tuple(SimpleNamespace(contestant=one) for one in contestants)
    tasks = [SimpleNamespace(entries=entries, sheet=SimpleNamespace(questions=fold.questions)) for fold in folds]

    class Suite(SimpleNamespace):
        def __len__(self) -> int:
            return 20

    backtest = SimpleNamespace(
        contestants=contestants, suite=Suite(folds=folds), entries=list, unanswered=lambda _entries: tasks
    )
    told, moments = [], iter([0.0, 0.0, 1.0, 1.0, 5.0, 5.0, 6.0])
    counting = Counting(backtest, told.append, spent=100.0, clock=lambda: next(moments))
    assert told[-1].seconds_left is None
    counting.step("one, quick", 1, 6)
    counting.step("one, slow", 2, 6)
    counting.step("starting", 2, 6)
    counting.tell(Stage.ANSWERING)
    assert [(part.forecaster, part.answered) for part in told[-1].parts] == [("quick", 10), ("slow", 10), ("new", 0)]
    assert told[-1].seconds == 106.0
    assert told[-1].seconds_left == 1.0 + 4.0 + 20 * 0.25 - 1.0, (
        "the new one is taken to be as quick as the others together"
    )
