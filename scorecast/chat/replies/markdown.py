"""Markdown: names, numbers and links of strangers written so that they are shown and never obeyed.

Names are backslash-escaped, ids stand as code, and links are http(s) addresses without signs that could end them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.quoting import one_line
from records.metric import Metric
from scorecast.showing.card import score

_SPECIAL = re.compile(r"([\\`*\[\]<>#|~&]|(?<!\w)_|_(?!\w))")
_ENDING = str.maketrans(
    {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", '"': "%22", "|": "%7C", "\\": "%5C", "`": "%60"}
)
_ADDRESS = re.compile(r"https?://\S+")

LONGEST = 300
"""Characters of a stranger's line."""


def plain(text: str, *, longest: int = LONGEST) -> str:
    """Write a text on one line, as it stands: none of it is markup."""
    return _SPECIAL.sub(r"\\\1", one_line(text, longest=longest))


def code(text: str) -> str:
    """Write an id or what a user typed as code."""
    return f"`{one_line(text, longest=120).replace('`', chr(39))}`"


def link(label: str, address: str) -> str:
    """Write a link; the label alone where there is no address."""
    if not _ADDRESS.fullmatch(address):
        return plain(label)
    return f"[{plain(label)}]({address.translate(_ENDING)})"


def named(metric: Metric) -> str:
    """Write the name of a metric as words: ``success rate``."""
    return plain(metric.name.replace("_", " "))


def span(ends: tuple[float, float], metric: Metric) -> str:
    """Write an interval with its unit once: ``61.9 to 78.6 %``."""
    low, high = (score(end, metric) for end in ends)
    return f"{low.removesuffix(' %')} to {high}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table; its cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def count(number: int, thing: str) -> str:
    """Write how many there are of a thing: ``1 report``, ``1,296 reports``."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def bullets(lines: Sequence[str]) -> str:
    """Lay out a list."""
    return "\n".join(f"- {line}" for line in lines)


def blocks(*parts: str) -> str:
    """Put parts below each other; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
