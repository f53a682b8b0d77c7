"""Opinions: what one draw of the language model came to, read into a distribution and held against its evidence.

In: a reply of the model. Out: an ``Opinion`` with repairs and flags, or ``AnswerUnusable`` with a sentence for the
model. Citations of what was never shown are struck out; a value that is not the record's is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from agent.access.transcript import Said
from agent.answer import SUBMIT, Citation, StatedForecast, read_answer, read_text
from agent.errors import AnswerUnusable
from agent.quoting import one_line
from agent.tools.desk import Desk
from records.base import Value
from records.distribution import Distribution
from records.elicited import from_elicited
from records.errors import DistributionError, ScorecastError
from records.forecast import Forecast
from records.metric import Unit

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

LEAST_SUPPORT = 0.1
"""An opinion abstains where its grounding times its confidence is below this."""

READ_BY_PEOPLE = ("reasons_for", "reasons_against", "would_change")

FRACTIONS = "values told in fractions turned into percent"

ROUNDING = 0.006
"""Share of a record's value by which a citation may miss it, beside half a unit of the first decimal."""


class Opinion(Value):
    """What one draw came to.

    Attributes:
        framing: its point of view, or ``supervisor``.
        stated: the answer as it was given; None where there is none.
        distribution: what it states, also where it abstains with figures.
        repairs: what was mended to get there.
        flags: what a reader should know: struck citations, wrong values, recall.
        cited: what is said of each record that was shown and cited, by its id.
        failure: why there is no answer.
        messages: the conversation.
    """

    framing: str
    stated: StatedForecast | None = None
    distribution: Distribution | None = None
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    cited: dict[str, str] = Field(default_factory=dict)
    failure: str = ""
    messages: tuple[Said, ...] = ()

    @property
    def support(self) -> float:
        """Grounding times confidence, from 0 to 1."""
        return self.stated.grounding * self.stated.confidence if self.stated else 0.0

    @property
    def abstains(self) -> bool:
        """Whether it leaves the question to the statistics."""
        return self.stated is not None and (self.stated.abstain or self.support < LEAST_SUPPORT)

    @property
    def recalls(self) -> bool:
        """Whether the model believes that it remembers the score."""
        return self.stated is not None and self.stated.recall.claimed

    @property
    def speaks(self) -> bool:
        """Whether it counts."""
        return self.distribution is not None and not self.abstains


def read_opinion(reply: AIMessage, desk: Desk, *, framing: str) -> Opinion:
    """Read what a reply answers.

    Raises:
        AnswerUnusable: it holds no forecast that can be read with certainty.
    """
    stated = _stated(reply)
    cited, flags = _checked(stated.evidence, desk)
    distribution, repairs = _distribution(stated, desk)
    if stated.recall.claimed:
        told = "" if stated.recall.value is None else f" ({stated.recall.value:g})"
        flags.append(f"the language model believes that it recalls this score{told}: contamination is possible")
    return Opinion(
        framing=framing,
        stated=_revealed(stated, desk),
        distribution=distribution,
        repairs=repairs,
        flags=tuple(flags),
        cited=cited,
    )


def _revealed(stated: StatedForecast, desk: Desk) -> StatedForecast:
    """The answer with real names in all that people read of it."""
    texts = {name: [desk.reveal(text) for text in getattr(stated, name)] for name in READ_BY_PEOPLE}
    return stated.model_copy(update=texts)


def _stated(reply: AIMessage) -> StatedForecast:
    for call in reply.tool_calls:
        if call["name"] == SUBMIT:
            return read_answer(call["args"])
    if any(call["name"] == SUBMIT for call in reply.invalid_tool_calls):
        raise AnswerUnusable(f"the arguments of {SUBMIT} are no JSON object")
    if reply.tool_calls or reply.invalid_tool_calls:
        raise AnswerUnusable(f"no more look-ups can be made: only {SUBMIT} is left")
    return read_text(text_of(reply))


def text_of(reply: AIMessage) -> str:
    """The text of a reply, whatever form it came in."""
    return str(reply.text)


def _distribution(stated: StatedForecast, desk: Desk) -> tuple[Distribution | None, tuple[str, ...]]:
    if stated.abstain and len(stated.quantiles) < 3:
        return None, ()
    levels = {quantile.level: quantile.value for quantile in stated.quantiles}
    if len(levels) < len(stated.quantiles):
        raise AnswerUnusable("a level is told twice")
    metric = desk.question.metric
    if fractions := metric.unit is Unit.PERCENT and _as_fractions(stated):
        levels = {level: 100.0 * value for level, value in levels.items()}
    reference = desk.statistics.distribution if isinstance(desk.statistics, Forecast) else None
    try:
        distribution, repairs = from_elicited(levels, metric, reference=reference)
    except DistributionError as error:
        raise AnswerUnusable(str(error)) from None
    return distribution, ((FRACTIONS, *repairs) if fractions else repairs)


def _as_fractions(stated: StatedForecast) -> bool:
    """Whether an answer says that its values are fractions, and they can be."""
    told = stated.unit.strip().casefold() in {"fraction", "fractions", "share", "proportion"}
    return told and all(0.0 <= quantile.value <= 1.0 for quantile in stated.quantiles)


def _checked(citations: Iterable[Citation], desk: Desk) -> tuple[dict[str, str], list[str]]:
    """What is said of each record that was shown, by its id, and what is wrong with citations."""
    cited: dict[str, str] = {}
    flags: list[str] = []
    for citation in citations:
        key = _real_id(citation.id.strip().strip("[]"), desk)
        if key not in desk.shown:
            flags.append(f"the language model cited {one_line(citation.id, longest=60)!r}, never shown: struck out")
            continue
        record = desk.shown[key]
        if record is None:
            continue
        cited[key] = one_line(desk.reveal(citation.why))
        if citation.value is not None and not _agrees(citation.value, record.value, coarse=desk.masks):
            flags.append(
                f"the language model cited {key} with {citation.value:g}, but the record says {record.value:g}"
            )
    return cited, flags


def _real_id(told: str, desk: Desk) -> str:
    """The id behind a pseudonym, where names are masked; empty where it stands for nothing."""
    try:
        return str(desk.unmask({"id": told})["id"])
    except ScorecastError:
        return ""


def _agrees(told: float, value: float, *, coarse: bool) -> bool:
    """Whether a cited value is the record's as it was shown, rounded, or written as a fraction of 100."""
    slack = max(0.51 if coarse else 0.051, ROUNDING * abs(value))
    return abs(told - value) <= slack or (abs(told) <= 1.0 and abs(100.0 * told - value) <= max(0.51, slack))
