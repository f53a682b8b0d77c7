"""Weights of the agent: learned from kept conversations and what came of them, and what they come to.

Forecasts are resolved by the records, and where these are silent by the ledger. Whoever settles a forecast that the
agent had a part in has the weights learned anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.table import Table

from agent.pooled import AGENT
from agent.resolving import Outcome
from agent.track_record import TrackRecord
from agent.weighing import Weights
from records.ledger import Selection, Settled
from records.store import Store
from scorecast.agents.home import AgentHome
from scorecast.showing.reply_json import Json


def learned(home: AgentHome, store: Store, *, as_of: dt.date) -> TrackRecord:
    """Collect what agent and statistics stated on questions that were resolved by a day.

    Raises:
        StoreError: the store cannot be read.
        DataError: an entry of the ledger was changed behind its back.
    """
    settled = store.ledger.settled(Selection(method=AGENT))
    return TrackRecord.learn(
        home.conversations.all(),
        store.history(as_of=as_of),
        settled={one.issued.forecast.question.id: _outcome(one) for one in settled if _counts(one, as_of)},
    )


def relearned(home: AgentHome, store: Store, settled: Sequence[Settled], *, as_of: dt.date) -> TrackRecord | None:
    """Learn anew, and keep what is learned, where the agent had a part in what was just settled.

    Raises:
        StoreError: the store cannot be read.
        DataError: an entry of the ledger was changed behind its back.
        UsageError: the folder of the home cannot be written to.
    """
    if not any(one.issued.forecast.method == AGENT for one in settled):
        return None
    record = learned(home, store, as_of=as_of)
    record.write(home.record_file)
    return record


def _counts(one: Settled, as_of: dt.date) -> bool:
    return one.foresight and _outcome(one).published <= as_of


def _outcome(one: Settled) -> Outcome:
    """What came of a settled forecast; it is known from the day on which that was entered, if not public before."""
    return Outcome(one.resolution.value, max(one.resolution.published, one.resolved_at.date()))


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
