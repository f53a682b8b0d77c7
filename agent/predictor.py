"""``agent``: the language model beside the statistics, as a predictor.

Fitting fits the statistics and learns the agent's weight from what was resolved before; forecasting opens a search on
the history and deliberates on all questions at once. Whatever goes wrong on the way to the language model, the
statistical forecast is given, flagged with the reason.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from agent.access.budget import Budget, Limits
from agent.access.loop import BackgroundLoop
from agent.accounts import Settings, account, remembered
from agent.blinding import Blinding, Vocabulary
from agent.briefing import brief
from agent.deliberating import Deliberation, Deliberator
from agent.effort import EFFORTS, Effort, Think
from agent.lessons import Memory, NoMemory
from agent.opening import prompts_of
from agent.pooled import AGENT, alone, opinion_only, pooled
from agent.recall import Recall, probe
from agent.remembered import ALONE, Remembered
from agent.tools.desk import Desk
from agent.track_record import TrackRecord
from agent.weighing import Weights
from records.errors import ScorecastError
from records.forecast import Answer, Forecast
from records.history import History
from records.question import Question
from records.reports import reports
from records.search import Search, SearchIndex
from records.stages import Calibrator, FittedPredictor, Predictor, Retriever, State

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

AT_ONCE = 64
"""Questions that are deliberated on at the same time; the endpoint holds back what it must."""

HEARTBEAT = 1.0
"""Seconds between two looks whether to go on."""

PROBE = 1_000
"""Number of the draw that is asked for nothing but its memory."""

BATCHED = "provider_batch"
"""Says of a forecast that its calls went into batches of the provider, at their price."""

SEED = 0
"""Of the pseudonyms in blind mode."""


Tell = Callable[[int, Answer], object]
"""Takes the number of a question and its answer."""


class ChatModels(Protocol):
    """An open endpoint: what the agent needs of ``agent.access.endpoint.Endpoint``."""

    def chat_model(self, budget: Budget, *, draw: int = 0) -> BaseChatModel:
        """Return a chat model whose calls are paid from one budget.

        Raises:
            AgentError: it cannot be used under this budget.
        """
        ...


@dataclass(frozen=True)
class Agent:
    """The language model beside the statistics; a ``records.stages.Predictor``.

    Attributes:
        statistics: the predictor that it is weighed against.
        index: opens searches.
        retriever: finds what is told with a question before anything is looked up.
        endpoint: opens the language model; raises ``AgentError`` where there is none.
        llm: name of the language model.
        think: the dial.
        blind: whether names and tell-tale numbers are masked.
        alone: whether the statistics are kept from the language model and out of the answer, for measurements.
        usd: the most that one question may cost, in US dollars; None sets no limit in money.
        budget: what all questions are paid from together; None sets no limit beyond those of each.
        cutoff: until when the language model knows the world, as far as the user says.
        record: what the agent's weight rests on.
        memory: of earlier forecasts.
        calibrator: recalibrates the pool where the record is long enough.
        keep: takes each forecast with its conversations.
        name: what a user types.
        batched: whether its calls go into batches of the provider: rounds take hours then, so that no question is held
            to its seconds, and all questions are deliberated on at the same time.
        go_on: asked every second while questions are deliberated on; once it says no, they are given up unanswered.
    """

    statistics: Predictor
    index: SearchIndex
    retriever: Retriever
    endpoint: Callable[[], AbstractContextManager[ChatModels]]
    llm: str
    think: Think = Think.MEDIUM
    blind: bool = False
    alone: bool = False
    usd: float | None = None
    budget: Budget | None = field(default=None, repr=False)
    cutoff: dt.date | None = None
    record: TrackRecord = field(default=TrackRecord(), repr=False)
    memory: Memory = field(default=NoMemory(), repr=False)
    calibrator: Calibrator | None = None
    keep: Callable[[Remembered], object] = lambda _remembered: None
    name: str = AGENT
    batched: bool = False
    go_on: Callable[[], bool] = field(default=lambda: True, repr=False)

    def fit(self, history: History) -> FittedAgent:
        """Fit the statistics and learn the weights.

        Raises:
            NotEnoughRecords: the history holds nothing that the statistics could learn from.
        """
        return FittedAgent(self, history, self.statistics.fit(history), self._weights(history))

    def restore(self, history: History, state: State) -> FittedAgent:
        """Return what ``fit`` returned, from the state of the statistics."""
        return FittedAgent(self, history, self.statistics.restore(history, state), self._weights(history))

    @property
    def effort(self) -> Effort:
        """What one question may take."""
        return EFFORTS[self.think]

    @property
    def limits(self) -> Limits:
        """The same as the limits of a budget."""
        effort = self.effort
        seconds = None if self.batched else effort.seconds
        return Limits(usd=self.usd, tokens=effort.tokens, calls=effort.calls, seconds=seconds)

    def allowance(self) -> Budget:
        """Return the budget of one question."""
        name, shared = "question", self.budget
        return Budget(self.limits, name=name) if shared is None else shared.within(self.limits, name=name)

    def _weights(self, history: History) -> Weights:
        past = self.record.before(history, llm=self.llm, blind=self.blind)
        return Weights.learn(past, calibrator=self.calibrator)


@dataclass(frozen=True, eq=False)
class FittedAgent:
    """An agent on one history; a ``records.stages.FittedPredictor``."""

    agent: Agent
    history: History
    statistics: FittedPredictor
    weights: Weights

    @cached_property
    def search(self) -> Search:
        """What can be looked up; opened when somebody first wants to."""
        return self.agent.index.on(self.history)

    @property
    def name(self) -> str:
        """What a user types."""
        return self.agent.name

    def state(self) -> State:
        """Return what the statistics learned: the agent itself learns nothing from a history."""
        return self.statistics.state()

    def forecast(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer all questions, in order.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
        """
        answers: dict[int, Answer] = {}
        self.each(questions, answers.__setitem__)
        return [answers[number] for number in range(len(questions))]

    def each(self, questions: Sequence[Question], tell: Tell) -> None:
        """Answer all questions, each told as soon as it is there, in any order.

        Args:
            questions: to be answered.
            tell: takes the number of a question and its answer; what it raises ends the work. It is called from
                another thread, by one at a time.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
            CancelledError: of ``concurrent.futures``: the agent's ``go_on`` says no.
        """
        for question in questions:
            self.history.refuse_leak(question)
        told = self.statistics.forecast(questions)
        if not questions:
            return
        with ExitStack() as stack:
            try:
                models = stack.enter_context(self.agent.endpoint())
            except ScorecastError as error:
                for number, answer in enumerate(told):
                    tell(number, self._without(answer, str(error)))
                return
            loop = BackgroundLoop("agent")
            stack.callback(loop.close)
            loop.wait(self._all(list(zip(questions, told, strict=True)), models, tell))

    async def _all(self, asked: Sequence[tuple[Question, Answer]], models: ChatModels, tell: Tell) -> None:
        gate = asyncio.Semaphore(len(asked) if self.agent.batched else AT_ONCE)

        async def one(number: int, question: Question, told: Answer) -> None:
            async with gate:
                tell(number, await self.answer(question, told, models))

        work = asyncio.gather(*(one(number, *pair) for number, pair in enumerate(asked)))
        try:
            while not (await asyncio.wait({work}, timeout=HEARTBEAT))[0]:
                if not self.agent.go_on():
                    break
        finally:
            work.cancel()  # changes nothing where it is done
        await work

    async def answer(self, question: Question, told: Answer, models: ChatModels) -> Answer:
        """Deliberate on one question and weigh what comes of it against what the statistics say.

        Args:
            question: to be answered.
            told: what the statistics say.
            models: the open endpoint.
        """
        started, budget = time.perf_counter(), self.agent.allowance()
        recall: Recall | None = None
        try:
            deliberator = self._deliberator(question, told, models, budget)
            recall, held = await asyncio.gather(self._probed(question, models, budget), deliberator.deliberate())
        except ScorecastError as error:
            held = Deliberation((), None, failure=str(error))
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the question is not lost
            held = Deliberation((), None, failure=f"unexpected {type(error).__name__}: {error}")
        settings = self._mode | account(held, recall, budget.spent, seconds=time.perf_counter() - started)
        answer = self._stated(question, told, held, settings)
        return self.keep(answer, remembered(answer, told, held, history=self.history, settings=settings))

    async def _probed(self, question: Question, models: ChatModels, budget: Budget) -> Recall | None:
        """Ask on the side whether the model remembers the score; a model that is kept blind is not asked by name."""
        return None if self.agent.blind else await probe(question, models.chat_model(budget, draw=PROBE))

    def _deliberator(self, question: Question, told: Answer, models: ChatModels, budget: Budget) -> Deliberator:
        return Deliberator(
            desk=self._desk(question, told),
            effort=self.agent.effort,
            models=lambda draw: models.chat_model(budget, draw=draw),
            lessons=self.agent.memory.lessons(question, self.history),
            reported=reports(self.history, question) if question.cell_known else (),
            blind=self.agent.blind,
            briefing=brief(question, self.history, retriever=self.agent.retriever, search=self.search),
        )

    def _desk(self, question: Question, told: Answer) -> Desk:
        known = None if self.agent.alone else told
        desk = Desk(question, self.history, self.search, self._visible, known)
        if not self.agent.blind:
            return desk
        blinding = Blinding.of(question, self.history, seed=SEED, vocabulary=self._vocabulary)
        return replace(desk, mask=blinding.mask, unmask=blinding.unmask_arguments, reveal=blinding.unmask_text)

    @cached_property
    def _mode(self) -> Settings:
        """What every answer of this agent was made with."""
        agent = self.agent
        used = {
            f"prompt {one.name}": one.label for one in prompts_of(agent.effort, blind=agent.blind, alone=agent.alone)
        }
        cutoff = {"model_cutoff": agent.cutoff.isoformat()} if agent.cutoff else {}
        mode = "blind" if agent.blind else "named"
        alone = {ALONE: True} if agent.alone else {}
        batched = {BATCHED: True} if agent.batched else {}
        return {"llm": agent.llm, "think": agent.think.value, "mode": mode, **alone, **cutoff, **batched, **used}

    @cached_property
    def _visible(self) -> frozenset[str]:
        return frozenset(self.history.records["id"])

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.of(self.history)

    def _stated(self, question: Question, told: Answer, held: Deliberation, settings: Settings) -> Answer:
        if self.agent.alone:
            return opinion_only(question, told, held, history=self.history, settings=settings)
        return pooled(question, told, held, history=self.history, weights=self.weights, settings=settings)

    def _without(self, told: Answer, reason: str) -> Answer:
        if self.agent.alone:
            held = Deliberation((), None, failure=reason)
            return opinion_only(told.question, told, held, history=self.history, settings={})
        return alone(told, reason, settings=self._mode)

    def keep(self, answer: Answer, conversations: Remembered) -> Answer:
        """Keep an answer with its conversations; returns it, with a caveat where that fails."""
        try:
            self.agent.keep(conversations)
        except ScorecastError as error:
            lost = f"agent: the conversation could not be stored: {error}"
            if isinstance(answer, Forecast):
                return answer.model_copy(update={"caveats": (*answer.caveats, lost)})
        return answer
