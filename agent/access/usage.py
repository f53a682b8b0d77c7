"""Tokens: what a reply says it used, and estimates where nobody counts.

Worst cases are needed before a call and no tokenizer can be had offline, so they come from the length of the
request in UTF-8: one token for every two bytes is more than English, JSON and figures take. Where a reply brings no
usage, one token for every four bytes stands in and is marked as an estimate.
"""

from __future__ import annotations

import json

from pydantic import Field, JsonValue

from records.base import Value

BYTES_PER_TOKEN = 4
WORST_BYTES_PER_TOKEN = 2
MOST_TOKENS = 1_000_000_000
"""Tokens of one reply above which a figure is none."""
PER_REQUEST = 16
"""Tokens that a chat template may add around a request."""


class Usage(Value):
    """Tokens of one reply.

    Attributes:
        prompt: tokens read, those read from the provider's own cache included.
        completion: tokens written, reasoning included.
        cached_prompt: tokens of the prompt that the provider had in its cache.
        reasoning: tokens of the completion that were thought, not said.
        estimated: whether the figures are ours, since the provider gave none.
    """

    prompt: int = Field(ge=0)
    completion: int = Field(ge=0)
    cached_prompt: int = Field(default=0, ge=0)
    reasoning: int = Field(default=0, ge=0)
    estimated: bool = False

    @property
    def total(self) -> int:
        """All tokens."""
        return self.prompt + self.completion


def bytes_of(value: object) -> int:
    """Return the length of a value as JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def tokens_in_bytes(size: int) -> int:
    """Return a middling estimate of the tokens in so many bytes of text."""
    return -(-size // BYTES_PER_TOKEN)


def worst_prompt(size: int) -> int:
    """Return the most tokens that a request of so many bytes is expected to take."""
    return size // WORST_BYTES_PER_TOKEN + PER_REQUEST


def read_usage(told: JsonValue, *, request_bytes: int, reply_bytes: int) -> Usage:
    """Return the usage that a reply tells, or an estimate where it tells none that makes sense."""
    figures = told if isinstance(told, dict) else {}
    prompt, completion = count(figures.get("prompt_tokens")), count(figures.get("completion_tokens"))
    if prompt is None or completion is None:
        return Usage(prompt=tokens_in_bytes(request_bytes), completion=tokens_in_bytes(reply_bytes), estimated=True)
    return Usage(
        prompt=prompt,
        completion=completion,
        cached_prompt=min(prompt, detail(figures.get("prompt_tokens_details"), "cached_tokens")),
        reasoning=min(completion, detail(figures.get("completion_tokens_details"), "reasoning_tokens")),
    )


def count(value: JsonValue) -> int | None:
    """Return a number of tokens; None for what is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_TOKENS else None


def detail(details: JsonValue, name: str) -> int:
    """Return a number of tokens among details, 0 where it is not told."""
    return (count(details.get(name)) or 0) if isinstance(details, dict) else 0
