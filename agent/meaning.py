"""Meaning: what one message asks for, as a language model reads it where matching names was not enough.

In: a chat model, the message and what it may refer to. Out: a ``StatedQuestion``: names as the model gives them, which
are nothing until somebody finds them in a store. One call; what it brings back is data and is read strictly.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agent.errors import AnswerUnusable
from agent.quoting import quoted
from prompts import prompt
from records.setting import Setting

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

STATE = "state_question"
"""Name of the tool by which a model answers."""

MOST_NAMES = 12

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Wants(StrEnum):
    """What is wanted."""

    FORECAST = "forecast"
    KNOWN = "known_scores"
    BEST = "best_models"
    DESCRIBE = "description"
    UNCLEAR = "unclear"


class StatedQuestion(BaseModel):
    """State what the message asks for: the one way to answer. Call it once."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    wants: Wants
    models: list[Name] = Field(default=[], max_length=MOST_NAMES, description="As published, or an id that was shown.")
    benchmarks: list[Name] = Field(default=[], max_length=MOST_NAMES, description="The same.")
    setting: Setting = Field(default=Setting(), description="How the benchmark is run; only what is told.")
    threshold: float | None = Field(default=None, description="A score to reach, in the benchmark's unit.")
    as_of: dt.date | None = Field(default=None, description="YYYY-MM-DD; null where no date is told.")
    withhold: bool | None = Field(default=None, description="Whether reported scores shall be ignored.")


@dataclass(frozen=True)
class Message:
    """A message that could not be read, and what it may refer to.

    Attributes:
        text: of the message.
        talked: what was talked about before it, by ids, as lines.
        known: ids of models and benchmarks that may be meant.
        earlier: a message before it that was asked back about; empty where there is none.
        today: the day.
    """

    text: str
    talked: tuple[str, ...]
    known: tuple[str, ...]
    earlier: str
    today: dt.date

    def told(self) -> str:
        """Return what the model is shown, fenced off."""
        parts = [f"The message:\n{quoted(self.text, longest=4_000)}"]
        if self.earlier:
            parts.append(f"It may settle a name in this one before it:\n{quoted(self.earlier, longest=4_000)}")
        if self.talked:
            parts.append("What was talked about:\n" + quoted("\n".join(self.talked)))
        if self.known:
            parts.append(f"Known ids that are spelled alike:\n{quoted(', '.join(self.known))}")
        return "\n\n".join(parts)


def read_meaning(model: BaseChatModel, message: Message) -> StatedQuestion:
    """Ask the model once what a message asks for.

    Raises:
        AnswerUnusable: it did not say so in the form that is read.
        AgentError: it could not be asked.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    said = [SystemMessage(prompt("meaning").fill(today=message.today.isoformat())), HumanMessage(message.told())]
    reply = model.bind_tools([_tool()]).invoke(said)
    stated = next((call["args"] for call in reply.tool_calls if call["name"] == STATE), None)
    if stated is None:
        raise AnswerUnusable(f"no call of {STATE}")
    try:
        return StatedQuestion.model_validate(stated)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise AnswerUnusable("; ".join(wrong[:4])) from None


def _tool() -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": STATE,
            "description": StatedQuestion.__doc__ or "",
            "parameters": StatedQuestion.model_json_schema(),
        },
    }
