"""Weights of the agent as a user asks for them: learned from kept conversations, and what they come to."""

from __future__ import annotations

from rich.table import Table

from agent.track_record import TrackRecord
from agent.weighing import Weights
from records.history import History
from scorecast.agents.home import AgentHome
from scorecast.showing.reply_json import Json


def learned(home: AgentHome, history: History) -> TrackRecord:
    """Collect what agent and statistics stated on questions that this history resolves."""
    return TrackRecord.learn(home.conversations.all(), history)


def weights_by_mode(record: TrackRecord) -> dict[tuple[str, bool], Weights]:
    """Weights of each language model, named and blind apart."""
    modes = sorted({(one.llm, one.blind) for one in record.entries})
    return {
        (llm, blind): Weights.learn(
            TrackRecord(entries=tuple(one for one in record.entries if (one.llm, one.blind) == (llm, blind)))
        )
        for llm, blind in modes
    }


def learned_table(record: TrackRecord) -> Table:
    """Show how much the agent counts, by language model, mode and evidence group."""
    table = Table(
        "language model", "names", "kind of question", "resolved", "share", box=None,
        title=f"{len(record.entries)} resolved questions", title_justify="left",
    )  # fmt: skip
    for (llm, blind), weights in weights_by_mode(record).items():
        for group, count in sorted(weights.counts.items()):
            table.add_row(
                llm, "masked" if blind else "told", group or "all", str(count), f"{weights.shares[group]:.2f}"
            )
    return table


def learned_json(record: TrackRecord) -> Json:
    """Return the same as JSON values."""
    return {
        "resolved": len(record.entries),
        "weights": [
            {
                "llm": llm,
                "blind": blind,
                "shares": {group or "all": share for group, share in weights.shares.items()},
                "counts": {group or "all": count for group, count in weights.counts.items()},
                "crps_agent": weights.crps[0] if weights.counts else None,
                "crps_statistics": weights.crps[1] if weights.counts else None,
            }
            for (llm, blind), weights in weights_by_mode(record).items()
        ],
    }
