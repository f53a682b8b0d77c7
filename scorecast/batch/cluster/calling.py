"""The calls of all workers, made by this process: one key, one budget, one cache of replies, one set of limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from agent.access.budget import Budget
from agent.access.loop import BackgroundLoop
from agent.predictor import Agent, ChatModels
from records.errors import ScorecastError
from scorecast.batch.cluster.relay import RelayTerms, Reply, Wanted
from scorecast.batch.sent.failed import Failed

if TYPE_CHECKING:
    from agent.access.chat import Line
    from agent.access.endpoint import Endpoint


@dataclass
class _Conversation:
    """One worker's conversation on one question."""

    budget: Budget
    lines: dict[int, Line] = field(default_factory=dict)


class Exchange:
    """Makes the calls that workers want, each from the budget of its question; use it in a ``with`` block."""

    def __init__(self, agent: Agent, models: ChatModels) -> None:
        from agent.access.endpoint import Endpoint

        if not isinstance(models, Endpoint):
            raise TypeError(f"expected an endpoint; found {type(models).__name__}")
        self.agent, self.endpoint = agent, models
        self._loop = BackgroundLoop("exchange")
        self._conversations: dict[int, dict[Any, _Conversation]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close()

    def heard(self, worker: Any, wanted: list[Wanted]) -> None:  # noqa: ANN401 - a worker as Ray hands it out
        """Begin calls; each reply is sent to its worker as soon as it is there."""
        for one in wanted:
            self._loop.begin(self._call(worker, one))

    async def _call(self, worker: Any, wanted: Wanted) -> None:  # noqa: ANN401
        """Make a call. One whose worker dies meanwhile goes on: its reply is paid for, and will be asked for again."""
        try:
            answer = await self._line(worker, wanted).ask_async(wanted.body)
        except ScorecastError as error:
            worker.give.remote(wanted.call, Failed.of(error))
        else:
            worker.give.remote(wanted.call, Reply(answer.body, answer.facts))

    def _line(self, worker: Any, wanted: Wanted) -> Line:  # noqa: ANN401
        """Return the line of one draw of one conversation, under the budget of its question."""
        of_item = self._conversations.setdefault(wanted.conversation, {})
        held = of_item.get(worker) or of_item.setdefault(worker, _Conversation(self.agent.allowance()))
        if wanted.draw not in held.lines:
            held.lines[wanted.draw] = self.endpoint.chat_model(held.budget, draw=wanted.draw).line
        return held.lines[wanted.draw]

    def ended(self, conversation: int) -> None:
        """Forget a conversation that has ended, also as others held it who died."""
        self._conversations.pop(conversation, None)


def terms_of(exchange: Exchange) -> RelayTerms:
    """Return what workers need to know of an endpoint: no secret."""
    endpoint: Endpoint = exchange.endpoint
    settings = endpoint.settings
    refusal = None
    try:
        endpoint.chat_model(exchange.agent.allowance())
    except ScorecastError as error:
        refusal = Failed.of(error)
    parts = urlsplit(settings.base_url)
    return RelayTerms(
        model=settings.model,
        base_url=urlunsplit(parts._replace(netloc=settings.host)),
        max_output_tokens=settings.max_output_tokens,
        price=endpoint.price,
        refusal=refusal,
    )
