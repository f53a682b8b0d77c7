"""Kinds of things that have a name, and how their pseudonyms are written: ``Model M17``, ``Maker K2``."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a name belongs to; where one spelling belongs to several, the first counts."""

    MODEL = "Model"
    BENCHMARK = "Benchmark"
    FAMILY = "Family"
    MAKER = "Maker"
    SOURCE = "Source"
    HARNESS = "Harness"
    TOOL = "Tool"
    JUDGE = "Judge"
    PROCEDURE = "Procedure"

    @property
    def letter(self) -> str:
        """What its codes begin with."""
        return {"Maker": "K"}.get(self.value, self.value[0])


class Named(NamedTuple):
    """One thing that has a name: its kind, and the id by which records know it."""

    kind: Kind
    id: str
