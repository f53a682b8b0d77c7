"""Names in settings: the harness, the tools, the judge and the procedure that a score was measured with.

A benchmark is often known by its harness, and a company by its tools. What merely says how something was done, such
as ``with tools``, ``chain-of-thought`` or ``pass@1``, is told as it is: a forecast needs it, and many share it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from agent.blinding.kinds import Kind, Named

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "harness": Kind.HARNESS,
        "tools": Kind.TOOL,
        "judge": Kind.JUDGE,
        "sampling": Kind.PROCEDURE,
        "prompting": Kind.PROCEDURE,
    }
)
"""Fields of a setting that may hold a name, and what it is the name of."""

PLAIN = frozenset(
    (
        "a", "agent", "agentic", "and", "api", "attempt", "attempts", "average", "avg", "bash", "best", "browser",
        "browsing", "chain", "chat", "code", "completion", "computer", "cons", "cot", "custom", "default", "diff",
        "direct", "edit", "editor", "eval", "evaluation", "execution", "few", "file", "files", "final", "framework",
        "greedy", "harness", "high", "human", "internal", "interpreter", "low", "maj", "majority", "max", "mean",
        "model", "n", "no", "none", "of", "official", "only", "ops", "or", "own", "parallel", "pass", "plus", "prompt",
        "python", "reference", "runs", "samples", "sandbox", "scaffold", "search", "self", "shell", "shot", "simple",
        "single", "standard", "step", "steps", "template", "temperature", "terminal", "the", "thought", "tool", "tools",
        "use", "vote", "voting", "web", "whole", "with", "without", "zero",
    )
)  # fmt: skip
"""Words that name nothing: a setting of these and of numbers is no name."""

_WORD = re.compile(r"[^\W\d_]+")


def tells(value: str) -> bool:
    """Whether a value of a setting holds a name."""
    return any(word not in PLAIN for word in _WORD.findall(value.casefold()))


def named_in(field: str, value: str) -> Iterator[Named]:
    """Yield what a field of a setting names, if anything: a thing whose id is the value as it is written."""
    if field in KINDS and tells(value):
        yield Named(KINDS[field], value)
