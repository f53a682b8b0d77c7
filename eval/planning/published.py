"""The peer's probes on its own matrix, and what it published of them.

Source: Zeng and Papailiopoulos 2026, "You Don't Need to Run Every Eval" (arXiv 2606.24020), and the notes beside its
experiments (github.com/microsoft/benchpress, experiments/sec5_findings/optimal_probe). The five probes were chosen
greedily on the very cells that they are scored on; 3.93 counts revealed cells as errors of 0. On the cells that are
not revealed the same five come to 4.745, and five that were chosen on 59 models to 5.32 on the 25 others, where a
random choice comes to 7.22. All with the peer's own method; medians of absolute errors, each benchmark in its unit.
"""

from __future__ import annotations

from typing import NamedTuple

PROBES = {
    "published": ("gpqa_diamond", "hle", "codeforces_rating", "mmlu_pro", "arc_agi_1"),
    "published low-cost": ("gpqa_diamond", "mmlu_pro", "aider_polyglot_diff", "math_500", "aime_2026"),
}
"""Ids of the peer's five probes, any and cheap ones."""


class Published(NamedTuple):
    """A published figure, in points."""

    what: str
    value: float


FIGURES = (
    Published("its five probes, revealed cells counted as 0, chosen on the cells scored", 3.93),
    Published("the same on the cells that are not revealed", 4.745),
    Published("its cheap five, revealed cells counted as 0, chosen on the cells scored", 4.55),
    Published("five chosen on other models, cells that are not revealed", 5.32),
    Published("five at random, cells that are not revealed", 7.22),
)
