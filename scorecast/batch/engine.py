"""The engine: works on the open items of a job until none is left, or something ends it; whoever comes next goes on.

Items of one as-of date share a history and a fit. A crew answers them, this process or a cluster: statistics in chunks;
the agent, where one is asked for, many at a time. Either way an item is done when the store has its forecast, and this
process alone writes there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from agent.access.accounts import Watch
from agent.access.batched.batching import Batching
from agent.access.budget import Budget
from agent.access.settings import AccessSettings
from agent.access.spending import Amount, Spent
from agent.errors import NotConfigured
from agent.lessons import NoMemory
from agent.pooled import AGENT, STANDS
from agent.predictor import Agent
from records.errors import NotEnoughRecords, ScorecastError, UsageError
from records.exclusion import Exclusion
from records.forecast import Answer, Forecast
from records.history import History
from records.job import Cost, Item, ItemState, Job, JobState, Settlement
from records.ledger import Told
from scorecast.agents.home import AgentHome, open_endpoint
from scorecast.batch.crew import Calling, Crew, Ground, alone
from scorecast.batch.options import BatchOptions, LeftOver
from scorecast.batch.pace import NAME, Pace
from scorecast.batch.progress import Progress
from scorecast.batch.provider import Relay, journal_of
from scorecast.batch.settling import Cancelled, Clock, Settled, Settler, Tell
from scorecast.batch.spend import SpendJournal
from scorecast.batch.working import Hold, working
from scorecast.pipeline import Pipeline
from scorecast.workspace import Workspace

CHUNK = 500
"""Items that statistics answer at once."""
RETRIES = 14
"""How often a call that failed for now is repeated: more than a minute of trouble is waited out."""
ABSTAINS = "the language model abstains"


@dataclass(frozen=True)
class Engine:
    """Works on jobs.

    Attributes:
        workspace: with the store that holds them.
        clock: tells the present moment.
        tell: told of the progress after each transaction.
        stopped: whether to stop soon; the rest stays open.
        crew: calls together who answers.
        chunk: items that statistics answer at once.
    """

    workspace: Workspace
    clock: Clock
    tell: Tell = lambda _progress: None
    stopped: Callable[[], bool] = lambda: False
    crew: Calling = alone
    chunk: int = CHUNK

    @property
    def folder(self) -> Path:
        """Where locks and journals are."""
        return jobs_folder(self.workspace)

    def work(self, job: Job) -> Progress:
        """Settle the open items of a job.

        Raises:
            UsageError: somebody else works on it; or it was begun with another language model.
            LeaseLost: it was taken from this process, which was silent for too long.
            StoreError: the store failed; what was settled by then stays.
            KeyboardInterrupt: somebody interrupted it; what was answered by then is settled.
        """
        options = BatchOptions.of(job)
        if options.provider_batch and self.crew is not alone:
            raise UsageError("Batches of the provider are gathered by one process: leave them, or the cluster, out.")
        store = self.workspace.store
        with (
            working(store, self.folder, job.id) as hold,
            SpendJournal(self.folder / f"{job.id}.spend", known=self._spent(job)) as journal,
        ):
            budget = Budget(options.limits, name=NAME, spent=journal.spent, watch=_both(hold.check, journal.watch))
            pace = Pace.of(options, AgentHome.of(self.workspace.settings), spent=budget.spent)
            begun = Progress(job.size, store.jobs.tally(job.id), spent=budget.spent)
            relay = Relay(store, job, self.tell, self.stopped, begun)
            engine = replace(self, tell=relay.progress)
            run = _Run(engine, job, options, budget, self._pipeline(options, budget, relay), pace, hold)
            progress = run.work()
            if not progress.left:
                store.jobs.set_state(job.id, JobState.DONE, at=self.clock())
            return progress

    def _spent(self, job: Job) -> Spent:
        """What the store says was spent by now, perhaps by other machines."""
        return Spent.model_validate_json(self.workspace.store.jobs.find(job.id).spent)

    def _pipeline(self, options: BatchOptions, budget: Budget, relay: Relay) -> Pipeline:
        pipeline = self.workspace.pipeline(options.forecaster, agent=options.agent_options)
        if not isinstance(pipeline.predictor, Agent):
            return pipeline
        home = AgentHome.of(self.workspace.settings)
        check_model(options, home)
        access = home.access if isinstance(home.access, NotConfigured) else patient(home.access)
        # Items of a batch do not learn from each other: who is asked first would depend on chance.
        agent = replace(
            pipeline.predictor,
            budget=budget,
            memory=NoMemory(),
            endpoint=partial(open_endpoint, access, tell=relay.pause),
        )
        if options.provider_batch:
            batching = Batching(journal_of(self.folder, relay.job.id), budget, tell=relay.rounds)
            in_batches = partial(open_endpoint, access, batching=batching)
            agent = replace(agent, batched=True, endpoint=in_batches, go_on=relay.go_on)
        return replace(pipeline, predictor=agent)


def _both(check: Callable[[], None], watch: Watch) -> Watch:
    """Watch what is spent, and let no call be sent for a job that somebody else works on."""

    def watching(spent: Spent, held: Amount) -> None:
        check()
        watch(spent, held)

    return watching


def jobs_folder(workspace: Workspace) -> Path:
    """Where locks and journals of jobs are."""
    return workspace.settings.home / "jobs"


def patient(access: AccessSettings) -> AccessSettings:
    """Return how to reach the language model for a batch, which can wait longer than a user; what was set stays."""
    usual = access.max_retries == AccessSettings.max_retries
    return replace(access, max_retries=RETRIES) if usual else access


def check_model(options: BatchOptions, home: AgentHome) -> None:
    """Make sure that a job is finished by the language model that it was begun with.

    Raises:
        UsageError: it is another one.
    """
    if options.agent and options.llm and home.llm and options.llm != home.llm:
        raise UsageError(
            f"This job was begun with {options.llm}, and SCORECAST_MODEL is {home.llm}: set it back, or begin anew."
        )


@dataclass(frozen=True)
class _Run:
    """One run of one job."""

    engine: Engine
    job: Job
    options: BatchOptions
    budget: Budget
    pipeline: Pipeline
    pace: Pace
    hold: Hold

    def work(self) -> Progress:
        store = self.engine.workspace.store
        settler = Settler(
            store,
            self.job,
            clock=self.engine.clock,
            spent=lambda: self.budget.spent,
            tell=self.engine.tell,
            stopped=self.engine.stopped,
            run=self.hold.run,
        )
        with self.engine.crew(self.pipeline) as crew, suppress(Cancelled, CancelledError), settler:
            for as_of, items in self._by_date():
                self._on(as_of, items, crew, settler)
        return settler.progress

    def _by_date(self) -> Iterator[tuple[dt.date, list[Item]]]:
        open_items = self.engine.workspace.store.jobs.items(self.job.id, states=[ItemState.OPEN])
        dated = sorted(((item.question.as_of, item) for item in open_items if item.question), key=lambda pair: pair[0])
        for as_of, pairs in groupby(dated, key=lambda pair: pair[0]):
            yield as_of, [item for _, item in pairs]

    def _on(self, as_of: dt.date, items: Sequence[Item], crew: Crew, settler: Settler) -> None:
        """Work on the items of one date."""
        if self._late(items, settler):
            return
        history = self._history(as_of)
        try:
            fitted = self.pipeline.predictor.fit(history)
        except NotEnoughRecords as error:
            for item in items:
                settler.settle(item, ItemState.FAILED, reason=str(error))
            return
        ground = Ground(history, fitted, self.pipeline)
        waves = self._waves(items, history, settler)
        crew.answer(ground, waves, lambda item, answer: settler.put(self._settled(item, answer)))

    def _waves(self, items: Sequence[Item], history: History, settler: Settler) -> Iterator[Sequence[Item]]:
        """Yield items to be answered, as many at once as is well; those that cannot be any more are settled."""
        left = list(items)
        while left:
            size = self.pace.wave(self.budget.spent) if self.options.agent else self.engine.chunk
            wave, left = left[:size], left[size:]
            if self._late(wave, settler):
                continue
            settler.make_room()
            if sound := [item for item in wave if not self._leaks(item, history, settler)]:
                yield sound

    def _history(self, as_of: dt.date) -> History:
        cells: frozenset[tuple[str, str]] = frozenset()
        if self.options.withhold:
            every = self.engine.workspace.store.jobs.items(self.job.id)
            cells = frozenset(item.question.cell for item in every if item.question)
        exclude = Exclusion(cells=cells, sources=frozenset(self.options.without_sources))
        return self.pipeline.source.history(as_of=as_of, exclude=exclude, strict_dates=self.options.strict_dates)

    def _late(self, items: Sequence[Item], settler: Settler) -> bool:
        """Settle items as not done where the time is up and statistics cannot stand in."""
        if self.budget.seconds_left != 0.0 or self._may_fall_back:
            return False
        for item in items:
            settler.settle(item, ItemState.NOT_DONE, reason=str(self.budget.time_up()))
        return True

    @property
    def _may_fall_back(self) -> bool:
        return self.options.agent and self.options.left_over is LeftOver.STATISTICS

    def _leaks(self, item: Item, history: History, settler: Settler) -> bool:
        """Whether a question cannot be asked of this history; it is settled then."""
        try:
            if item.question:
                history.refuse_leak(item.question)
        except ScorecastError as error:
            settler.settle(item, ItemState.FAILED, reason=str(error))
            return True
        return False

    def _settled(self, item: Item, answer: Answer | Told) -> Settled:
        if isinstance(answer, Told):  # of statistics, which cost nothing and stand for themselves
            self.pace.settled += 1
            return Settled(Settlement(number=item.number, state=ItemState.DONE), answer)
        cost = _cost(answer)
        if not isinstance(answer, Forecast):
            state = ItemState.ABSTAINED
            return Settled(Settlement(number=item.number, state=state, reason=answer.reason[:4_000], cost=cost), None)
        self.pace.settled += 1
        if not self.options.agent or answer.method == AGENT:
            return Settled(Settlement(number=item.number, state=ItemState.DONE, cost=cost), answer)
        reason = _why_alone(answer)
        self.pace.heard(reason)
        if ABSTAINS in reason:
            return Settled(Settlement(number=item.number, state=ItemState.DONE, reason=reason, cost=cost), answer)
        if not self._may_fall_back:
            return Settled(Settlement(number=item.number, state=ItemState.NOT_DONE, reason=reason, cost=cost), None)
        return Settled(Settlement(number=item.number, state=ItemState.FELL_BACK, reason=reason, cost=cost), answer)


def _why_alone(answer: Forecast) -> str:
    """Why the statistics stand alone, as the first caveat tells it."""
    told = answer.caveats[0] if answer.caveats else ""
    return told.removeprefix("agent: ").removesuffix(f"; {STANDS}")


def _cost(answer: Answer) -> Cost:
    """What the replies took that an answer rests on, whoever paid for them: the same when it is made again."""
    if not isinstance(answer, Forecast):
        return Cost()
    told = answer.provenance.settings

    def both(name: str) -> float:
        return float(told.get(name, 0)) + float(told.get(f"cached_{name}", 0))

    return Cost(calls=int(both("calls")), tokens=int(both("tokens")), usd=round(both("usd"), 6))
