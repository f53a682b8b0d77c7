"""Names that are also plain English: in running text, in lower case, they are words and not names.

``math`` in "math word problems" is no benchmark, ``MATH`` is. A word that is missing here is masked wherever it
stands, which costs readability and gives nothing away.
"""

from __future__ import annotations

ORDINARY = frozenset(
    (
        "alpha", "code", "command", "drop", "frames", "goose", "include", "inf", "infinity", "instruct", "jeopardy",
        "language", "map", "math", "mathematics", "meta", "multiple", "neural", "nexus", "open", "opt", "polyglot",
        "reasoning", "reflection", "ruler", "safety", "solar", "stable", "switch", "together", "vision",
    )
)  # fmt: skip

NUMBERS = frozenset(("inf", "infinity"))
"""Words that stand for a number: in lower case they are no names, not even where a value is told."""
