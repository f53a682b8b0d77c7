"""Batches on a Ray cluster: the same forecasts as alone, whatever dies on the way, and no call made twice."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.access.scripted.server import ScriptedEndpoint
from scorecast.batch import jobs
from scorecast.batch.cluster.connecting import AT_HOME, QUIET, Cluster
from scorecast.batch.cluster.crew import on_cluster
from scorecast.batch.crew import alone
from scorecast.batch.engine import Engine
from scorecast.batch.options import BatchOptions
from scorecast.batch.plan import read_plan, table_of

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
STATISTICS = BatchOptions(forecaster="additive")
AGENT = BatchOptions(forecaster="additive", agent=True, llm="scripted", think="low")
MEMORY = 80_000_000
"""Bytes of shared memory of each machine."""

pytestmark = [pytest.mark.xdist_group("ray")]


@dataclass
class Machines:
    """A cluster of two machines with one processor each."""

    cluster: object
    nodes: list[object]

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
        for name, value in (QUIET | AT_HOME).items():
            patch.setenv(name, value)
        pytest.importorskip("ray", reason="the package ray is not installed: batches are tested on this process only")
        from ray.cluster_utils import Cluster as RayCluster

        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": MEMORY}
        cluster = RayCluster(initialize_head=True, head_node_args=head)
        try:
            yield Machines(cluster, [_node(cluster), _node(cluster)])
        finally:
            cluster.shutdown()


@pytest.fixture
def both(workspace, tmp_path, machines):
    """Work on the same rows alone and on the cluster; returns both outputs, and what the second was told."""

    def work(rows, options=STATISTICS, *, meanwhile=lambda: None, between=lambda: None):
        heard: list[str] = []
        crew = on_cluster(Cluster(machines.address, 2), workspace.settings, busy=heard.append)
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
    here, there, heard = both(many(rows, 80), meanwhile=machines.kill_one)
    machines.begin_one()
    assert here.read_bytes() == there.read_bytes()
    assert any("Connecting to the Ray cluster" in one for one in heard)


def test_conversations_go_on_elsewhere_and_nothing_is_asked_twice_or_beyond_the_limit(
    workspace, tmp_path, both, rows, machines, answers, monkeypatch
) -> None:
    under_way: list[int] = []
    killers: list[threading.Thread] = []
    needed = 3 * len(rows)  # a probe, a look-up, an answer

    def answer(asked):
        under_way.append(len(endpoint.asked) - len(endpoint.told))
        if len(under_way) == needed + 20:  # the second run is in the middle of conversations
            killers.append(threading.Thread(target=machines.kill_one))
            killers[0].start()
        return answers(asked)

    with ScriptedEndpoint(answer, seconds=0.05) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("SCORECAST_MODEL", "scripted")
        monkeypatch.setenv("SCORECAST_MAX_IN_FLIGHT", "3")
        here, there, heard = both(rows, AGENT, between=(workspace.settings.home / "replies.db").unlink)
        asked = [json.dumps(one.body, sort_keys=True) for one in endpoint.asked]
    killers[0].join()
    machines.begin_one()
    assert told(here) == told(there)
    assert any("is gone" in one for one in heard)
    assert sorted(asked[:needed]) == sorted(asked[needed:])
    assert len(set(asked)) == needed
    assert max(under_way) == 3
