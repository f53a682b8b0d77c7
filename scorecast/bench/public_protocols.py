"""The public BenchPress protocols as a user asks for them: a bench on their matrix alone, and their suites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from eval.benchpress import hidden_cells, matrix_store, new_releases, read_folds, read_matrix
from eval.suites import Suite
from records.errors import UsageError
from records.stages import HistorySource
from scorecast.bench.backtests import Bench
from scorecast.settings import Settings

PROTOCOLS = ("folds", "releases", "all")


@contextmanager
def opened(data: Path, settings: Settings, *, clock: Callable[[], dt.datetime]) -> Iterator[Bench]:
    """Open a bench on the matrix in this folder.

    Raises:
        DataError: the folder holds no matrix as it is published.
    """
    matrix = read_matrix(data)
    with matrix_store(matrix) as store:
        yield Bench.on(store, partial(matrix_store, matrix), settings, clock=clock)


def suites(data: Path, source: HistorySource, protocol: str) -> tuple[Suite, ...]:
    """Return the suites of a protocol: ``folds`` (its 30 folds), ``releases`` (its newest models), or ``all``.

    Raises:
        UsageError: there is no such protocol.
        DataError: the folder does not hold the files as they are published.
    """
    check_protocol(protocol)
    matrix, found = read_matrix(data), []
    if protocol in {"folds", "all"}:
        found.append(hidden_cells(matrix, read_folds(data, matrix), source))
    if protocol in {"releases", "all"}:
        found.append(new_releases(matrix, source))
    return tuple(found)


def check_protocol(protocol: str) -> None:
    """Make sure that there is such a protocol.

    Raises:
        UsageError: there is not.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"No protocol is called {protocol!r}; there are {', '.join(PROTOCOLS)}.")
