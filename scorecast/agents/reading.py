"""Reading with the language model: what a message asks for, where matching names could not tell.

One call for one message, on a small budget; what was read is remembered here and in the cache of replies, so that a
conversation that comes again with every turn is not paid for again. Whatever goes wrong, nothing is read: the plain
understanding answers as it does without a model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agent.access.settings import AccessSettings
from agent.errors import AgentError, NotConfigured
from agent.meaning import Message, StatedQuestion, read_meaning
from records.errors import ScorecastError
from scorecast.settings import Settings, access_from_environment
from scorecast.shared_fits import Recent

if TYPE_CHECKING:
    from agent.access.budget import Budget
    from agent.access.endpoint import Endpoint

LOG = logging.getLogger("scorecast.agents")

SECONDS = 20.0
"""Until when the language model must have answered."""

TOKENS = 30_000
"""That one reading may take at most, the message included."""

KEPT = 512
"""Readings that are remembered."""

Memory = Recent[StatedQuestion]
Opened = Callable[[Callable[[], "Endpoint"]], AbstractContextManager["Endpoint"]]


class ModelReader:
    """Reads messages with a language model; a ``scorecast.chat.understanding.helping.Reader``."""

    def __init__(
        self,
        access: AccessSettings,
        *,
        memory: Memory | None = None,
        opened: Opened = lambda open_it: open_it(),
        tell: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        """Open nothing yet.

        Args:
            access: how to reach the model.
            memory: of what was read, by endpoint, model and message; one of its own if left out.
            opened: opens the endpoint, where somebody may want to close it from elsewhere.
            tell: told before the model is asked.
        """
        self.access = replace(access, timeout_seconds=min(SECONDS, access.timeout_seconds), max_retries=0)
        self._memory: Memory = Recent(most=KEPT) if memory is None else memory
        self._opened, self._tell = opened, tell

    @property
    def name(self) -> str:
        """The model's name."""
        return self.access.model

    def read(self, message: Message, *, last: bool) -> StatedQuestion | None:
        """Say what a message asks for; None where the model cannot say or be asked."""
        if (known := self.remembered(message)) is not None:
            return known
        if last:
            self._tell(f"Asking {self.name} what is meant")
        try:
            stated = self._ask(message, asking=last)
        except AgentError as reason:
            (LOG.warning if last else LOG.debug)("the language model did not read a message: %s", reason)
            return None
        except ScorecastError as error:  # the table of prices or the cache of replies
            LOG.warning("the language model could not be asked what is meant: %s", error)
            return None
        return self._memory.put(self._key(message), stated)

    def remembered(self, message: Message) -> StatedQuestion | None:
        """Return what was read before; None where nothing was."""
        return self._memory.get(self._key(message))

    def _key(self, message: Message) -> tuple[str, str, Message]:
        return self.access.base_url, self.access.model, message

    def _ask(self, message: Message, *, asking: bool) -> StatedQuestion:
        from agent.access.endpoint import Endpoint

        with self._opened(partial(Endpoint, self.access)) as endpoint:
            return read_meaning(endpoint.chat_model(_budget(asking=asking), temperature=None), message)


def _budget(*, asking: bool) -> Budget:
    """A budget of one call; of none but those whose replies are kept already, where nobody should be asked."""
    from agent.access.budget import Budget, Limits, Spent

    spent = Spent() if asking else Spent(calls=1)
    return Budget(Limits(calls=1, tokens=TOKENS), name="message", spent=spent)


def model_reader(
    settings: Settings,
    *,
    memory: Memory | None = None,
    opened: Opened = lambda open_it: open_it(),
    tell: Callable[[str], None] = lambda _sentence: None,
) -> ModelReader | None:
    """Return a reader with the configured language model; None where none is. Arguments as of ``ModelReader``."""
    try:
        access = access_from_environment(settings.home)
    except NotConfigured:
        return None
    return ModelReader(access, memory=memory, opened=opened, tell=tell)
