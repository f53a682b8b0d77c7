"""Options of the agent and of the last stage, the same wherever a forecast is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scorecast.agents.home import AgentOptions


class Level(StrEnum):
    """How hard the agent thinks."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


UseAgent = Annotated[
    bool,
    typer.Option("--agent", help="Let a language model look into it as well; see SCORECAST_MODEL, OPENAI_BASE_URL."),
]
Think = Annotated[
    Level | None, typer.Option("--think", help="How hard the agent thinks: draws, rounds and budget. Default: medium.")
]
Blind = Annotated[bool, typer.Option("--blind", help="Hide names and tell-tale numbers from the language model.")]
MaxUsd = Annotated[
    float | None, typer.Option("--max-usd", help="The most that the agent may spend on one question, in US dollars.")
]
NoRecalibration = Annotated[
    bool, typer.Option("--no-recalibration", help="Leave forecasts as they are, whatever came of earlier ones.")
]
Trace = Annotated[bool, typer.Option("--trace", help="Show the conversation with the language model.")]


def agent_options(
    *, agent: bool, think: Level | None, blind: bool, max_usd: float | None, trace: bool
) -> AgentOptions | None:
    """Return how the agent is to work, or None where none is asked for.

    Raises:
        UsageError: options of the agent without the agent, or a limit that is not above zero.
    """
    from records.errors import UsageError

    if not agent:
        told = {"--think": think is not None, "--blind": blind, "--max-usd": max_usd is not None, "--trace": trace}
        if any(told.values()):
            names = ", ".join(name for name, given in told.items() if given)
            raise UsageError(f"{names}: only the agent can heed that; add --agent.")
        return None
    if max_usd is not None and not max_usd > 0.0:
        raise UsageError(f"--max-usd {max_usd:g}: a limit lies above 0; leave it out for none.")
    from agent.effort import Think as Effort  # not before it is asked for: the agent's libraries take a second
    from scorecast.agents.home import AgentOptions

    return AgentOptions(think=Effort(think.value) if think else Effort.MEDIUM, blind=blind, usd=max_usd)


def statistics(forecaster: str) -> str:
    """Name of the statistical forecaster: the default one where the agent itself was named."""
    from predictors.registry import DEFAULT

    return DEFAULT if forecaster == "agent" else forecaster
