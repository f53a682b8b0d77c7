"""Runs are durable: killed, damaged, shared or finished, the figures are those of a run that nothing happened to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest

from eval.contestants import Function, PredictorUnderTest
from eval.runs import Provenance, Runs
from eval.runs.provenance import revision
from eval.suites import save
from predictors.registry import predictor
from records.errors import StoreError, UsageError
from records.store import Store

HELD = """
import time
from pathlib import Path

go = Path(__file__).with_name("go")
asked = 0

def answer(questions, history):
    global asked
    asked += 1
    while asked > 14 and not go.exists():
        time.sleep(0.01)
    known = history.records["value"].mean()
    return [{0.1: known - 10.0, 0.5: known, 0.9: known + 10.0 + len(q.benchmark.id)} for q in questions]
"""

SCRIPT = """
import datetime as dt, sys
from functools import partial
from pathlib import Path
from eval.backtest import Backtest
from eval.contestants import Function
from eval.runs import Provenance, Runs
from eval.suites import load
from records.store import Store

folder, url, corpus, jobs = sys.argv[1:]
if __name__ == "__main__":
    Backtest(
        load(Path(folder) / "suite.json"), (Function("held:answer", folder, 2),), Runs(Path(folder) / "runs"),
        partial(Store.open, url), Provenance.here(corpus=corpus), lambda: dt.datetime.now(dt.UTC),
    ).run(jobs=int(jobs))
"""


def same(first, second) -> None:
    pd.testing.assert_frame_equal(first.judged.table, second.judged.table)
    np.testing.assert_array_equal(first.judged.quantiles, second.judged.quantiles)


def begun(start, made, suite, url, folder, jobs=1, *, before=""):
    """Begin a process that does the same as ``made.run``."""
    save(suite, folder / "suite.json")
    return start(f"{before}\n{SCRIPT}", str(folder), url, made.provenance.corpus, str(jobs))


@pytest.fixture
def held(tmp_path):
    """A contestant that answers 27 questions in each process, and no more before ``go`` is called."""
    (tmp_path / "held.py").write_text(HELD)
    return Function("held:answer", str(tmp_path), 2)


@pytest.fixture
def go(tmp_path):
    return (tmp_path / "go").touch


@pytest.fixture
def url(store):
    return store._engine.url.render_as_string(hide_password=False)


def test_a_run_that_was_killed_goes_on_where_it_stopped_with_the_same_figures(
    start, backtest, suite, held, go, url, tmp_path
) -> None:
    made = backtest(held)
    process = begun(start, made, suite, url, tmp_path)
    pieces = made.entries()[0].run.folder / "pieces"
    until(lambda: len(list(pieces.glob("*.piece"))) >= 12)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    go()
    kept = {path.name: path.stat().st_mtime_ns for path in pieces.glob("*.piece")}
    assert 12 <= len(kept) < 54

    [resumed] = made.run()
    assert all((pieces / name).stat().st_mtime_ns == when for name, when in kept.items())
    assert [session.finished is None for session in resumed.provenance.sessions] == [True, False]
    [untouched] = dataclasses.replace(made, runs=Runs(tmp_path / "other")).run()
    same(resumed, untouched)


def test_workers_leave_with_a_parent_that_was_killed(start, backtest, suite, held, url, tmp_path) -> None:
    made = backtest(held)
    process = begun(start, made, suite, url, tmp_path, jobs=2, before="import os; os.setsid()")
    pieces = made.entries()[0].run.folder / "pieces"
    until(lambda: len(list(pieces.glob("*.piece"))) >= 4)
    assert group_lives(process.pid)
    process.kill()
    process.wait()
    until(lambda: not group_lives(process.pid))
    assert len(list(pieces.glob("*.piece"))) < 54


def until(holds: Callable[[], bool]) -> None:
    last = time.monotonic() + 120.0
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.01)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_finished_run_is_not_fitted_again(backtest, scripted) -> None:
    counted = scripted("counted")
    made = backtest(counted)
    [first] = made.run()
    [second] = made.run()
    assert len(counted.seen) == 3
    same(first, second)
    assert second.provenance == first.provenance


def test_fresh_answers_anew(backtest, scripted) -> None:
    counted = scripted("counted")
    backtest(counted).run()
    backtest(counted).run(fresh=True)
    assert len(counted.seen) == 6


@pytest.mark.parametrize("change", [{"version": "2"}, {"name": "other"}, {"batch": 5}])
def test_whatever_may_change_the_answers_makes_another_run(backtest, scripted, change) -> None:
    first, second = scripted("one"), dataclasses.replace(scripted("one"), **change)
    assert backtest(first).entries()[0].run.id != backtest(second).entries()[0].run.id


def test_other_records_make_another_run(backtest, scripted) -> None:
    made = backtest(scripted("one"))
    other = dataclasses.replace(made, provenance=Provenance.here(corpus="other"))
    assert made.entries()[0].run.id != other.entries()[0].run.id


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:200] + bytes([data[200] ^ 128]) + data[201:],
        lambda data: b"nonsense" * 100,
    ],
    ids=["empty", "cut off", "last bit", "one bit", "nonsense"],
)
def test_a_damaged_piece_is_made_again_and_the_others_are_kept(backtest, scripted, damage) -> None:
    counted = scripted("counted")
    made = backtest(counted)
    [before] = made.run()
    path = before.run.folder / "pieces" / "0001-000000.piece"
    path.write_bytes(damage(path.read_bytes()))
    [after] = made.run()
    assert len(counted.seen) == 4
    same(before, after)


def test_a_piece_of_a_larger_fold_does_not_pass_for_another(backtest, scripted) -> None:
    made = backtest(scripted("one"))
    [done] = made.run()
    pieces = done.run.folder / "pieces"
    small = dataclasses.replace(scripted("one"), batch=5)
    [five] = backtest(small).run()
    (pieces / "0000-000000.piece").write_bytes((five.run.folder / "pieces" / "0000-000000.piece").read_bytes())
    [mended] = made.run()
    same(done, mended)


def test_a_slow_forecaster_is_saved_question_by_question_with_one_fit_a_fold(backtest, scripted, suite) -> None:
    slow = dataclasses.replace(scripted("slow"), batch=1)
    [done] = backtest(slow).run()
    assert len(list((done.run.folder / "pieces").iterdir())) == len(suite)
    assert len(slow.seen) == 3


def test_the_figures_are_the_same_for_any_number_of_processes(backtest, url, tmp_path) -> None:
    made = backtest(*(PredictorUnderTest(predictor(name), "1") for name in ("climatology", "additive")))
    alone = made.run()
    apart = dataclasses.replace(made, runs=Runs(tmp_path / "apart"), open_source=partial(Store.open, url))
    for one, other in zip(alone, apart.run(jobs=2), strict=True):
        same(one, other)


def test_two_processes_on_one_run_do_no_harm(start, suite, held, go, backtest, url, tmp_path) -> None:
    made = backtest(held)
    both = [begun(start, made, suite, url, tmp_path) for _ in range(2)]
    go()
    assert [process.wait() for process in both] == [0, 0]
    [shared] = made.run()
    [alone] = dataclasses.replace(made, runs=Runs(tmp_path / "alone")).run()
    same(shared, alone)
    assert not list((tmp_path / "runs").rglob("*.partial"))


def test_an_interrupted_run_keeps_what_was_answered(backtest, scripted) -> None:
    counted = scripted("counted")
    made = backtest(counted)

    def interrupt(_what, done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.run(progress=interrupt)
    made.run()
    assert len(counted.seen) == 3


def test_a_file_where_the_folder_should_be_is_named(backtest, scripted, tmp_path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be saved"):
        dataclasses.replace(backtest(scripted("one")), runs=Runs(tmp_path / "file")).run()


def test_a_run_is_found_by_the_beginning_of_its_id(backtest, scripted, tmp_path) -> None:
    [done] = backtest(scripted("one")).run()
    runs = Runs(tmp_path / "runs")
    assert runs.find(done.run.id[:6]).key == done.run.key
    with pytest.raises(UsageError, match="No run"):
        runs.find("zzz")


def test_the_revision_is_read_from_the_files_of_a_checkout(tmp_path) -> None:
    assert revision(tmp_path) == ""
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert revision(tmp_path) == ""
    (tmp_path / ".git" / "packed-refs").write_text("# pack-refs\nabc123 refs/heads/main\n")
    assert revision(tmp_path) == "abc123"
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text("def456\n")
    assert revision(tmp_path) == "def456"


def test_times_of_work_are_told_by_the_clock_that_was_handed_in(backtest, scripted) -> None:
    [done] = backtest(scripted("one")).run()
    [session] = done.provenance.sessions
    assert session.started == session.finished == dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
