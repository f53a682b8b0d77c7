"""The crew of several processes of this machine: statistics in the same chunks as alone, several at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agent.predictor import Agent
from scorecast.batch.crew import Alone, Calling, Crew, alone
from scorecast.batch.processes.carriage import Pipes
from scorecast.batch.processes.serving import Used
from scorecast.batch.sent.statistics import AHEAD, StatisticsCrew
from scorecast.batch.sent.team import Team
from scorecast.batch.sent.worker import StatisticsWorker
from scorecast.pipeline import Pipeline

FEW = 100
"""Items of one as-of date that are answered faster than what they rest on is sent."""


def on_machine(
    workers: int,
    *,
    busy: Callable[[str], None],
    ended: Callable[[Sequence[Used]], object] = lambda _used: None,
    few: int = FEW,
) -> Calling:
    """Return what calls together who works on this machine: this process, or workers that it begins for the run.

    Args:
        workers: how many; 1 begins none, and the agent's items need none.
        busy: told when there is something to wait for.
        ended: told what each of them has taken.
        few: items of one as-of date that this process answers itself.
    """
    if workers == 1:
        return alone

    @contextmanager
    def call(pipeline: Pipeline) -> Iterator[Crew]:
        if isinstance(pipeline.predictor, Agent):
            yield Alone()
            return
        pipes = Pipes(StatisticsWorker)
        team = Team(pipes, size=workers, at_once=AHEAD, busy=busy)
        try:
            yield StatisticsCrew(team, few=few)
        finally:
            team.close()
            ended(pipes.used)

    return call
