"""Deliberating on one question: draws from several points of view, and a supervisor where they disagree.

In: a desk for each draw, an effort, and a way to get chat models. Out: the opinions and what they come to together.
A draw that fails is kept with its reason; the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.briefing import NOTHING, Briefing
from agent.disagreement import disagree, disagreement, together
from agent.effort import Effort, Framing
from agent.errors import AgentError
from agent.lessons import Lesson
from agent.opening import opening, supervision
from agent.opinion import Opinion
from agent.supervising import SUPERVISOR, difference, drafts
from agent.tools.desk import Desk
from records.distribution import Distribution
from records.record import Record

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

ChatModels = Callable[[int], "BaseChatModel"]
"""Returns the chat model of the draw of this number, all under one budget."""


@dataclass(frozen=True)
class Deliberation:
    """What a question was told, and what came of it.

    Attributes:
        opinions: of all draws, the supervisor's last.
        agreed: what they come to; None where nobody speaks.
        disagreement: mean distance of the draws, in the unit.
        failure: why nobody speaks.
    """

    opinions: tuple[Opinion, ...]
    agreed: Distribution | None
    disagreement: float = 0.0
    failure: str = ""


@dataclass(frozen=True)
class Deliberator:
    """Deliberates on one question.

    Attributes:
        desk: on the question's history; each draw works on one of its own.
        effort: how many draws and rounds.
        models: chat models by number of the draw.
        lessons: what may be remembered.
        reported: reports of the asked cell that the question may know.
        blind: whether the desk masks names.
        briefing: what is told with the question.
    """

    desk: Desk
    effort: Effort
    models: ChatModels
    lessons: Sequence[Lesson] = ()
    reported: Sequence[Record] = ()
    blind: bool = False
    briefing: Briefing = NOTHING

    async def deliberate(self) -> Deliberation:
        """Draw, compare, and reconcile where needed; whatever the model does, an answer or a reason comes back."""
        framings = self.effort.framings
        opinions = list(await asyncio.gather(*(self._draw(n, framing) for n, framing in enumerate(framings))))
        draws = [one.distribution for one in opinions if one.speaks and one.distribution is not None]
        if not draws:
            return Deliberation(tuple(opinions), None, failure=_silence(opinions))
        if self.effort.supervisor_rounds and disagree(draws):
            opinions.append(await self._supervise(opinions, draws))
        last = opinions[-1]
        reconciled = last.framing == SUPERVISOR and last.speaks and last.distribution is not None
        agreed = last.distribution if reconciled else together(draws)
        return Deliberation(tuple(opinions), agreed, disagreement=disagreement(draws))

    async def _draw(self, number: int, framing: Framing) -> Opinion:
        desk = replace(self.desk, shown={})
        thread = opening(
            desk,
            rounds=self.effort.rounds,
            framing=framing,
            lessons=self.lessons,
            reported=self.reported,
            blind=self.blind,
            briefing=self.briefing,
        )
        return await self._hold(number, desk, thread, rounds=self.effort.rounds, framing=framing.value)

    async def _supervise(self, opinions: Sequence[Opinion], draws: Sequence[Distribution]) -> Opinion:
        desk = replace(self.desk, shown={})
        thread = supervision(
            desk,
            rounds=self.effort.supervisor_rounds,
            drafts=drafts(opinions, desk),
            disagreement=difference(draws, desk.question.metric.unit.value),
            reported=self.reported,
            blind=self.blind,
            briefing=self.briefing,
        )
        rounds = self.effort.supervisor_rounds
        return await self._hold(len(opinions), desk, thread, rounds=rounds, framing=SUPERVISOR)

    async def _hold(self, number: int, desk: Desk, thread: list[BaseMessage], *, rounds: int, framing: str) -> Opinion:
        from agent.drafting import draft, told  # LangChain takes a while to load

        try:
            opinion = await draft(self.models(number), desk, thread, rounds=rounds, framing=framing)
        except AgentError as error:
            return Opinion(framing=framing, failure=str(error), messages=told(thread))
        return opinion.model_copy(update={"messages": told(thread)})


def _silence(opinions: Sequence[Opinion]) -> str:
    """Why nobody speaks: the reasons of those who failed, or that all abstained."""
    failures = list(dict.fromkeys(one.failure for one in opinions if one.failure))
    if failures:
        return "; ".join(failures)
    least = max((one.support for one in opinions), default=0.0)
    return f"the language model abstains: the records do not ground an opinion of its own (support {least:.2f})"
