"""The engine: forecasts of a batch are those of single questions; what is settled stays; the rest goes on."""

from __future__ import annotations

import datetime as dt
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest

from agent.access.scripted.replies import fails
from agent.access.scripted.server import ScriptedEndpoint
from records.errors import LeaseLost, UsageError
from records.job import ItemState, JobState
from records.lease import Holder
from records.ledger import Issued
from scorecast.batch import jobs
from scorecast.batch.crew import answer_all
from scorecast.batch.engine import Engine, jobs_folder
from scorecast.batch.options import BatchOptions, LeftOver
from scorecast.batch.output import QUANTILES, disarmed
from scorecast.batch.plan import read_plan, table_of
from scorecast.batch.serving import JobRunner
from scorecast.batch.working import worker_of, working

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
ADDITIVE = BatchOptions(forecaster="additive")
AGENT = BatchOptions(forecaster="additive", agent=True, llm="scripted", think="low")


@pytest.fixture
def job_of(workspace):
    """Begin a job of some rows."""

    def begin(rows, options=ADDITIVE):
        withhold = options.withhold
        plan = read_plan(table_of(rows), workspace.store.catalogue(), name="p", today=NOW.date(), withhold=withhold)
        return jobs.begin(workspace.store, plan, options, now=NOW, user="ada")

    return begin


@pytest.fixture
def engine(workspace) -> Engine:
    return Engine(workspace, lambda: NOW)


@pytest.fixture
def configured(monkeypatch):
    """Point the environment at a scripted endpoint."""

    def point(endpoint: ScriptedEndpoint, **more: str) -> None:
        usual = {"OPENAI_BASE_URL": endpoint.url, "SCORECAST_MODEL": "scripted", "SCORECAST_MAX_RETRIES": "0"}
        for name, value in (usual | more).items():
            monkeypatch.setenv(name, value)

    return point


def states(workspace, job) -> list[ItemState]:
    return [item.state for item in workspace.store.jobs.items(job.id)]


def test_every_forecast_is_the_one_that_a_single_question_gets(workspace, engine, job_of, rows) -> None:
    job = job_of(rows)
    far = engine.work(job)
    assert (far.left, far.forecasts, far.settled) == (0, len(rows), len(rows))
    assert workspace.store.jobs.find(job.id).state is JobState.DONE
    pipeline = workspace.pipeline("additive")
    for outcome in workspace.store.jobs.each_outcome(job.id):
        entry: Issued = workspace.store.ledger.entry(outcome.item.forecast_id)
        alone = pipeline.forecast(outcome.item.question).answer
        assert entry.forecast.distribution.quantiles == pytest.approx(alone.distribution.quantiles)
        assert (entry.forecast.evidence, entry.user) == (alone.evidence, "ada")


def test_the_table_has_every_row_in_order_with_its_own_columns(workspace, engine, job_of, rows) -> None:
    job = job_of([*rows, {"run": "=bad", "model": "nobody", "benchmark": "arena"}])
    engine.work(job)
    frame = jobs.table(workspace.store, job)
    assert frame["run"].tolist() == [*(row["run"] for row in rows), "=bad"]
    assert frame["state"].tolist() == [*["done"] * len(rows), "refused"]
    told = frame.iloc[0]
    assert told["low90"] == told["q05"] <= told["median"] == told["q50"] <= told["high90"] == told["q95"]
    assert frame.loc[len(rows), list(QUANTILES)].isna().all()
    assert [disarmed(text) for text in ("=1", "+x", "-5", "-5e3", "@a", "plain", "\tx")] == [
        *("'=1", "'+x", "-5", "-5e3", "'@a", "plain", "'\tx"),
    ]


def test_dates_are_kept_apart(workspace, engine, job_of) -> None:
    row = {"model": "deepseek-r1", "benchmark": "aime_2024"}
    job = job_of([row | {"as_of": day} for day in ("2025-06-01", "2025-02-15", "2025-04-01", "1999-01-01")])
    engine.work(job)
    found = [one.stated for one in workspace.store.jobs.each_outcome(job.id)]
    assert [one and one.evidence_level.cell_reports for one in found] == [2, 0, 1, None]
    assert states(workspace, job)[3] in {ItemState.FAILED, ItemState.ABSTAINED}


def test_withheld_scores_are_not_seen_by_any_row_of_the_plan(workspace, engine, job_of, rows) -> None:
    job = job_of(rows, BatchOptions(forecaster="additive", withhold=True))
    engine.work(job)
    told = [one.stated for one in workspace.store.jobs.each_outcome(job.id)]
    assert {one.evidence_level.cell_reports for one in told} == {0}
    assert {one.evidence_level.benchmark_scores for one in told} == {0}


def test_a_job_that_was_stopped_goes_on_and_changes_nothing_that_is_settled(workspace, job_of, rows) -> None:
    job = job_of(rows)
    stopped = Engine(workspace, lambda: NOW, stopped=lambda: True).work(job)
    assert 0 < stopped.left < len(rows)
    before = {i.number: i.forecast_id for i in workspace.store.jobs.items(job.id, states=[ItemState.DONE])}
    later = NOW + dt.timedelta(days=30)
    assert Engine(workspace, lambda: later).work(job).left == 0
    after = {i.number: i.forecast_id for i in workspace.store.jobs.items(job.id)}
    assert {number: after[number] for number in before} == before
    assert len(set(after.values())) == len(rows)


def test_a_job_that_is_cancelled_stops_and_a_retry_opens_it_again(workspace, engine, job_of, rows) -> None:
    job = job_of(rows)
    jobs.cancel(workspace.store, job, now=NOW)
    far = engine.work(job)
    assert workspace.store.jobs.find(job.id).state in {JobState.CANCELLED, JobState.DONE}
    assert jobs.again(workspace, job, ADDITIVE, now=NOW) == far.left
    assert engine.work(job).left == 0


def test_two_processes_do_not_work_on_one_job(workspace, engine, job_of, rows) -> None:
    job = job_of(rows)
    with working(workspace.store, engine.folder, job.id) as hold:
        assert worker_of(workspace.store, engine.folder, job.id).holder == hold.holder
        with pytest.raises(UsageError, match="another process"):
            engine.work(job)
    assert worker_of(workspace.store, engine.folder, job.id) is None
    assert engine.work(job).left == 0


def test_the_agent_looks_into_every_item_and_a_second_job_costs_nothing(
    workspace, engine, job_of, rows, answers, configured
) -> None:
    with ScriptedEndpoint(answers) as endpoint:
        configured(endpoint)
        first = engine.work(job_of(rows, AGENT))
        asked = len(endpoint.asked)
        second_job = job_of(rows, AGENT)
        second = engine.work(second_job)
    assert (first.spent.calls, first.spent.cached) == (asked, 0) == (3 * len(rows), 0)
    assert (second.spent.calls, second.spent.cached, len(endpoint.asked)) == (0, asked, asked)
    told = workspace.store.jobs.items(second_job.id)
    assert {item.cost.calls for item in told} == {3}
    assert {one.stated.method for one in workspace.store.jobs.each_outcome(second_job.id)} == {"agent"}


@pytest.mark.parametrize(
    ("left_over", "state"), [(LeftOver.STATISTICS, ItemState.FELL_BACK), (LeftOver.NOT_DONE, ItemState.NOT_DONE)]
)
def test_a_limit_in_tokens_holds_and_what_is_left_over_is_as_the_user_chose(
    workspace, engine, job_of, rows, answers, configured, left_over, state
) -> None:
    limit = 120_000
    job = job_of(rows, AGENT.model_copy(update={"max_tokens": limit, "left_over": left_over}))
    with ScriptedEndpoint(answers) as endpoint:
        configured(endpoint)
        far = engine.work(job)
        assert far.spent.tokens <= limit
        assert 0 < far.tally[state] < len(rows)
        assert any("budget of this batch" in reason for reason in far.reasons)
        asked = len(endpoint.asked)
        jobs.again(workspace, job, AGENT, now=NOW)
        rest = engine.work(workspace.store.jobs.find(job.id))
    assert rest.tally == {ItemState.DONE: len(rows)}
    assert len(endpoint.asked) == 3 * len(rows) > asked


def test_what_earlier_runs_spent_counts_against_the_limit(workspace, job_of, rows, answers, configured) -> None:
    limit = 120_000
    job = job_of(rows, AGENT.model_copy(update={"max_tokens": limit, "left_over": LeftOver.NOT_DONE}))
    with ScriptedEndpoint(answers) as endpoint:
        configured(endpoint)
        stopped = Engine(workspace, lambda: NOW, stopped=lambda: True).work(job)
        far = Engine(workspace, lambda: NOW).work(workspace.store.jobs.find(job.id))
    assert stopped.spent.calls > 0
    assert far.spent.calls >= stopped.spent.calls
    assert far.spent.counted.tokens <= limit


def test_an_endpoint_that_is_down_leaves_statistics_and_a_retry_asks_it_again(
    workspace, engine, job_of, rows, answers, configured
) -> None:
    job = job_of(rows, AGENT)
    with ScriptedEndpoint(lambda _asked: fails(500)) as broken:
        configured(broken)
        far = engine.work(job)
    assert far.tally[ItemState.FELL_BACK] == len(rows)
    assert any("HTTP 500" in reason for reason in far.reasons)
    with ScriptedEndpoint(answers) as endpoint:
        configured(endpoint)
        jobs.again(workspace, job, AGENT, now=NOW)
        assert engine.work(workspace.store.jobs.find(job.id)).tally == {ItemState.DONE: len(rows)}


def test_a_job_is_not_finished_by_another_language_model(engine, job_of, rows, answers, configured) -> None:
    job = job_of(rows, AGENT)
    with ScriptedEndpoint(answers) as endpoint:
        configured(endpoint, SCORECAST_MODEL="another")
        with pytest.raises(UsageError, match="begun with scripted"):
            engine.work(job)
        assert endpoint.asked == []


def test_the_time_of_a_run_is_limited(workspace, job_of, rows) -> None:
    job = job_of(rows, ADDITIVE.model_copy(update={"max_minutes": 1e-9}))
    far = Engine(workspace, lambda: NOW).work(job)
    assert far.tally == {ItemState.NOT_DONE: len(rows)}
    assert far.lacking == len(rows)


def test_progress_is_told_after_each_transaction(workspace, job_of, rows) -> None:
    told = []
    replace(Engine(workspace, lambda: NOW), tell=told.append).work(job_of(rows))
    assert told[-1].left == 0
    assert told[-1].rate > 0
    assert told[-1].as_json()["states"] == {"done": len(rows)}


def test_a_job_that_was_taken_away_meanwhile_is_settled_by_its_new_worker_only(workspace, job_of, rows) -> None:
    job, leases = job_of(rows), workspace.store.leases
    other = Holder(run="f" * 16, host="elsewhere", process=1, place="e" * 16)

    settled = threading.Event()

    def sleep_too_long(_far) -> None:
        leases.give_back(job.id, leases.of([job.id])[job.id].holder.run)
        leases.take(job.id, other, seconds=600.0)
        settled.set()

    with pytest.raises(LeaseLost, match="process 1 on elsewhere goes on with it"):
        Engine(replace(workspace), lambda: NOW, sleep_too_long, crew=partial(in_two_waves, settled)).work(job)
    left = workspace.store.jobs.tally(job.id)
    assert 0 < left[ItemState.OPEN] < len(rows)
    with pytest.raises(UsageError, match=r"process 1 on elsewhere .* its lease ends in \d+ s"):
        Engine(workspace, lambda: NOW).work(job)
    leases.give_back(job.id, other.run)
    assert Engine(workspace, lambda: NOW).work(job).left == 0


@contextmanager
def in_two_waves(settled, _pipeline):
    """A crew that waits, in the middle, until what it answered is settled."""

    class Slow:
        def answer(self, ground, waves, tell) -> None:
            for items in waves:
                answer_all(ground, items[:3], tell)
                assert settled.wait(120.0)
                answer_all(ground, items[3:], tell)

    yield Slow()


def test_a_service_goes_on_with_a_job_that_another_left(workspace, job_of, rows) -> None:
    job = job_of(rows, BatchOptions(forecaster="additive", served=True))
    with working(workspace.store, jobs_folder(workspace), job.id):
        runner = JobRunner(workspace, clock=lambda: NOW, every=0.05)
        runner.add(job)
        time.sleep(0.5)
        assert workspace.store.jobs.tally(job.id) == {ItemState.OPEN: len(rows)}
    try:
        last = time.monotonic() + 120.0
        while workspace.store.jobs.find(job.id).state is JobState.OPEN and time.monotonic() < last:
            time.sleep(0.05)
    finally:
        runner.close()
    assert workspace.store.jobs.find(job.id).state is JobState.DONE
