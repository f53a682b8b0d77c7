"""Prompts: versioned Markdown texts with strict variables, and their loader."""

from __future__ import annotations

from prompts.loader import Prompt, PromptError, prompt, prompts

__all__ = ["Prompt", "PromptError", "prompt", "prompts"]
