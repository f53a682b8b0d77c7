"""Batches on a Ray cluster: the same forecasts as alone, whatever dies on the way, and no call made twice."""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.access.scripted.server import ScriptedEndpoint
from records.errors import UsageError
from scorecast.batch import jobs
from scorecast.batch.cluster.calling import Exchange, terms_of
from scorecast.batch.cluster.connecting import Cluster, at_home, connected
from scorecast.batch.cluster.crew import on_cluster
from scorecast.batch.cluster.shipping import shipped_agent
from scorecast.batch.cluster.workers import keep
from scorecast.batch.crew import Ground, alone
from scorecast.batch.engine import Engine
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import plan_file as file_rows
from scorecast.batch.plan import read_plan, table_of
from scorecast.batch.sent.errors import WorkersFailed
from scorecast.cli.cluster_options import Engine as Which
from scorecast.cli.cluster_options import cluster_of

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
STATISTICS = BatchOptions(forecaster="additive")
AGENT = BatchOptions(forecaster="additive", agent=True, llm="scripted", think="low")
MEMORY = 80_000_000
"""Bytes of shared memory of each machine."""

pytestmark = [pytest.mark.xdist_group("ray")]


@dataclass
class Machines:
    """A cluster of two machines with one processor each: one to which all are connected, and one that may die."""

    cluster: object
    nodes: list[object]
    environment: dict[str, str]

    @property
    def address(self) -> str:
        return self.cluster.address

    def begin_one(self) -> None:
        self.nodes.append(_node(self.cluster))

    def kill_one(self) -> None:
        self.cluster.remove_node(self.nodes.pop(), allow_graceful=False)


def _node(cluster):
    return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (environment := at_home()).items():
            patch.setenv(name, value)
        pytest.importorskip("ray", reason="the package ray is not installed: batches are tested on this process only")
        from ray.cluster_utils import Cluster as RayCluster

        head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": MEMORY}
        cluster = RayCluster(initialize_head=True, head_node_args=head)
        try:
            yield Machines(cluster, [_node(cluster)], environment)
        finally:
            cluster.shutdown()


@pytest.fixture
def both(workspace, tmp_path, machines):
    """Work on the same rows alone and on the cluster; returns both outputs, and what the second was told."""

    def work(rows, options=STATISTICS, *, meanwhile=lambda: None, between=lambda: None, busy=lambda _told: None):
        heard: list[str] = []

        def hear(sentence: str) -> None:
            heard.append(sentence)
            busy(sentence)

        crew = on_cluster(Cluster(machines.address, 2), workspace.settings, busy=hear)
        begun = threading.Event()

        def tell(_far) -> None:
            if not begun.is_set():
                begun.set()
                meanwhile()

        outputs = []
        for number, how in enumerate((alone, crew)):
            path = tmp_path / f"{number}.jsonl"
            asked = options.model_copy(update={"output": str(path)})
            plan = read_plan(table_of(rows), workspace.store.catalogue(), name="p", today=NOW.date())
            job = jobs.begin(workspace.store, plan, asked, now=NOW)
            assert Engine(workspace, lambda: NOW, tell if number else lambda _far: None, crew=how).work(job).left == 0
            jobs.Files.of(asked).write(workspace.store, job)
            outputs.append(path)
            between()
            between = lambda: None  # noqa: E731
        return *outputs, heard

    return work


def many(rows, times: int):
    """The rows on two dates, so often that they make several chunks."""
    return [row | {"run": n, "as_of": f"2025-0{5 + n % 2}-01"} for n in range(times) for row in rows]


def told(path: Path) -> list[dict[str, object]]:
    """What a table says, but for the ids of forecasts, which depend on the seconds that they took."""
    return [{k: v for k, v in json.loads(line).items() if k != "forecast_id"} for line in path.read_text().splitlines()]


def test_two_workers_write_the_same_bytes_as_one_process_also_where_one_dies(both, rows, machines) -> None:
    here, there, heard = both(many(rows, 40), meanwhile=machines.kill_one)
    machines.begin_one()
    assert here.read_bytes() == there.read_bytes()
    assert any("Connecting to the Ray cluster" in one for one in heard)


def test_conversations_go_on_elsewhere_and_nothing_is_asked_twice_or_beyond_the_limit(
    workspace, tmp_path, both, rows, machines, answers, monkeypatch
) -> None:
    under_way: list[int] = []
    killers: list[threading.Thread] = []
    needed = 3 * len(rows)  # a probe, a look-up, an answer
    noticed = threading.Event()

    def hear(sentence: str) -> None:
        if "is gone" in sentence:
            noticed.set()

    def answer(asked):
        under_way.append(len(endpoint.asked) - len(endpoint.told))
        if len(under_way) == needed + needed // 2 + 6:  # more than the share of whoever came first: both are at work
            killers.append(threading.Thread(target=machines.kill_one))
            killers[0].start()
        if killers and not noticed.wait(60.0):  # answered at once, all could be done before the cluster notices
            noticed.set()
        return answers(asked)

    with ScriptedEndpoint(answer, seconds=0.05) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("SCORECAST_MODEL", "scripted")
        monkeypatch.setenv("SCORECAST_MAX_IN_FLIGHT", "3")
        here, there, heard = both(rows, AGENT, between=(workspace.settings.home / "replies.db").unlink, busy=hear)
        asked = [json.dumps(one.body, sort_keys=True) for one in endpoint.asked]
    killers[0].join()
    machines.begin_one()
    assert told(here) == told(there)
    assert any("is gone" in one for one in heard)
    assert sorted(asked[:needed]) == sorted(asked[needed:])
    assert len(set(asked)) == needed
    assert max(under_way) == 3


def test_what_a_killed_driver_left_is_gone_on_with_and_nothing_that_was_answered_is_asked_again(
    workspace, tmp_path, begin, command, rows, answers, held_replies, machines, monkeypatch
) -> None:
    plan, out, again = (tmp_path / name for name in ("plan.jsonl", "killed.jsonl", "again.jsonl"))
    plan.write_text("\n".join(json.dumps(row | {"as_of": "2025-06-01"}) for row in rows[:9]))
    needed = 3 * 9
    arguments = ("batch", str(plan), "--agent", "--think", "low", "--forecaster", "additive", "--quiet")
    with ScriptedEndpoint(held := held_replies(answers, more=needed // 2)) as endpoint:
        there = ("-o", str(out), "--engine", "ray", "--address", machines.address, "--ray-workers", "2")
        process = begin(*arguments, *there, endpoint=endpoint.url, **machines.environment)
        while len(endpoint.told) < needed // 2 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        _, err = process.communicate()
        held.more = 2 * needed
        assert not out.exists(), err
        code, _, err = command(*arguments, "-o", str(out), "--resume", endpoint=endpoint.url)
        assert code == 0, err
        asked = [json.dumps(one.body, sort_keys=True) for one in endpoint.asked]
        for name, value in {"OPENAI_BASE_URL": endpoint.url, "SCORECAST_MODEL": "scripted"}.items():
            monkeypatch.setenv(name, value)
        plan_read = read_plan(file_rows(plan), workspace.store.catalogue(), name="p", today=NOW.date())
        job = jobs.begin(workspace.store, plan_read, AGENT.model_copy(update={"output": str(again)}), now=NOW)
        assert Engine(workspace, lambda: NOW).work(job).spent.calls == 0
        jobs.Files(again).write(workspace.store, job)
        assert len(endpoint.asked) == len(asked)
    assert told(out) == told(again)
    assert len(set(asked)) == needed
    assert len(asked) - needed <= 4  # what was under way at the kill has no reply to keep


def test_nobody_at_the_address_is_told_at_once_and_so_is_what_makes_no_sense() -> None:
    for address, error, says in (
        ("127.0.0.1:9", WorkersFailed, "No Ray cluster answers at 127.0.0.1:9"),
        ("ray://127.0.0.1:9", WorkersFailed, "see that it runs"),
        ("http://127.0.0.1:9", UsageError, "expected ray://HOST:PORT"),
        ("127.0.0.1", UsageError, "expected ray://HOST:PORT"),
    ):
        with pytest.raises(error, match=says), connected(Cluster(address)):
            pass
    with pytest.raises(UsageError, match="add --engine ray"):
        cluster_of(Which.LOCAL, "auto", None)


def test_without_ray_it_is_told_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'scorecast\[ray\]'"), connected(Cluster()):
        pass


def test_workers_get_neither_the_key_nor_the_password_of_the_address(workspace, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://ada:pass-of-ours@127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-ours")
    monkeypatch.setenv("SCORECAST_MODEL", "scripted")
    pipeline = workspace.pipeline("additive", agent=AGENT.agent_options)
    cloudpickle = pytest.importorskip("ray.cloudpickle")
    with pipeline.predictor.endpoint() as models, Exchange(pipeline.predictor, models) as exchange:
        history = pipeline.source.history(as_of=NOW.date())
        ground = Ground(history, pipeline.predictor.fit(history), pipeline)
        terms = terms_of(exchange)
        far = shipped_agent(ground, ground.fitted, workspace.settings, terms, keep)
        sent = cloudpickle.dumps(far)
    assert terms.base_url == "http://127.0.0.1:9/v1"
    assert b"-of-ours" not in sent
