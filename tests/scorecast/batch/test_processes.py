"""Batches on several processes: the same forecasts as one, whatever dies on the way, and nobody stays behind."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from records.errors import UsageError
from records.job import ItemState
from records.ledger import Issued, Told
from scorecast.batch import jobs
from scorecast.batch.crew import alone
from scorecast.batch.engine import Engine
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import read_plan, table_of
from scorecast.batch.processes.crew import on_machine
from scorecast.batch.processes.sizing import MOST, SMALL, usual
from scorecast.cli.batch_run import check_workers
from scorecast.cli.cluster_options import Engine as Which
from scorecast.cli.cluster_options import cluster_of

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
CHUNK = 20
WAITS = """
import pathlib, threading, time
from scorecast.batch.processes.carriage import Pipes
pipes = Pipes(threading.Event)  # a worker that waits for what never happens
place = pipes.hire()
def asked(method):
    ref = pipes.ask(place, method)
    return pipes.take(pipes.arrived([ref], timeout=60)[0])
asked("is_set")
worker = place.taken.process
print("ready", worker.pid, flush=True)
while not pathlib.Path("go-on").exists():
    time.sleep(0.01)
print("still there", asked("is_set"), flush=True)
pipes.ask(place, "wait")
print("waits", flush=True)
pipes.arrived([pipes.ask(place, "is_set")], timeout=600)
"""

pytestmark = [pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def server(start) -> None:
    """The process that programs of tests are forked off is begun by them, with what they need."""
    assert start("pass").wait() == 0


@pytest.fixture
def begun(workspace, tmp_path, rows):
    """Begin a job of several chunks on each of two dates."""

    def begin(name: str):
        table = [row | {"run": n, "as_of": f"2025-0{5 + n % 2}-01"} for n in range(6) for row in rows]
        plan = read_plan(table_of(table), workspace.store.catalogue(), name="p", today=NOW.date())
        options = BatchOptions(forecaster="additive", output=str(tmp_path / name))
        return jobs.begin(workspace.store, plan, options, now=NOW), options

    return begin


def statistics() -> list[multiprocessing.process.BaseProcess]:
    """The workers of this process that are alive."""
    return [one for one in multiprocessing.active_children() if one.name == "statistics"]


def test_workers_write_the_same_bytes_as_one_process_also_where_all_are_killed_on_the_way(
    workspace, tmp_path, begun
) -> None:
    heard: list[str] = []
    killed: list[int] = []

    def kill_all_once() -> bool:  # asked with the first answer: others are on their way then
        if not killed and statistics():
            for worker in statistics():
                killed.append(worker.pid)
                worker.kill()
        return False

    crew = on_machine(2, busy=heard.append, few=CHUNK - 1)
    for name, how in (("alone.jsonl", alone), ("together.jsonl", crew)):
        job, options = begun(name)
        engine = Engine(workspace, lambda: NOW, crew=how, chunk=CHUNK, stopped=kill_all_once)
        assert engine.work(job).left == 0
        jobs.Files.of(options).write(workspace.store, job)
    assert len(killed) == 2
    assert any("is gone" in one for one in heard)
    assert (tmp_path / "alone.jsonl").read_bytes() == (tmp_path / "together.jsonl").read_bytes()
    assert statistics() == []


def test_interrupting_lets_workers_go_and_keeps_what_was_answered(workspace, begun) -> None:
    used: list[object] = []

    def interrupt() -> bool:
        if statistics():
            raise KeyboardInterrupt
        return False

    job, _ = begun("interrupted.jsonl")
    crew = on_machine(2, busy=lambda _told: None, ended=used.extend, few=CHUNK - 1)
    with pytest.raises(KeyboardInterrupt):
        Engine(workspace, lambda: NOW, crew=crew, chunk=CHUNK, stopped=interrupt).work(job)
    assert statistics() == []
    assert len(used) == 2
    assert 0 < workspace.store.jobs.tally(job.id)[ItemState.OPEN] < job.size
    assert Engine(workspace, lambda: NOW).work(job).left == 0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc, which Linux has")
def test_a_worker_heeds_no_interruption_and_leaves_with_whoever_asked_it(start, tmp_path) -> None:
    program = start(WAITS, folder=tmp_path)
    program.wait_for("ready")
    pid = int(program.out.read_text().split()[1])
    os.kill(pid, signal.SIGINT)
    (tmp_path / "go-on").touch()
    program.wait_for("waits")
    assert "still there False" in program.out.read_text()
    assert alive(pid)
    program.kill()
    while alive(pid):  # until the test's time is up
        time.sleep(0.01)
    assert program.err.read_text() == ""


def test_small_plans_take_one_process_and_large_ones_no_more_than_are_kept_busy() -> None:
    assert usual(SMALL - 1) == 1
    assert on_machine(1, busy=print) is alone  # which also gathers batches of the provider
    assert 1 <= usual(SMALL) <= usual(100_000) <= MOST
    with pytest.raises(UsageError, match="leave it out"):
        check_workers(2, agent=True)
    with pytest.raises(UsageError, match="--ray-workers"):
        cluster_of(Which.RAY, "", None, 2)


def test_what_a_worker_tells_makes_the_same_entry(workspace, rows, make_question) -> None:
    question = make_question()
    answer = workspace.pipeline("climatology").forecast(question).answer
    made = Told.of(answer).entry(issued_at=NOW, user="ada")
    assert made == Issued.of(answer, issued_at=NOW, user="ada").entry
