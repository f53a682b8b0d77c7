"""``scorecast serve``: the HTTP API, the page, and MCP."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

Names = list[str]


class Log(StrEnum):
    """How the log is laid out."""

    JSON = "json"
    TEXT = "text"


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; wider than loopback only with a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="TCP port; 0 for any that is free.")] = 8321,
    name: Annotated[
        Names | None, typer.Option("--name", help="Host name by which it may be addressed; repeatable. Default: any.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="Longest time for one request.")] = 120.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that answer.")] = 1,
    hung_after: Annotated[
        float, typer.Option("--hung-after", min=1.0, help="Seconds after which a worker that keeps still is replaced.")
    ] = 30.0,
    mcp: Annotated[
        bool, typer.Option("--mcp/--no-mcp", help="Answer agents over the Model Context Protocol, at /mcp.")
    ] = True,
    bench_runs: Annotated[
        int, typer.Option("--bench-runs", min=0, max=64, help="Benchmark runs that work at once; others wait.")
    ] = 1,
    log: Annotated[
        Log, typer.Option("--log", help="How the log on stderr is laid out: json, or text to read.")
    ] = Log.JSON,
) -> None:
    """Serve page, HTTP API and MCP until stopped; requests under way are answered first.

    One line for each request goes to stderr, without bodies or secrets. /v1/openapi.json describes the API.
    """
    from scorecast.cli import session
    from scorecast.http.logs import Layout, log_to_stderr
    from scorecast.http.server import Serving
    from scorecast.http.server import serve as run
    from scorecast.settings import Settings

    layout = Layout(log.value)
    log_to_stderr(layout)
    serving = Serving(
        host=host,
        port=port,
        hosts=tuple(name or ()),
        seconds=seconds,
        workers=workers,
        hung_after=hung_after,
        mcp=mcp,
        bench_runs=bench_runs,
        log=layout,
    )
    run(Settings.from_environment(), serving, clock=session.now)
