"""The crew on a cluster: items go to whoever is free, and what comes back is what one process would have said.

Of the agent, the statistics are asked here, a wave at a time as alone; conversations are held by workers, and their
calls made here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from agent.predictor import AT_ONCE, Agent, FittedAgent
from predictors.parallel import one_core
from records.errors import ScorecastError
from records.job import Item
from scorecast.batch.cluster.calling import Exchange, terms_of
from scorecast.batch.cluster.carriage import RayCarriage
from scorecast.batch.cluster.connecting import Cluster, connected, workers
from scorecast.batch.cluster.shipping import shipped_agent
from scorecast.batch.cluster.workers import AgentWorker, Deliberated, keep
from scorecast.batch.crew import Alone, Calling, Crew, Ground, Tell
from scorecast.batch.sent.statistics import AHEAD, StatisticsCrew
from scorecast.batch.sent.team import Task, Team, Ways
from scorecast.batch.sent.worker import StatisticsWorker
from scorecast.pipeline import Pipeline
from scorecast.settings import Settings

MANY = 10_000
"""Calls of methods that a worker of the agent takes at once."""

Busy = Callable[[str], None]


def on_cluster(cluster: Cluster, settings: Settings, *, busy: Busy) -> Calling:
    """Return what calls together the workers of a cluster for one run of a job."""

    @contextmanager
    def call(pipeline: Pipeline) -> Iterator[Crew]:
        with ExitStack() as stack:
            if isinstance(pipeline.predictor, Agent):
                yield _with_agent(stack, pipeline.predictor, cluster, settings, busy)
            else:
                yield StatisticsCrew(_team(stack, StatisticsWorker, cluster, at_once=AHEAD, busy=busy))

    return call


def _with_agent(stack: ExitStack, agent: Agent, cluster: Cluster, settings: Settings, busy: Busy) -> Crew:
    """Return workers that hold conversations; where there is no language model, this process says why."""
    try:
        models = stack.enter_context(agent.endpoint())
    except ScorecastError:
        return Alone()
    exchange = stack.enter_context(Exchange(agent, models))
    team = _team(stack, AgentWorker, cluster, at_once=AT_ONCE, busy=busy, max_concurrency=MANY)
    return AgentCrew(team, exchange, settings)


def _team(stack: ExitStack, kind: type, cluster: Cluster, *, at_once: int, busy: Busy, **options: int) -> Team:
    busy(f"Connecting to the Ray cluster {cluster.address}" if cluster.address else "Starting Ray on this machine")
    ray = stack.enter_context(connected(cluster))
    made = _made(ray, kind, options)
    team = Team(RayCarriage(ray, made), size=workers(ray, cluster), at_once=at_once, busy=busy)
    stack.callback(team.close)
    return team


def _made(ray: ModuleType, kind: type, options: dict[str, int]) -> Any:  # noqa: ANN401 - Ray's own
    return ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD", **options)(kind)


@dataclass(frozen=True)
class AgentCrew:
    """Workers that hold conversations; a ``scorecast.batch.crew.Crew``."""

    team: Team
    exchange: Exchange
    settings: Settings

    def answer(self, ground: Ground, waves: Iterator[Sequence[Item]], tell: Tell) -> None:
        """Answer wave after wave, all items of a wave at the same time."""
        fitted = ground.fitted
        if not isinstance(fitted, FittedAgent):
            raise TypeError(f"expected the agent; found {fitted.name}")
        far = shipped_agent(ground, fitted, self.settings, terms_of(self.exchange), keep)

        def done(task: Task, came: Deliberated) -> None:
            self.exchange.ended(task.items[0].number)
            answer, conversations = came
            kept = fitted.keep(answer, conversations) if conversations else answer
            tell(task.items[0], ground.pipeline.stated(kept, ground.history))

        for items in waves:
            share = math.ceil(len(items) / self.team.size)
            self.team.work(far, self._tasks(items, fitted), Ways(done, self.exchange.heard), share=share)

    def _tasks(self, items: Sequence[Item], fitted: FittedAgent) -> Iterator[Task]:
        questions = [item.question for item in items if item.question]
        with one_core():
            told = fitted.statistics.forecast(questions)
        for item, question, answer in zip(items, questions, told, strict=True):
            yield Task([item], (item.number, question, answer))
