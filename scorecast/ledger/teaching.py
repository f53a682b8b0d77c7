"""Teaching: what was just settled teaches how much the agent should count, whoever settled it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from records.ledger import Settled
from scorecast.workspace import Workspace

AGENT = "agent"
"""Method of forecasts that the agent had a part in; that of its own package takes a second to load."""


def teach_agent(workspace: Workspace, settled: Sequence[Settled], *, as_of: dt.date) -> int | None:
    """Learn the agent's weight anew where it had a part in what was just settled.

    Returns:
        How many resolved questions the weight rests on; None where the agent had no part, and nothing was learned.

    Raises:
        StoreError: the store cannot be read.
        DataError: an entry of the ledger was changed behind its back.
        UsageError: the folder of the home cannot be written to.
    """
    if all(one.issued.forecast.method != AGENT for one in settled):
        return None
    from scorecast.agents.home import AgentHome
    from scorecast.agents.weights import relearned

    record = relearned(AgentHome.of(workspace.settings), workspace.store, settled, as_of=as_of)
    return None if record is None else len(record.entries)
