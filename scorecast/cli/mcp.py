"""``scorecast mcp``: the MCP server for coding and research agents."""

from __future__ import annotations

from typing import Annotated

import typer

Names = list[str]


def mcp(
    *,
    http: Annotated[bool, typer.Option("--http", help="Listen for streamable HTTP, at /mcp.")] = False,
    host: Annotated[
        str, typer.Option("--host", help="With --http: address to listen on; wider than loopback only with a key.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="With --http: TCP port; 0 for any that is free.")
    ] = 8322,
    name: Annotated[
        Names | None,
        typer.Option("--name", help="With --http: host name by which it may be addressed; repeatable. Default: any."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="With --http: longest time for a call.")] = 300.0,
) -> None:
    """Let agents ask for forecasts and evidence over the Model Context Protocol, until they leave or it is stopped.

    By default it speaks with the program that started it, over standard input and output. Register it with a host as
    {"mcpServers": {"scorecast": {"command": "scorecast", "args": ["mcp"]}}}.
    """
    import asyncio
    import logging

    from scorecast.cli import session
    from scorecast.http.server import run
    from scorecast.mcp.server import app, serve_stdio
    from scorecast.settings import Settings

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("scorecast").setLevel(logging.INFO)
    settings = Settings.from_environment()
    if not http:
        asyncio.run(serve_stdio(settings, clock=session.now))
        return
    logging.getLogger("uvicorn").setLevel(logging.INFO)
    run(
        lambda policy: app(settings, clock=session.now, policy=policy),
        settings,
        host=host,
        port=port,
        clock=session.now,
        hosts=tuple(name or ()),
        seconds=seconds,
    )
