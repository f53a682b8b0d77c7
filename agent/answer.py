"""The answer of a language model: its form, and how it is read from a tool call or from text.

A stated answer is an opinion with figures, not yet a forecast: ``agent.opinion`` turns one into a distribution.
Unknown fields are passed over; what is missing or malformed is refused with a sentence that the model can act on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from agent.errors import AnswerUnusable

LONGEST_REPLY = 200_000
"""Characters of a reply that are looked through for an answer."""

MOST_CANDIDATES = 50
"""Opening braces of a reply that are tried as the beginning of an answer."""

LONGEST, MOST_TEXTS, MOST_CITED = 2_000, 20, 60
"""Characters of a text, texts of a kind, and citations that are read of an answer; the rest is passed over."""

Sentence = Annotated[str, StringConstraints(max_length=LONGEST)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _by_level(told: object) -> object:
    """Take quantiles told as an object of levels, or as pairs, for a list of levels and values."""
    if isinstance(told, Mapping):
        return [{"level": level, "value": value} for level, value in told.items()]
    if isinstance(told, list):
        return [{"level": q[0], "value": q[1]} if isinstance(q, list) and len(q) == 2 else q for q in told]
    return told


def _by_id(told: object) -> object:
    """Take bare ids for citations without a value."""
    if isinstance(told, list):
        return [{"id": item} if isinstance(item, str) else item for item in told[:MOST_CITED]]
    return [] if told is None else told


def _cut(told: object) -> object:
    """Take the beginning of a text that is too long: no round is lost for words."""
    return told[:LONGEST] if isinstance(told, str) else told


def _texts(told: object) -> object:
    """Take one text for a list of one, and the first of too many."""
    if isinstance(told, str):
        return [_cut(told)]
    return [_cut(one) for one in told[:MOST_TEXTS]] if isinstance(told, list) else [] if told is None else told


def _claim(told: object) -> object:
    """Take a bare yes or no for a claim without a value."""
    return {"claimed": bool(told)} if told is None or isinstance(told, bool) else told


Texts = Annotated[list[Sentence], BeforeValidator(_texts)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Quantile(_Part):
    """The score falls below ``value`` with probability ``level``."""

    level: float = Field(description="Probability between 0 and 1, such as 0.05.")
    value: float = Field(description="Score, in the unit of the question.")


class Citation(_Part):
    """A record or description that a tool showed."""

    id: str = Field(max_length=200, description="Id in square brackets, as a tool showed it.")
    value: float | None = Field(default=None, description="The score as shown, where the id is a record.")
    why: Annotated[Sentence, BeforeValidator(_cut)] = Field(default="", description="What it says about the question.")


class Recall(_Part):
    """Whether the model believes that it remembers the asked score."""

    claimed: bool = Field(default=False, description="Whether you believe that you recall this very score.")
    value: float | None = Field(default=None, description="The score that you recall.")


class StatedForecast(_Part):
    """Submit your forecast: the one way to answer. Call it once, when you are done looking things up."""

    quantiles: Annotated[list[Quantile], BeforeValidator(_by_level)] = Field(
        default=[], max_length=99, description="At least three, better five or more, in rising order of the level."
    )
    unit: str = Field(default="", max_length=60, description="Unit of the values, as in the question.")
    evidence: Annotated[list[Citation], BeforeValidator(_by_id)] = Field(default=[], max_length=MOST_CITED)
    reasons_for: Texts = Field(default=[], max_length=MOST_TEXTS, description="Why the score lies about where you say.")
    reasons_against: Texts = Field(default=[], max_length=MOST_TEXTS, description="What speaks for another score.")
    would_change: Texts = Field(
        default=[], max_length=MOST_TEXTS, description="Findings that would change your mind, and which way."
    )
    recall: Annotated[Recall, BeforeValidator(_claim)] = Recall()
    grounding: Share = Field(
        default=0.5, description="0: no record bears on this question; 1: close analogues in the same setting."
    )
    confidence: Share = Field(
        default=0.5, description="How sure you are of the distribution, given that grounding, from 0 to 1."
    )
    abstain: bool = Field(default=False, description="True where you have no ground for a distribution of your own.")


SUBMIT = "submit_forecast"
"""Name of the tool by which a model answers."""


def read_answer(told: Mapping[str, object]) -> StatedForecast:
    """Read the arguments of a ``submit_forecast`` call.

    Raises:
        AnswerUnusable: a field is malformed, or there are too few quantiles and no abstention.
    """
    try:
        answer = StatedForecast.model_validate(told)
    except ValidationError as error:
        raise AnswerUnusable("; ".join(_problems(error))) from None
    if len(answer.quantiles) < 3 and not answer.abstain:
        raise AnswerUnusable(f"expected at least three quantiles, found {len(answer.quantiles)}")
    return answer


def read_text(text: str) -> StatedForecast:
    """Read an answer written as JSON in a text: the last object that has quantiles or abstains.

    Raises:
        AnswerUnusable: there is none, or it is malformed.
    """
    found = [o for o in _objects(text[-LONGEST_REPLY:]) if "quantiles" in o or "abstain" in o]
    if not found:
        raise AnswerUnusable(f"no call of {SUBMIT} and no JSON object with quantiles was found in the reply")
    return read_answer(found[-1])


def _objects(text: str) -> list[Mapping[str, object]]:
    """The JSON objects in a text that do not lie inside one another."""
    decoder, place, found = json.JSONDecoder(), text.find("{"), []
    for _ in range(MOST_CANDIDATES):
        if place < 0:
            break
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            found.append(value)
        place = text.find("{", end)
    return found


def _problems(error: ValidationError) -> list[str]:
    """Say the first few things that are wrong, each with its place."""
    told = error.errors(include_url=False, include_context=False)
    return [f"{'.'.join(map(str, problem['loc'])) or 'answer'}: {problem['msg']}" for problem in told[:4]]
