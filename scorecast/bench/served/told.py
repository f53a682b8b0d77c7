"""Where runs stand and what they have shown, as JSON: the same over HTTP and on the command line."""

from __future__ import annotations

import json

from scorecast.bench.served.folder import BenchRun, RunState
from scorecast.bench.served.scores import SUMMARY
from scorecast.showing.reply_json import Json


def standing(run: BenchRun) -> dict[str, Json]:
    """Tell where a run stands."""
    ended, progress, asked = run.ended, run.progress, run.begun.asked
    return {
        "id": run.id,
        "state": run.state.value,
        "user": run.begun.user,
        "asked": asked.model_dump(mode="json") | {"parameters": asked.own_parameters},
        "made_at": run.begun.made_at.isoformat(),
        "ended_at": ended.at.isoformat() if ended else None,
        "reason": ended.reason if ended else "",
        "progress": progress.model_dump(mode="json"),
    }


def shown(run: BenchRun) -> dict[str, Json]:
    """Tell where a run stands, and what it has shown once it is done."""
    told = standing(run)
    done = told["state"] == RunState.DONE
    return told | {"summary": json.loads((run.folder / SUMMARY).read_bytes()) if done else None}
