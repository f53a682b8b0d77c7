"""What every command opens: the workspace, with its progress told on stderr."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from scorecast.workspace import Workspace


@contextmanager
def workspace(*, quiet: bool = False) -> Iterator[Workspace]:
    """Open the user's workspace; sentences about long work go to stderr unless quiet."""
    from scorecast.settings import Settings
    from scorecast.workspace import open_workspace

    def busy(sentence: str) -> None:
        if not quiet:
            typer.echo(f"{sentence} ...", err=True)

    with open_workspace(Settings.from_environment(), now=dt.datetime.now(dt.UTC), busy=busy) as opened:
        yield opened


def today() -> dt.date:
    """Return today's date: the clock is read here and handed on."""
    return dt.datetime.now(dt.UTC).date()


def now() -> dt.datetime:
    """Return the present moment."""
    return dt.datetime.now(dt.UTC)


def tell(sentence: str) -> None:
    """Tell the user something beside the answer: it goes to stderr, also where JSON is printed."""
    typer.echo(sentence, err=True)


def folder() -> Path:
    """Return the current folder, where a user's own functions are looked for."""
    return Path.cwd()


def parse_date(text: str, option: str) -> dt.date:
    """Read a year-month-day date.

    Raises:
        UsageError: it is none, or before the first record that could exist.
    """
    from records.base import EARLIEST
    from records.errors import UsageError

    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} takes a date as year-month-day, for example 2025-06-30; found {text!r}.") from None
    if date < EARLIEST:
        raise UsageError(f"{option} {date}: nothing was published before {EARLIEST}.")
    return date
