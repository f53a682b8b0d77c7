"""Reasons: what the language model said for and against its forecast, and what would change its mind.

Only of the opinion that counts most, and only the first few. The words are a stranger's: each is one plain line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.quoting import one_line

if TYPE_CHECKING:
    from agent.opinion import Opinion

SHOWN = 2
"""Reasons of each kind."""

LONGEST = 400
"""Characters of one reason."""


def reasons(opinions: Sequence[Opinion]) -> list[tuple[str, str]]:
    """Return the kind and the text of the weightiest reasons: of the supervisor, or of the last draw that speaks."""
    speaking = [one.stated for one in opinions if one.speaks and one.stated is not None]
    if not speaking:
        return []
    said = speaking[-1]
    kinds = {"for": said.reasons_for, "against": said.reasons_against, "would change its mind": said.would_change}
    return [(kind, one_line(text, longest=LONGEST)) for kind, texts in kinds.items() for text in texts[:SHOWN]]
