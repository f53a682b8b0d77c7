"""Effort: the one dial. It sets how many draws are made, from which points of view, and what they may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Framing(StrEnum):
    """Points of view; each has a prompt of its own, ``framing_...``."""

    BASE_RATE = "base_rate"
    ANALOGUES = "analogues"
    MECHANISM = "mechanism"


class Think(StrEnum):
    """What a user turns."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Effort:
    """What one question may take.

    Attributes:
        framings: one draw each; the same one twice is drawn twice.
        rounds: of one draw, the answer included; one repair may come on top.
        supervisor_rounds: of the supervisor, who is called where draws disagree; 0 calls none.
        calls: of the language model, repeated attempts included.
        tokens: read and written.
        seconds: from the first call on.
    """

    framings: tuple[Framing, ...]
    rounds: int
    supervisor_rounds: int
    calls: int
    tokens: int
    seconds: float


EFFORTS: Mapping[Think, Effort] = MappingProxyType(
    {
        Think.LOW: Effort((Framing.BASE_RATE,), 4, 0, calls=10, tokens=150_000, seconds=3_600.0),
        Think.MEDIUM: Effort(tuple(Framing), 6, 3, calls=45, tokens=900_000, seconds=7_200.0),
        Think.HIGH: Effort((*Framing, *Framing), 9, 5, calls=120, tokens=3_000_000, seconds=14_400.0),
    }
)
