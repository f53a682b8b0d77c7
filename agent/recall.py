"""The recall probe: a question of its own, without tools, whether a language model remembers the asked score.

In: a question and a chat model. Out: a ``Recall``; what is kept with a forecast are plain values for its provenance. A
forecast that is named may have been remembered rather than made; reports keep the two apart. The reply is untrusted:
one number or ``unknown``, and anything else is a probe that failed, never a memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.quoting import one_line
from prompts import prompt
from records.base import Value
from records.metric import bounds_told
from records.question import Question

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RECALL = "recall"
"""Name of the prompt."""

LONGEST_REPLY = 400
"""Characters; a longer reply is an essay and no memory."""

_NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.]*\w)")
_UNKNOWN = re.compile(
    r"\b(?:unknown|don'?t (?:know|remember|recall)|do not (?:know|remember|recall)|no memory)\b", re.I
)


class Recall(Value):
    """What a language model says that it remembers.

    Attributes:
        value: the score that it names, in the unit of the question; None where it names none.
        claimed: whether it names one.
        error: why the probe came to nothing; empty where the model answered.
    """

    value: float | None = None
    claimed: bool = False
    error: str = ""

    @property
    def settings(self) -> dict[str, str | int | float | bool]:
        """The same as plain values for the provenance of a forecast; what is unknown is left out."""
        told: dict[str, str | int | float | bool] = {"claims_recall": self.claimed, "probe_error": self.error}
        return {key: value for key, value in told.items() if value != ""} | (
            {} if self.value is None else {"recalled_value": self.value}
        )


async def probe(question: Question, model: BaseChatModel, *, text: str = "") -> Recall:
    """Ask a language model whether it remembers the score; a model that fails is no reason to lose a forecast.

    Args:
        question: what is asked; only names, setting and unit are told.
        model: without tools; whoever made it holds its budget.
        text: what is asked instead of the prompt ``recall``.
    """
    from langchain_core.messages import HumanMessage

    try:
        reply = await model.ainvoke([HumanMessage(text or asked(question))])
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the forecast goes on
        return Recall(error=one_line(f"{type(error).__name__}: {error}"))
    return read_recall(str(reply.text), question)


def asked(question: Question) -> str:
    """Return what the model is asked; names are strangers' texts and are put on one line, without quotation marks."""
    return prompt(RECALL).fill(
        model=_plain(question.model.name),
        benchmark=_plain(question.benchmark.name),
        unit=question.metric.unit.value,
        setting=_plain(str(question.setting)),
    )


def read_recall(reply: str, question: Question) -> Recall:
    """Read a reply strictly: one number within the bounds of the metric, or that it is unknown."""
    told = reply.strip()
    if not told or len(told) > LONGEST_REPLY:
        return Recall(error=f"expected a number or 'unknown', found {len(told)} characters")
    numbers = {float(number) for number in _NUMBER.findall(told)}
    if _UNKNOWN.search(told):
        return Recall() if not numbers else Recall(error=f"says both unknown and a number: {one_line(told)}")
    if len(numbers) != 1:
        return Recall(error=f"expected one number or 'unknown', found {one_line(told)!r}")
    value, (low, high) = numbers.pop(), question.metric.bounds
    if not low <= value <= high:
        return Recall(error=f"remembers {value:g}, outside the bounds {bounds_told(low, high)}")
    return Recall(value=value, claimed=True)


def _plain(name: str) -> str:
    return one_line(name, longest=200).replace("`", "'")
