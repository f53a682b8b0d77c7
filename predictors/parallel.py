"""Work on several cores: Python threads side by side, each with linear algebra on one core.

NumPy and SciPy let go of the interpreter in their large products, so that threads are enough. Linear algebra itself
is kept to one core meanwhile: its own threads wait for each other in a busy loop, which on a shared machine costs
several times the processor time of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

WORKERS = 2
"""Threads: each holds the features of one whole fit, some 150 MB for 20,000 cells."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Do the work for each item, and return the results in order."""
    with one_core(), ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


@contextmanager
def one_core() -> Iterator[None]:
    """Keep linear algebra to one core."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
