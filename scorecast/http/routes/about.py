"""About the service: what a page or client should know before it asks for anything else."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from scorecast.agents.home import AgentHome
from scorecast.http.access import ABOUT
from scorecast.http.at_hand import AtDesk, answer
from scorecast.service import replies
from scorecast.service.caller import Caller
from scorecast.showing.reply_json import Json

router = APIRouter(tags=["operation"])


@router.get(ABOUT, response_model=replies.About)
async def about(request: Request, desk: AtDesk) -> Response:
    """Tell the version, whether a key is needed, what yours opens, and which language model the agent asks."""
    caller: Caller | None = request.state.caller
    told: dict[str, Json] = {
        "version": desk.workspace.version,
        "keys_required": request.app.state.keys_required,
        "user": caller.name if caller else "",
        "scope": caller.scope.value if caller else None,
        "language_model": (AgentHome.of(desk.workspace.settings).llm or None) if caller else None,
    }
    return answer(told)
