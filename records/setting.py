"""Settings: under which conditions a score was measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from records.base import Value

Choice = Annotated[str, StringConstraints(max_length=120)]


class Setting(Value):
    """How a benchmark was run. An empty field means: not told."""

    shots: int | None = Field(default=None, ge=0, le=10_000)
    """Number of worked examples in the prompt."""
    prompting: Choice = ""
    """``direct``, ``chain-of-thought``, a template's name."""
    effort: Choice = ""
    """Reasoning effort asked for; it also picks the variant of the model."""
    tools: Choice = ""
    """``none``, ``python``, ``search``, an agent scaffold's name."""
    sampling: Choice = ""
    """``pass@1``, ``avg@8``, ``maj@64``."""
    judge: Choice = ""
    harness: Choice = ""
    """The software, with its version where known, that ran the evaluation."""

    def told(self) -> dict[str, str | int]:
        """The fields that are told, in the order above."""
        return {k: v for k, v in self if v not in ("", None)}

    def __str__(self) -> str:
        """The told fields as ``shots=5, harness=lm-eval``; ``not told`` when there are none."""
        return ", ".join(f"{k}={v}" for k, v in self.told().items()) or "not told"
