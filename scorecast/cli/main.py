"""The commands of ``scorecast`` and the one place where errors become sentences and exit codes.

Exit codes: 0 done; 1 it could not be done, or something was refused; 2 the request makes no sense as asked.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from scorecast.cli.agent import app as agent
from scorecast.cli.ask import ask
from scorecast.cli.audit import audit
from scorecast.cli.backup import backup, restore
from scorecast.cli.batch import batch
from scorecast.cli.bench import app as bench
from scorecast.cli.chat import chat
from scorecast.cli.forecast import forecast
from scorecast.cli.jobs import app as jobs
from scorecast.cli.keys import app as keys
from scorecast.cli.ledger import app as ledger
from scorecast.cli.ledger import resolve, track_record
from scorecast.cli.mcp import mcp
from scorecast.cli.names import benchmarks, models
from scorecast.cli.plan import app as plan
from scorecast.cli.records import app as records
from scorecast.cli.serve import serve

SELDOM = 200_000, 20, 50
"""When cycles of objects are looked for: a command makes millions of objects, and hardly any that lie in one. At the
usual thresholds the search takes a tenth of the time of `ask`, and a third of that of a batch."""

app = typer.Typer(
    name="scorecast",
    help="Forecast the score that a model will get on a benchmark before anyone runs the experiment.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask")(ask)
app.command("forecast")(forecast)
app.command("batch")(batch)
app.add_typer(jobs, name="jobs")
app.command("chat")(chat)
app.command("models")(models)
app.command("benchmarks")(benchmarks)
app.command("audit")(audit)
app.command("resolve")(resolve)
app.command("track-record")(track_record)
app.add_typer(records, name="records")
app.add_typer(bench, name="bench")
app.add_typer(ledger, name="ledger")
app.add_typer(agent, name="agent")
app.add_typer(plan, name="plan")
app.command("serve")(serve)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("mcp")(mcp)
app.add_typer(keys, name="keys")


def _version(asked: bool) -> None:  # noqa: FBT001 - typer hands the flag over by position
    if asked:
        import importlib.metadata

        typer.echo(f"scorecast {importlib.metadata.version('scorecast')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


def _end_where_nothing_can_be_written(error: OSError) -> None:
    """Say what the machine refused; what is left of the output cannot be written, and is not tried again on leaving."""
    named = f"{error.filename}: " if error.filename else ""
    sys.stderr.write(f"scorecast: {named}{error.strerror or error}.\n")
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - lives as long as the process
    sys.exit(1)


def main() -> None:
    """Run a command; an error of ours becomes one sentence on stderr, never a traceback."""
    gc.set_threshold(*SELDOM)
    try:
        app()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    except OSError as error:
        _end_where_nothing_can_be_written(error)
    except Exception as error:
        from records.errors import ScorecastError, UsageError

        if not isinstance(error, ScorecastError):
            raise
        sys.stderr.write(f"scorecast: {error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)
