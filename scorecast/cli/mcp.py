"""``scorecast mcp``: the MCP server for coding and research agents."""

from __future__ import annotations


def mcp() -> None:
    """Let the agent that started this ask for forecasts and evidence over the Model Context Protocol.

    It speaks over standard input and output until the agent leaves. Register it with a host as
    {"mcpServers": {"scorecast": {"command": "scorecast", "args": ["mcp"]}}}; what many share is at /mcp of `scorecast
    serve`.
    """
    import asyncio
    import logging

    from scorecast.cli import session
    from scorecast.mcp.server import serve_stdio
    from scorecast.service.ending import end_now
    from scorecast.settings import Settings

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("scorecast").setLevel(logging.INFO)
    asyncio.run(serve_stdio(Settings.from_environment(), clock=session.now))
    end_now(0)
